import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

export type Language = "sv" | "fi" | "en";

// The product's own catalogues: a test names a text by its key, so that better words break no test.
const catalogues = new Map<Language, Readonly<Record<string, string>>>();

function catalogue(language: Language): Readonly<Record<string, string>> {
  let texts = catalogues.get(language);
  if (!texts) {
    const folder = join(import.meta.dirname, "../../src/locales", language);
    texts = Object.assign({}, ...readdirSync(folder).map((file) => JSON.parse(readFileSync(join(folder, file), "utf8")) as Record<string, string>));
    catalogues.set(language, texts as Record<string, string>);
  }
  return texts as Readonly<Record<string, string>>;
}

/** All texts of a language, as they stand in the catalogues. */
export const texts = (language: Language): string[] => Object.values(catalogue(language));

/** The text of a key, with simple values filled in. */
export function text(language: Language, key: string, values: Readonly<Record<string, string>> = {}): string {
  const found = catalogue(language)[key];
  if (found === undefined) throw new Error(`no text ${key} in ${language}`);
  return found.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}

/** Matches a text whatever its values are. */
export function pattern(language: Language, key: string): RegExp {
  const found = text(language, key);
  return new RegExp(found.split(/\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join(".*"));
}
