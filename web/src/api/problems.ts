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
  return t(sentences[asProblem(error).code] ?? "problem.internal");
}
