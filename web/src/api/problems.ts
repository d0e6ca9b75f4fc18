import { i18n } from "@lingui/core";
import { asLanguage } from "../locales";
import { happens } from "../locales/time";
import type { PlainKey, Translate } from "../locales/useText";
import { asProblem } from "./client";

// Codes that have a sentence of their own. What is not here is told as something that went wrong on our side.
const sentences: Readonly<Record<string, PlainKey>> = {
  offline: "problem.offline",
  unavailable: "problem.unavailable",
  "too-many": "problem.tooMany",
  "not-found": "problem.notFound",
  "not-allowed": "problem.notAllowed",
  "sign-in-needed": "problem.signIn",
  "slot-taken": "problem.slotTaken",
  "hold-expired": "problem.holdExpired",
  "patient-busy": "problem.patientBusy",
  "wrong-state": "problem.wrongState",
  invalid: "problem.validation",
  malformed: "problem.validation",
  "too-large": "problem.validation",
};

/** The sentence for whatever went wrong: what happened and what to do. */
export function problemText(t: Translate, error: unknown): string {
  const { code, body } = asProblem(error);
  if (code === "too-early") return tooEarly(t, body.opensAt);
  return t(sentences[code] ?? "problem.internal");
}

function tooEarly(t: Translate, opensAt: string | undefined): string {
  if (opensAt === undefined || Number.isNaN(Date.parse(opensAt))) return t("problem.tooEarlySoon");
  const language = asLanguage(i18n.locale) ?? "sv";
  return t("problem.tooEarly", { when: happens(opensAt, language) });
}
