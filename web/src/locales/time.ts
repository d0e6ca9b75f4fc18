// Dates and times as people say them here. Instants come as RFC 3339 in UTC; everybody lives in Europe/Helsinki.
import type { Language } from ".";

const zone = "Europe/Helsinki";

const weekdays: Record<Language, readonly string[]> = {
  sv: ["söndag", "måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag"],
  fi: ["sunnuntai", "maanantai", "tiistai", "keskiviikko", "torstai", "perjantai", "lauantai"],
  en: ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"],
};
const weekdaysShort: Record<Language, readonly string[]> = {
  sv: ["sön", "mån", "tis", "ons", "tors", "fre", "lör"],
  fi: ["su", "ma", "ti", "ke", "to", "pe", "la"],
  en: ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"],
};
const months: Record<"sv" | "en", readonly string[]> = {
  sv: ["januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september", "oktober", "november", "december"],
  en: ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"],
};
const monthsShort: Record<"sv" | "en", readonly string[]> = {
  sv: ["jan", "feb", "mars", "apr", "maj", "juni", "juli", "aug", "sep", "okt", "nov", "dec"],
  en: ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
};
const words = {
  sv: { today: "i dag", tomorrow: "i morgon", at: "kl." },
  fi: { today: "tänään", tomorrow: "huomenna", at: "klo" },
  en: { today: "today", tomorrow: "tomorrow", at: "at" },
} as const;

export type Instant = string | Date;

const parts = new Intl.DateTimeFormat("en-GB", {
  timeZone: zone,
  hourCycle: "h23",
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
  hour: "2-digit",
  minute: "2-digit",
});

interface Local {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: string;
  weekday: number;
}

function local(at: Instant): Local {
  const found = new Map(parts.formatToParts(new Date(at)).map(({ type, value }) => [type, value]));
  const number = (type: Intl.DateTimeFormatPartTypes) => Number(found.get(type));
  const [year, month, day] = [number("year"), number("month"), number("day")];
  return { year, month, day, hour: number("hour"), minute: found.get("minute") ?? "00", weekday: new Date(Date.UTC(year, month - 1, day)).getUTCDay() };
}

const capital = (text: string): string => text.charAt(0).toLocaleUpperCase("sv") + text.slice(1);

