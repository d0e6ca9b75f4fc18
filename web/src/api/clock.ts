// The server's clock, as seen from here: countdowns must not depend on how well the device's own clock is set.
let ahead = 0; // milliseconds that the server's clock is ahead of ours

/** Learns from the Date header of an answer; within a second or so nothing is corrected. */
export function heardDate(header: string | null): void {
  const at = header === null ? Number.NaN : Date.parse(header);
  if (Number.isNaN(at)) return;
  const difference = at - Date.now();
  ahead = Math.abs(difference) < 2_000 ? 0 : difference;
}

/** Milliseconds since 1970, by the server's clock. */
export function serverNow(): number {
  return Date.now() + ahead;
}
