import type { Slot } from "../../api/types";

export interface PersonTimes {
  practitioner: Slot["practitioner"];
  /** By where and how, each place once. */
  places: { key: string; sample: Slot; slots: Slot[] }[];
}

/** The times of one day by professional: one's own first, then by the earliest time. */
export function groupByPerson(slots: readonly Slot[], own: number | undefined): PersonTimes[] {
  const people = new Map<number, PersonTimes>();
  for (const slot of [...slots].sort((a, b) => a.start.localeCompare(b.start))) {
    let person = people.get(slot.practitioner.id);
    if (!person) people.set(slot.practitioner.id, (person = { practitioner: slot.practitioner, places: [] }));
    const key = `${slot.modality}|${slot.site ?? ""}`;
    const place = person.places.find((one) => one.key === key);
    if (!place) person.places.push({ key, sample: slot, slots: [slot] });
    else if (!place.slots.some(({ start }) => start === slot.start)) place.slots.push(slot);
  }
  const groups = [...people.values()];
  return groups.sort((a, b) => Number(b.practitioner.id === own) - Number(a.practitioner.id === own));
}
