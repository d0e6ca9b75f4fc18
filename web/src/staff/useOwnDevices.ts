import { useCallback, useEffect, useRef, useState } from "react";
import type { Call } from "../call/call";
import { type DeviceFailure, openCameraAndMicrophone, openDevice, type Opened } from "../call/devices";

type Own = "camera" | "microphone";

export interface OwnDevices {
  /** Still asking the person or the device. */
  readonly opening: boolean;
  readonly camera: DeviceFailure | null;
  readonly microphone: DeviceFailure | null;
  /** Tries what failed once more. */
  readonly retry: () => void;
}

const PATIENCE = 3_000; // then the call starts without them, and gets them when they come

/** Opens a professional's camera and microphone, gives them to the call and starts it; stops them at the end. */
export function useOwnDevices(call: Call | null): OwnDevices {
  const [failures, setFailures] = useState<Readonly<Record<Own, DeviceFailure | null>>>({ camera: null, microphone: null });
  const [opening, setOpening] = useState(true);
  const tracks = useRef(new Map<Own, MediaStreamTrack>());
  const run = useRef(0);

  const take = useCallback((to: Call, source: Own, opened: Opened): void => {
    if (opened.kind === "open") {
      const { track } = opened;
      tracks.current.set(source, track);
      track.addEventListener("ended", () => setFailures((before) => ({ ...before, [source]: "overconstrained" })));
      to.publish(source, track);
    }
    setFailures((before) => ({ ...before, [source]: opened.kind === "open" ? null : opened.failure }));
  }, []);

  const open = useCallback(
    async (to: Call, mine: number, first: boolean): Promise<void> => {
      setOpening(true);
      const opened: [Own, Opened][] = [];
      if (first) {
        const both = await openCameraAndMicrophone();
        opened.push(["microphone", both.microphone], ["camera", both.camera]);
      } else {
        for (const source of ["microphone", "camera"] as const) {
          if (tracks.current.get(source)?.readyState !== "live") opened.push([source, await openDevice(source)]);
        }
      }
      if (mine !== run.current) {
        for (const [, one] of opened) if (one.kind === "open") one.track.stop();
        return;
      }
      for (const [source, one] of opened) take(to, source, one);
      setOpening(false);
      to.start();
    },
    [take],
  );

  useEffect(() => {
    if (call === null) return;
    run.current += 1;
    const held = tracks.current;
    const timer = setTimeout(() => call.start(), PATIENCE);
    void open(call, run.current, true);
    return () => {
      run.current += 1;
      clearTimeout(timer);
      for (const track of held.values()) track.stop();
      held.clear();
    };
  }, [call, open]);

  const retry = useCallback(() => {
    if (call !== null) void open(call, run.current, false);
  }, [call, open]);
  return { opening, ...failures, retry };
}
