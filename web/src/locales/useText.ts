import type { MessageDescriptor } from "@lingui/core";
import { useLingui } from "@lingui/react";
import { asLanguage, type Language } from ".";
import type { Texts } from "./texts.gen";

/** A key of the catalogues. */
export type TextKey = keyof Texts;

/** A key whose text takes no arguments. */
export type PlainKey = { [K in TextKey]: Texts[K] extends null ? K : never }[TextKey];

/** `t("find.title")`, `t("cost.days", { days: 6 })`: the text of a key in the person's language. */
export interface Translate {
  <K extends TextKey>(key: K, ...values: Texts[K] extends null ? [] : [Texts[K]]): string;
}

/** What a page needs to speak: `t`, the language, and `name` for texts that live in data. */
export function useText(): { t: Translate; language: Language; name: (text: Localized) => string } {
  const { _, i18n } = useLingui();
  const language = asLanguage(i18n.locale) ?? "sv";
  return {
    t: (key, ...values) => _({ id: key, values: values[0] ?? {} } as MessageDescriptor),
    language,
    name: (text) => text[language],
  };
}

/** A text that lives in data, in every language. */
export type Localized = Readonly<Record<Language, string>>;
