export function DayPage() {
  return <main id="main" className="staffmain" />;
}
