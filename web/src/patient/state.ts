import type { Appointment } from "../api/types";

/** Nothing more happens at it. */
export function isOver({ status }: Pick<Appointment, "status">): boolean {
  return status === "cancelled" || status === "fulfilled" || status === "noshow";
}
