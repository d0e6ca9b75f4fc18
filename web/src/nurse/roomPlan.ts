// Which device is which: a pure guess from what is plugged in and what was chosen before.

import type { Device, Devices } from "../call/devices";

export type RoomSource = "room" | "exam" | "microphone";
export const ROOM_SOURCES: readonly RoomSource[] = ["room", "exam", "microphone"];

/** What was chosen in this room before. An empty id: deliberately none. */
export interface Remembered {
  readonly room?: Device;
  readonly exam?: Device;
  readonly microphone?: Device;
  readonly speaker?: string;
}

const EXAM = /derma|otos|scope|skop|exam|medic|horus|micro(?!phone)|intraoral|document/i;

/** The device for each source, by id; null where there is none or none is wanted. */
export function planOf(devices: Devices, remembered: Remembered): Readonly<Record<RoomSource, string | null>> {
  const used = new Set<string>();
  const take = (one: Device | undefined): string | null => {
    if (one === undefined) return null;
    used.add(one.id);
    return one.id;
  };
  const again = (list: readonly Device[], before: Device | undefined): Device | undefined =>
    before === undefined || before.id === ""
      ? undefined
      : (list.find((one) => one.id === before.id && !used.has(one.id)) ??
        list.find((one) => one.label !== "" && one.label === before.label && !used.has(one.id)));

  // What was chosen comes first, so that a guess never takes it.
  const chosen = {
    exam: take(again(devices.cameras, remembered.exam)),
    room: take(again(devices.cameras, remembered.room)),
  };
  const free = (): readonly Device[] => devices.cameras.filter((one) => !used.has(one.id));
  const guess = (source: "room" | "exam", wanted: () => Device | undefined): string | null =>
    chosen[source] ?? (remembered[source] === undefined ? take(wanted()) : null);

  const examLike = free().find((one) => EXAM.test(one.label));
  const room = guess("room", () => free().find((one) => one !== examLike) ?? free()[0]);
  const exam = guess("exam", () => free().find((one) => EXAM.test(one.label)) ?? free()[0]);
  const microphone =
    take(again(devices.microphones, remembered.microphone)) ??
    (remembered.microphone?.id === "" ? null : take(devices.microphones.find((one) => one.id === "default") ?? devices.microphones[0]));
  return { room, exam, microphone };
}
