// Growing pauses between attempts, with jitter so that a whole ward does not come back in the same millisecond.

const FIRST = 300;
const LONGEST = 10_000;

/** The pause in milliseconds before attempt number `attempt` (0 for the first retry); `random` gives 0 ≤ x < 1. */
export function pauseBefore(attempt: number, random: () => number): number {
  const full = Math.min(LONGEST, FIRST * 2 ** Math.min(attempt, 16));
  return Math.round(full * (0.5 + random() / 2));
}

/** The pause after an end that is nobody's trouble (a restart, a changed network): short, but never a stampede. */
export function shortPause(random: () => number): number {
  return Math.round(random() * 200);
}
