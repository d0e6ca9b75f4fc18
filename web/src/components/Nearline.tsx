/** The two rounds, you and the other: together, on the way to each other, or apart while it reconnects. */
export function Nearline({ state }: { state: "apart" | "moved" }) {
  return (
    <svg className="nearline" viewBox="0 0 220 40" aria-hidden="true">
      <circle cx="24" cy="20" r="13" fill="currentColor" />
      {state === "apart" ? (
        <path d="M50 20h120" stroke="currentColor" strokeWidth="3" strokeDasharray="2 10" strokeLinecap="round" />
      ) : (
        <path d="M50 20h84m-10-9 10 9-10 9" stroke="currentColor" strokeWidth="3" strokeLinecap="round" strokeLinejoin="round" fill="none" />
      )}
      <circle cx={state === "apart" ? 196 : 166} cy="20" r="11.5" fill="none" stroke="currentColor" strokeWidth="3" />
    </svg>
  );
}
