export function PhysicianVisitPage() {
  return <main id="main" className="staffmain" />;
}
