export function CallPage() {
  return <main id="main" className="page" />;
}
