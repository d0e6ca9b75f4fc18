// The steps of a hosted visit, and what the nurse may do in each.

import type { Visit } from "../api/types";

export const STEPS = ["arrived", "rooming", "ready", "inProgress", "wrapUp", "finished"] as const;
export type Step = (typeof STEPS)[number];

/** The step that the nurse may take now; null where it is somebody else's turn. */
export function nextStep(visit: Pick<Visit, "state" | "you">): Exclude<Step, "arrived" | "inProgress"> | null {
  const { actions } = visit.you;
  switch (visit.state) {
    case "arrived":
      return actions.includes("rooming") ? "rooming" : null;
    case "rooming":
      return actions.includes("ready") ? "ready" : null;
    case "inProgress":
      return actions.includes("wrapUp") ? "wrapUp" : null;
    case "wrapUp":
      return actions.includes("close") ? "finished" : null;
    case "planned":
    case "ready":
    case "finished":
    case "cancelled":
      return null;
  }
}
