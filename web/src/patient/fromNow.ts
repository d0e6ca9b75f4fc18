import type { Translate } from "../locales/useText";
import { dateOf, daysBetween } from "../locales/time";

/** "om 18 minuter", "om 2 timmar", "om 6 dagar"; "nu" around the time itself. */
export function fromNow(t: Translate, at: string, now: number): string {
  const minutes = Math.round((Date.parse(at) - now) / 60_000);
  if (minutes <= 0) return t("when.now");
  if (minutes < 90) return t("when.minutes", { n: minutes });
  const days = daysBetween(dateOf(new Date(now)), dateOf(at));
  if (days === 0 || minutes < 12 * 60) return t("when.hours", { n: Math.round(minutes / 60) });
  return t("when.days", { n: days });
}
