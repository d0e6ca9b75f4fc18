import type { Modality, TimeOfDay } from "../../api/types";
import type { SlotQuery } from "../../api/queries";
import { asLanguage, type Language } from "../../locales";

/** What the person wishes, kept in the address so that going back and sharing keep it. */
export interface FindSearch {
  service?: string | undefined;
  /** Language of service. */
  language?: Language | undefined;
  practitioner?: number | undefined;
  modality?: Modality | undefined;
  site?: string | undefined;
  timeOfDay?: TimeOfDay | undefined;
  /** The municipality one comes from. */
  home?: string | undefined;
  /** The day whose times are shown. */
  date?: string | undefined;
  /** The appointment that is being moved. */
  move?: string | undefined;
  /** Keep the chosen time as soon as the page opens: the person just signed in for it. */
  keep?: boolean | undefined;
}

const modalities: readonly Modality[] = ["video", "hosted", "in_person", "phone"];
const timesOfDay: readonly TimeOfDay[] = ["morning", "day", "evening"];

/** Reads an address; what makes no sense is left out. */
export function asFindSearch(search: Record<string, unknown>): FindSearch {
  const text = (key: string): string | undefined => {
    const value = search[key];
    return typeof value === "string" && value !== "" && value.length <= 100 ? value : undefined;
  };
  const service = text("service");
  const language = asLanguage(text("language"));
  const practitioner = Number(search.practitioner);
  const modality = modalities.find((known) => known === search.modality);
  const site = text("site");
  const timeOfDay = timesOfDay.find((known) => known === search.timeOfDay);
  const date = text("date");
  const home = text("home");
  const move = text("move");
  return {
    ...(service && { service }),
    ...(language && { language }),
    ...(Number.isSafeInteger(practitioner) && practitioner > 0 && { practitioner }),
    ...(modality && { modality }),
    ...(site && { site }),
    ...(timeOfDay && { timeOfDay }),
    ...(date && /^\d{4}-\d{2}-\d{2}$/.test(date) && { date }),
    ...(home && { home }),
    ...(move && { move }),
    ...(search.keep === true && { keep: true }),
  };
}

/** The part of the wishes that narrows the search for times. */
export function asSlotQuery({ language, practitioner, modality, site, timeOfDay }: FindSearch): Omit<SlotQuery, "service"> {
  return { language, practitioner, modality, site, timeOfDay };
}
