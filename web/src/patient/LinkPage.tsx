export function LinkPage() {
  return <main id="main" className="page" />;
}
