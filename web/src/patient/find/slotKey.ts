import type { NewHold, Slot } from "../../api/types";

/** What makes a slot that one and no other. */
export function slotKey(slot: Slot): string {
  return [slot.service, slot.start, slot.practitioner.id, slot.modality, slot.site ?? ""].join("|");
}

/** What the server wants to know to keep it; `moving` is the visit that is to be at this time instead, and so not in its way. */
export function newHold({ service, start, modality, site, practitioner, language }: Slot, moving?: string): NewHold {
  return { service, start, modality, practitioner: practitioner.id, language, ...(site !== undefined && { site }), ...(moving !== undefined && { moving }) };
}
