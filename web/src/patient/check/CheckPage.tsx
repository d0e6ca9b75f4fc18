export function CheckPage() {
  return <main id="main" className="page" />;
}
