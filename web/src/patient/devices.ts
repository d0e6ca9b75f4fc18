import { useCallback, useEffect, useRef, useState } from "react";
import { DeviceList, type DeviceFailure, type Opened, openCameraAndMicrophone, openDevice, type Devices } from "../call/devices";
import { LevelMeter } from "../call/level";
import type { PlainKey } from "../locales/useText";
import { keep, kept } from "./storage";

export type DeviceState =
  | { kind: "idle" }
  | { kind: "asking" }
  | { kind: "ready"; camera: Opened; microphone: Opened };

export interface OwnDevices {
  state: DeviceState;
  camera: MediaStreamTrack | null;
  microphone: MediaStreamTrack | null;
  /** What there is to choose from; labels come with the permission. */
  list: Devices;
  chosen: { camera: string; microphone: string; speaker: string };
  /** Asks for camera and microphone, again after a failure. */
  open: () => void;
  choose: (kind: "camera" | "microphone" | "speaker", id: string) => void;
}

const trackOf = (opened: Opened): MediaStreamTrack | null => (opened.kind === "open" ? opened.track : null);

/** The person's own camera and microphone: opened, chosen, and let go of when the page closes. */
export function useDevices(): OwnDevices {
  const [state, setState] = useState<DeviceState>({ kind: "idle" });
  const [list, setList] = useState<Devices>({ cameras: [], microphones: [], speakers: [] });
  const [chosen, setChosen] = useState(() => ({ camera: kept("camera") ?? "", microphone: kept("microphone") ?? "", speaker: kept("speaker") ?? "" }));
  const tracks = useRef(new Set<MediaStreamTrack>());
  const known = useRef<DeviceList>(undefined);
  const closed = useRef(false);

  const adopt = useCallback((opened: Opened): Opened => {
    if (opened.kind === "open") {
      if (closed.current) opened.track.stop();
      else tracks.current.add(opened.track);
    }
    return opened;
  }, []);

  useEffect(() => {
    closed.current = false;
    const devices = new DeviceList();
    known.current = devices;
    const stop = devices.subscribe(() => setList(devices.get()));
    devices.start();
    const held = tracks.current;
    return () => {
      closed.current = true;
      stop();
      devices.stop();
      for (const track of held) track.stop();
      held.clear();
    };
  }, []);

  const open = useCallback(() => {
    setState({ kind: "asking" });
    for (const track of tracks.current) track.stop();
    tracks.current.clear();
    void openCameraAndMicrophone({ camera: kept("camera") ?? "", microphone: kept("microphone") ?? "" }).then(async ({ camera, microphone }) => {
      // A device that was chosen earlier and is gone now: any other will do.
      const again = async (opened: Opened, source: "camera" | "microphone") =>
        adopt(opened.kind === "failed" && opened.failure === "overconstrained" ? await openDevice(source) : opened);
      const ready = { kind: "ready", camera: await again(camera, "camera"), microphone: await again(microphone, "microphone") } as const;
      if (closed.current) return;
      setState(ready);
      void known.current?.refresh();
    });
  }, [adopt]);

  const choose = useCallback(
    (kind: "camera" | "microphone" | "speaker", id: string) => {
      keep(kind, id);
      setChosen((before) => ({ ...before, [kind]: id }));
      if (kind === "speaker") return;
      void openDevice(kind, id).then((opened) => {
        adopt(opened);
        setState((before) => {
          if (before.kind !== "ready") return before;
          const old = trackOf(before[kind]);
          if (old) {
            old.stop();
            tracks.current.delete(old);
          }
          return { ...before, [kind]: opened };
        });
      });
    },
    [adopt],
  );

  return {
    state,
    camera: state.kind === "ready" ? trackOf(state.camera) : null,
    microphone: state.kind === "ready" ? trackOf(state.microphone) : null,
    list,
    chosen,
    open,
    choose,
  };
}

/** A stream around a track, for a tile; the same until the track is another. */
export function useStreamOf(track: MediaStreamTrack | null): MediaStream | null {
  const [stream, setStream] = useState<MediaStream | null>(null);
  useEffect(() => setStream(track ? new MediaStream([track]) : null), [track]);
  return stream;
}

/** How loud a microphone is, between 0 and 1, and whether speech has been heard yet. */
export function useLevel(track: MediaStreamTrack | null): { level: number; heard: boolean } {
  const [measured, setMeasured] = useState({ level: 0, heard: false });
  useEffect(() => {
    if (!track) return;
    const meter = new LevelMeter(track);
    const stop = meter.subscribe(() => setMeasured({ level: meter.get(), heard: meter.heard }));
    return () => {
      stop();
      meter.close();
    };
  }, [track]);
  return measured;
}

export type Fault = "denied" | "system" | "none" | "noCamera" | "noMicrophone" | "busy" | "unsupported" | "insecure" | "lost" | "unknown";

const faults: Record<Exclude<DeviceFailure, "notFound">, Fault> = {
  denied: "denied",
  dismissed: "denied",
  system: "system",
  inUse: "busy",
  overconstrained: "lost",
  unsupported: "unsupported",
  insecure: "insecure",
  unknown: "unknown",
};

/** What to tell a person whose camera or microphone did not open; nothing when both did. */
export function faultOf(camera: Opened, microphone: Opened): Fault | undefined {
  if (camera.kind === "failed" && microphone.kind === "failed") {
    if (camera.failure === "notFound" && microphone.failure === "notFound") return "none";
    const worst = camera.failure === "notFound" ? microphone.failure : camera.failure;
    return worst === "notFound" ? "none" : faults[worst];
  }
  if (camera.kind === "failed") return camera.failure === "notFound" ? "noCamera" : faults[camera.failure];
  if (microphone.kind === "failed") return microphone.failure === "notFound" ? "noMicrophone" : faults[microphone.failure];
  return undefined;
}

export const faultTitle = (fault: Fault): PlainKey => `fault.${fault}.title`;
export const faultText = (fault: Fault): PlainKey => `fault.${fault}.text`;
