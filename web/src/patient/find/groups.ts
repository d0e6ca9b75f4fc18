import type { Slot } from "../../api/types";

export interface PersonTimes {
  practitioner: Slot["practitioner"];
  /** By where and how, each place once. */
  places: { key: string; sample: Slot; slots: Slot[] }[];
}

/**
 * The times of one day by professional: one's own first, then by the earliest time. Where the same person has the same
 * time in several ways, the one that comes first by `rank` stands for it: choosing a place shows the others.
 */
export function groupByPerson(slots: readonly Slot[], own: number | undefined, rank: (slot: Slot) => number): PersonTimes[] {
  const best = new Map<string, Slot>();
  for (const slot of slots) {
    const key = `${slot.practitioner.id}|${slot.start}`;
    const before = best.get(key);
    if (!before || rank(slot) < rank(before)) best.set(key, slot);
  }
  const people = new Map<number, PersonTimes>();
  for (const slot of [...best.values()].sort((a, b) => a.start.localeCompare(b.start))) {
    let person = people.get(slot.practitioner.id);
    if (!person) people.set(slot.practitioner.id, (person = { practitioner: slot.practitioner, places: [] }));
    const key = `${slot.modality}|${slot.site ?? ""}`;
    const place = person.places.find((one) => one.key === key);
    if (place) place.slots.push(slot);
    else person.places.push({ key, sample: slot, slots: [slot] });
  }
  return [...people.values()].sort((a, b) => Number(b.practitioner.id === own) - Number(a.practitioner.id === own));
}

/** As many times as one looks through at once: three rows on a phone. */
const few = 6;

/** The first times of a place, and how many wait behind a press. A press for one or two more is not worth it. */
export function firstTimes(slots: readonly Slot[], all: boolean): { shown: readonly Slot[]; more: number } {
  if (all || slots.length <= few + 2) return { shown: slots, more: 0 };
  return { shown: slots.slice(0, few), more: slots.length - few };
}

/** From home before a way, a near place before a far one, a call last. */
export function byConvenience(reach: readonly { site: { id: string } }[]): (slot: Slot) => number {
  const order = new Map(reach.map(({ site }, index) => [site.id, index]));
  return ({ modality, site }) => {
    if (modality === "video") return 0;
    if (modality === "phone") return 1000;
    return 1 + (order.get(site ?? "") ?? 900) + (modality === "hosted" ? 0.5 : 0);
  };
}
