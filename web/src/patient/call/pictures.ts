import type { Quality, RemoteSource, RoomView } from "../../call/state";

/** The pictures of the others, the professional's face first, then in the order they came. */
export function remotePictures(room: RoomView): RemoteSource[] {
  const rank = ({ participant, source }: RemoteSource): number => (participant.role === "host" && source === "camera" ? 0 : source === "exam" ? 1 : 2);
  return room.remote.filter(({ video }) => video !== null).sort((a, b) => rank(a) - rank(b));
}

/** Four bars in words: broken, sound only, a weaker picture, good. */
export function qualityBars({ up, down }: Pick<Quality, "up" | "down">, media: "connecting" | "connected" | "lost", pictures: boolean): 1 | 2 | 3 | 4 {
  if (media === "lost") return 1;
  if (up === "poor" || down === "poor") return pictures ? 3 : 2;
  if (up === "fair" || down === "fair") return 3;
  return 4;
}
