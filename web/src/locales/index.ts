import { i18n, type Messages } from "@lingui/core";
import type { Area } from "./texts.gen";

export type Language = "sv" | "fi" | "en";

export const languages: readonly { code: Language; name: string; short: string }[] = [
  { code: "sv", name: "Svenska", short: "sv" },
  { code: "fi", name: "Suomi", short: "fi" },
  { code: "en", name: "English", short: "en" },
];

type Catalogue = () => Promise<{ default: Messages }>;

const catalogues: Record<Language, Record<Area, Catalogue>> = {
  sv: {
    common: () => import("texts:sv/common"),
    patient: () => import("texts:sv/patient"),
    call: () => import("texts:sv/call"),
    staff: () => import("texts:sv/staff"),
  },
  fi: {
    common: () => import("texts:fi/common"),
    patient: () => import("texts:fi/patient"),
    call: () => import("texts:fi/call"),
    staff: () => import("texts:fi/staff"),
  },
  en: {
    common: () => import("texts:en/common"),
    patient: () => import("texts:en/patient"),
    call: () => import("texts:en/call"),
    staff: () => import("texts:en/staff"),
  },
};

const key = "nara.language";
const areas = new Set<Area>(["common"]);

/** A code from outside (storage, browser, account), or undefined when it is none of ours. */
export function asLanguage(code: string | null | undefined): Language | undefined {
  const base = code?.toLowerCase().split("-")[0];
  return languages.find((language) => language.code === base)?.code;
}

/** The person's choice on this device, else the browser's first language that we speak, else Swedish. */
export function preferredLanguage(): Language {
  return asLanguage(stored()) ?? navigator.languages.map(asLanguage).find((code) => code !== undefined) ?? "sv";
}

export function hasChosenLanguage(): boolean {
  return asLanguage(stored()) !== undefined;
}

/** Shows everything in this language; remembered on this device when the person chose it. */
export async function speak(language: Language, chosen = false): Promise<void> {
  const loaded = await Promise.all([...areas].map((area) => catalogues[language][area]()));
  for (const { default: messages } of loaded) i18n.load(language, messages);
  i18n.activate(language);
  document.documentElement.lang = language;
  if (chosen) {
    try {
      localStorage.setItem(key, language);
    } catch {
      // A browser that forbids storage forgets the choice when the page closes.
    }
  }
}

/** Makes the texts of an area present before a page of it is shown. */
export async function needTexts(...wanted: Area[]): Promise<void> {
  if (wanted.every((area) => areas.has(area)) && i18n.locale !== "") return;
  for (const area of wanted) areas.add(area);
  await speak(asLanguage(i18n.locale) ?? preferredLanguage());
}

function stored(): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}
