import { addDays, dateOf, daysBetween, isWeekend } from "../../locales/time";

/** How many calendar days later one start is than another; 0 when it is not later. */
export function costInDays(earliest: string | undefined, wished: string | undefined): number | undefined {
  if (earliest === undefined || wished === undefined) return undefined;
  return Math.max(0, daysBetween(dateOf(earliest), dateOf(wished)));
}

export type ScaleCell = "to" | "at" | "weekend" | "rest";

/** The fourteen days of the day scale: the way to the day, the day, and what is left. A later day fills the scale. */
export function dayScale(from: string, days: number): ScaleCell[] {
  return Array.from({ length: 14 }, (_, index) => {
    if (index === days) return "at";
    if (index < days) return "to";
    return isWeekend(addDays(from, index)) ? "weekend" : "rest";
  });
}
