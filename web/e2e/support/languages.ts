import type { Page } from "@playwright/test";
import { type Language, texts } from "./texts";

const languages: readonly Language[] = ["sv", "fi", "en"];

/** Everything that a page says: what is seen, and what a screen reader says; but not what is marked as another language. */
export function said(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found = new Set<string>([document.title.replace(/ – Nära$/, "")]);
    const own = (element: Element | null): boolean => {
      const marked = element?.closest("[lang]");
      return marked === null || marked === undefined || marked === document.documentElement;
    };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const text = node.textContent?.trim() ?? "";
      if (text !== "" && own(node.parentElement) && !node.parentElement?.closest("script, style")) found.add(text);
    }
    for (const element of document.querySelectorAll("[aria-label], [placeholder], [alt], [title]")) {
      if (!own(element)) continue;
      for (const name of ["aria-label", "placeholder", "alt", "title"]) {
        const text = element.getAttribute(name)?.trim();
        if (text) found.add(text);
      }
    }
    return [...found];
  });
}

/** What of it stands in the catalogue of another language and not in this one's. */
export function foreign(language: Language, said: readonly string[]): string[] {
  const own = patternsOf(language);
  return said.flatMap((text) => {
    const other = languages.find((one) => one !== language && patternsOf(one).some((pattern) => pattern.test(text)));
    return other === undefined || own.some((pattern) => pattern.test(text)) ? [] : [`${other}: ${text}`];
  });
}

const known = new Map<Language, RegExp[]>();

function patternsOf(language: Language): RegExp[] {
  let patterns = known.get(language);
  if (!patterns) {
    patterns = texts(language).flatMap((message) =>
      message.split(/<\/?\d+>/).flatMap((piece) =>
        variants(piece)
          .filter((variant) => (variant.replace(/\{\}/g, "").match(/\p{L}/gu) ?? []).length > 3)
          .map((variant) => new RegExp(`^${variant.trim().split("{}").map(escape).join(".+")}$`)),
      ),
    );
    known.set(language, patterns);
  }
  return patterns;
}

const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&");

/** The forms of an ICU message, with "{}" for every value: one for each branch of a plural or a choice. */
function variants(message: string): string[] {
  let made = [""];
  for (let at = 0; at < message.length; at++) {
    if (message[at] !== "{") {
      made = made.map((begun) => begun + (message[at] === "#" ? "{}" : (message[at] ?? "")));
      continue;
    }
    const end = closing(message, at);
    const inside = message.slice(at + 1, end);
    const branches = [...branchesOf(inside)].flatMap(variants);
    made = made.flatMap((begun) => (branches.length === 0 ? [`${begun}{}`] : branches.map((branch) => begun + branch)));
    at = end;
  }
  return made;
}

function* branchesOf(inside: string): Generator<string> {
  for (let at = inside.indexOf("{"); at !== -1; at = inside.indexOf("{", at)) {
    const end = closing(inside, at);
    yield inside.slice(at + 1, end);
    at = end;
  }
}

function closing(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    if (text[at] === "{") depth++;
    if (text[at] === "}" && --depth === 0) return at;
  }
  throw new Error(`a brace is not closed: ${text}`);
}
