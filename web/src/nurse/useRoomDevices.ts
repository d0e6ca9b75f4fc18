import { useEffect, useRef, useState } from "react";
import type { Call } from "../call/call";
import type { Readable } from "../call/store";
import { useReadable } from "../call/view/useCall";
import { RoomDevices, type RoomDevicesState, type Slot } from "./roomDevices";
import { ROOM_SOURCES, type RoomSource } from "./roomPlan";

const EMPTY: RoomDevicesState = {
  devices: { cameras: [], microphones: [], speakers: [] },
  slots: { room: { kind: "none" }, exam: { kind: "none" }, microphone: { kind: "none" } },
  speaker: "",
  found: null,
  settled: false,
};
const nothing: Readable<RoomDevicesState> = { get: () => EMPTY, subscribe: () => () => undefined };

/** The room's devices for as long as the console is open; what is on goes to the call, and the call starts with it. */
export function useRoomDevices(room: string, call: Call | null): { readonly devices: RoomDevices | null; readonly state: RoomDevicesState } {
  const [devices, setDevices] = useState<RoomDevices | null>(null);
  useEffect(() => {
    const made = new RoomDevices(room);
    setDevices(made);
    void made.start();
    return () => {
      made.close();
      setDevices(null);
    };
  }, [room]);
  const state = useReadable(devices ?? nothing);

  const given = useRef(new Map<RoomSource, MediaStreamTrack>());
  useEffect(() => {
    given.current.clear();
  }, [call]);
  useEffect(() => {
    if (call === null) return;
    for (const source of ROOM_SOURCES) {
      const track = trackIn(state.slots[source]);
      const before = given.current.get(source);
      if (track === before) continue;
      if (track !== undefined) {
        given.current.set(source, track);
        call.publish(source, track);
      } else if (state.slots[source].kind !== "opening") {
        given.current.delete(source);
        call.unpublish(source);
      }
    }
    if (state.settled) call.start();
  }, [call, state]);
  return { devices, state };
}

export function trackIn(slot: Slot): MediaStreamTrack | undefined {
  return slot.kind === "open" ? slot.track : undefined;
}
