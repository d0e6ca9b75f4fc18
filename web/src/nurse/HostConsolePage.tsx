export function HostConsolePage() {
  return <main id="main" className="staffmain" />;
}
