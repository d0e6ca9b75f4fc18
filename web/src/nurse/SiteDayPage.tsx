export function SiteDayPage() {
  return <main id="main" className="staffmain" />;
}
