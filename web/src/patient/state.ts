import type { Appointment, Slot, Visit } from "../api/types";

/** Nothing more happens at it. */
export function isOver({ status }: Pick<Appointment, "status">): boolean {
  return status === "cancelled" || status === "fulfilled" || status === "noshow";
}

/** The one who looks is at work in this visit: the patient's pages are not theirs. */
export function isStaff({ you }: Pick<Visit, "you">): boolean {
  return you.role === "host" || you.role === "room";
}

/** Where somebody at work in the visit belongs. */
export function staffPage({ you }: Pick<Visit, "you">): "/staff/visit/$id" | "/staff/room/$id" {
  return you.role === "room" ? "/staff/room/$id" : "/staff/visit/$id";
}

/** The slot became this appointment. */
export function isOf({ status, start, service, practitioner }: Pick<Appointment, "status" | "start" | "service" | "practitioner">, slot: Slot): boolean {
  return status === "booked" && Date.parse(start) === Date.parse(slot.start) && service.id === slot.service && practitioner.id === slot.practitioner.id;
}
