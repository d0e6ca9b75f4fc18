// What staff do to a visit over the API.

import { call } from "../api/client";
import type { Transition, Visit, VisitFacts } from "../api/types";

export function transition(visit: string, body: Transition): Promise<Visit> {
  return call<Visit>(`/v1/visits/${encodeURIComponent(visit)}/transitions`, { method: "POST", body });
}

/** Nothing more happens in it. */
export function isOver(visit: Pick<VisitFacts, "state">): boolean {
  return visit.state === "finished" || visit.state === "cancelled";
}

/** The professional can go in, and somebody is there to meet. */
export function awaitsProfessional(visit: VisitFacts): boolean {
  if (isOver(visit)) return false;
  switch (visit.appointment.modality) {
    case "video":
      return visit.patient === "waiting" || visit.state === "inProgress";
    case "hosted":
      return visit.state === "ready" || visit.state === "inProgress";
    default:
      return false;
  }
}

/** A call belongs to it. */
export function hasCall(visit: Pick<VisitFacts, "appointment">): boolean {
  return visit.appointment.modality === "video" || visit.appointment.modality === "hosted";
}
