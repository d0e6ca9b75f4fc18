// What of a call's remote sources a staff page shows large, and in which words.

import { useState } from "react";
import type { RemoteSource, RoomView } from "../call/state";
import type { IconName } from "../components/Icon";
import type { VisitFacts } from "../api/types";
import type { Localized, Translate } from "../locales/useText";

/** The pictures there are, in the order of the strip: exam, person, room, the rest. */
export function picturesOf(room: RoomView): readonly RemoteSource[] {
  const rank = (one: RemoteSource): number => {
    if (one.source === "exam") return 0;
    if (one.source === "camera") return one.participant.role === "patient" ? 1 : 3;
    return one.source === "room" ? 2 : 4;
  };
  return room.remote.filter((one) => one.video !== null).sort((a, b) => rank(a) - rank(b));
}

/** Which picture is large: the chosen one while it is there; else the patient, the room, whatever there is. */
export function useLarge(pictures: readonly RemoteSource[]): readonly [RemoteSource | null, (key: string) => void] {
  const [chosen, choose] = useState<string | null>(null);
  const usual = (): RemoteSource | null =>
    pictures.find((one) => one.source === "camera" && one.participant.role === "patient") ??
    pictures.find((one) => one.source === "room") ??
    pictures.find((one) => one.source === "camera") ??
    pictures[0] ??
    null;
  return [pictures.find((one) => one.key === chosen) ?? usual(), choose];
}

export function sourceIcon(source: RemoteSource["source"]): IconName {
  switch (source) {
    case "exam":
      return "exam";
    case "room":
      return "room-cam";
    case "stethoscope":
      return "stethoscope";
    case "microphone":
      return "mic";
    case "screen":
    case "camera":
      return "person";
  }
}

/** Kinds of devices that are not for examining by sight. */
const OTHER = new Set(["roomCamera", "stethoscope", "microphone", "screen"]);

/** What the exam camera of a visit is called: the device that was booked with it, when there is one. */
export function examName(t: Translate, name: (text: Localized) => string, visit: VisitFacts): string {
  const device = visit.appointment.devices.find((one) => !OTHER.has(one.kind));
  return device === undefined ? t("source.exam") : name(device.name);
}

/** "Dermatoskop", "Rummet", or the person's name for a face. */
export function sourceName(t: Translate, one: Pick<RemoteSource, "source" | "participant">, exam: string): string {
  if (one.source === "exam") return exam;
  return one.source === "camera" ? one.participant.name : t(`source.${one.source}`);
}
