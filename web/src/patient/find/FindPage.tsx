export function FindPage() {
  return <main id="main" className="page" />;
}