/** The calendar day there: "2024-12-03". */
export function dateOf(at: Instant): string {
  const { year, month, day } = local(at);
  return `${year}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
}

/** Whole calendar days from one day to another: 0 on the same day. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000);
}

export function addDays(date: string, days: number): string {
  return new Date(Date.parse(date) + days * 86_400_000).toISOString().slice(0, 10);
}

/** The hour of an instant, as a number between 0 and 24: 16.5 is half past four. */
export function hourOf(at: Instant): number {
  const { hour, minute } = local(at);
  return hour + Number(minute) / 60;
}

/** "10.15" – the same in Swedish and Finnish; English takes `language`: "10:15". */
export function clock(at: Instant, language: Language = "sv"): string {
  const { hour, minute } = local(at);
  return `${hour}${language === "en" ? ":" : "."}${minute}`;
}

/** "kl. 10.15", "klo 10.15", "at 10:15"; the space does not break. */
export function atClock(at: Instant, language: Language): string {
  return `${words[language].at}\u00A0${clock(at, language)}`;
}

/** "tisdag 3 december", "tiistai 3.12.", "Tuesday 3 December". A date "2024-12-03" is taken as that day. */
export function longDay(at: Instant, language: Language): string {
  const { weekday, day, month } = dayParts(at);
  const name = weekdays[language][weekday] ?? "";
  return language === "fi" ? `${name} ${day}.${month}.` : `${name} ${day} ${months[language][month - 1]}`;
}

/** "Onsdag 4 december", "Keskiviikko 4. joulukuuta", "Wednesday 4 December": the heading over a day. */
export function dayHeading(at: Instant, language: Language): string {
  if (language !== "fi") return capital(longDay(at, language));
  const { weekday, day, month } = dayParts(at);
  return `${capital(weekdays.fi[weekday] ?? "")} ${day}. ${monthsFi[month - 1]}kuuta`;
}
const monthsFi = ["tammi", "helmi", "maalis", "huhti", "touko", "kesä", "heinä", "elo", "syys", "loka", "marras", "joulu"];

/** "ons 4 dec", "ke 4.12.", "Wed 4 Dec". */
export function shortDay(at: Instant, language: Language): string {
  const { weekday, day, month } = dayParts(at);
  const name = weekdaysShort[language][weekday] ?? "";
  return language === "fi" ? `${name} ${day}.${month}.` : `${name} ${day} ${monthsShort[language][month - 1]}`;
}

/** "tis" and "3": the two words of a date in a strip. */
export function dateChip(date: string, language: Language): { weekday: string; day: number } {
  const { weekday, day } = dayParts(date);
  return { weekday: weekdaysShort[language][weekday] ?? "", day };
}

export function isWeekend(date: string): boolean {
  const { weekday } = dayParts(date);
  return weekday === 0 || weekday === 6;
}

/** "i dag", "i morgon", else the long day. */
export function relativeDay(at: Instant, language: Language, now: Instant = new Date(), short = false): string {
  switch (daysBetween(dateOf(now), dateOf(at))) {
    case 0:
      return words[language].today;
    case 1:
      return words[language].tomorrow;
    default:
      return short ? shortDay(at, language) : longDay(at, language);
  }
}

/** When something happens, inside a sentence: "i dag kl. 10.15", "tisdag 3 december kl. 10.15", "tiistaina 3.12. klo 10.15", "on Tuesday 3 December at 10:15". */
export function happens(at: Instant, language: Language, now: Instant = new Date()): string {
  const near = daysBetween(dateOf(now), dateOf(at));
  const day = near === 0 || near === 1 ? relativeDay(at, language, now) : language === "fi" ? longDay(at, "fi").replace(" ", "na ") : longDay(at, language);
  return `${language === "en" && near !== 0 && near !== 1 ? "on " : ""}${day} ${atClock(at, language)}`;
}

/** "I dag, tisdag 3 december", "Måndag 9 december": the first words of a heading. */
export function headingDay(at: Instant, language: Language, now: Instant = new Date()): string {
  const near = daysBetween(dateOf(now), dateOf(at));
  const day = longDay(at, language);
  if (near !== 0 && near !== 1) return capital(day);
  return `${capital(near === 0 ? words[language].today : words[language].tomorrow)}, ${day}`;
}

/** "I dag", "I morgon", "Måndag 9 dec", "Maanantai 9.12.", "Monday 9 Dec": on a card. */
export function cardDay(at: Instant, language: Language, now: Instant = new Date()): string {
  const near = daysBetween(dateOf(now), dateOf(at));
  if (near === 0 || near === 1) return capital(relativeDay(at, language, now));
  if (language === "fi") return capital(longDay(at, "fi"));
  const { weekday, day, month } = dayParts(at);
  return capital(`${weekdays[language][weekday]} ${day} ${monthsShort[language][month - 1]}`);
}

/** "tisdag 3 december kl. 10.15", "tiistai 3.12. klo 10.15", "Tuesday 3 December at 10:15". */
export function longMoment(at: Instant, language: Language): string {
  return `${longDay(at, language)} ${atClock(at, language)}`;
}

/** "ons 4 dec kl. 8.45", "ke 4.12. klo 8.45", "Wed 4 Dec at 8:45". */
export function shortMoment(at: Instant, language: Language): string {
  return `${shortDay(at, language)} ${atClock(at, language)}`;
}

/** "i morgon 8.45", "huomenna 8.45", "tors 5 dec 9.30": where a line must stay short. */
export function briefMoment(at: Instant, language: Language, now: Instant = new Date()): string {
  return `${relativeDay(at, language, now, true)} ${clock(at, language)}`;
}

export { capital };

function dayParts(at: Instant): Pick<Local, "weekday" | "day" | "month"> {
  if (typeof at === "string" && /^\d{4}-\d{2}-\d{2}$/.test(at)) {
    const date = new Date(at);
    return { weekday: date.getUTCDay(), day: date.getUTCDate(), month: date.getUTCMonth() + 1 };
  }
  return local(at);
}
