export function ConfirmPage() {
  return <main id="main" className="page" />;
}
