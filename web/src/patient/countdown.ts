/** "4.32" of what is left, for the eye; never below zero. */
export function minutesAndSeconds(milliseconds: number, separator: string): string {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
  return `${Math.floor(seconds / 60)}${separator}${String(seconds % 60).padStart(2, "0")}`;
}

/** What is said aloud of a countdown: a few moments only, so that it does not talk over the person's writing. */
export function announcement(milliseconds: number): { minutes: number } | { seconds: number } | undefined {
  const seconds = Math.ceil(milliseconds / 1000);
  if (seconds > 240 || seconds <= 0) return undefined;
  if (seconds > 180) return { minutes: 4 };
  if (seconds > 60) return { minutes: 2 };
  if (seconds > 30) return { minutes: 1 };
  return { seconds: 30 };
}
