export function VisitPage() {
  return <main id="main" className="page" />;
}
