// A call in React: renders what the call says, owns nothing of it.

import { useSyncExternalStore } from "react";
import type { Call } from "../call";
import type { CallState, Quality, RemoteSource, Role, RoomView, Source } from "../state";
import type { Readable } from "../store";

/** The value of any of the call's stores, rendered again at each change. */
export function useReadable<T>(readable: Readable<T>): T {
  return useSyncExternalStore(readable.subscribe, readable.get, readable.get);
}

export function useCall(call: Call): CallState {
  return useReadable(call);
}

export function useQuality(call: Call): Quality {
  return useReadable(call.quality);
}

/** The first remote source of somebody with that role, or null. */
export function remoteOf(room: RoomView, role: Role, source: Source): RemoteSource | null {
  return room.remote.find((one) => one.participant.role === role && one.source === source) ?? null;
}
