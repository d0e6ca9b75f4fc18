// Cameras, microphones and loudspeakers: opening them with every failure named, listing them, noticing changes.
//
//     const camera = await openDevice("camera");          // {kind: "open", track} or {kind: "failed", failure}
//     const both = await openCameraAndMicrophone();       // one question to the person; each can fail for itself
//     const list = new DeviceList(); list.get().cameras   // a Readable: renders again when something is plugged in

import type { Source } from "../signaling/messages";
import { profileOf } from "./sources";
import { type Readable, Store } from "./store";

/** Why a device did not open. Each has a sentence of its own that says what to do. */
export type DeviceFailure =
  | "denied" // the person or a policy said no, and the browser remembers it
  | "dismissed" // the question was closed without an answer: ask again
  | "system" // the operating system keeps the browser from it
  | "notFound" // there is none
  | "inUse" // another program has it
  | "overconstrained" // the chosen one is gone or cannot do what was asked
  | "unsupported" // this browser has no such thing
  | "insecure" // the page is not on https or localhost
  | "unknown";

export type Opened =
  | { readonly kind: "open"; readonly track: MediaStreamTrack }
  | { readonly kind: "failed"; readonly failure: DeviceFailure };

/** The part of navigator and window that is used. */
export interface DeviceEnvironment {
  readonly secure: boolean;
  readonly media: Pick<MediaDevices, "getUserMedia" | "enumerateDevices" | "addEventListener" | "removeEventListener"> | undefined;
  /** "prompt", "granted", "denied"; null where the browser does not tell. */
  permission(kind: "camera" | "microphone"): Promise<PermissionState | null>;
}

export function browserDevices(): DeviceEnvironment {
  return {
    secure: globalThis.isSecureContext,
    // Absent on insecure pages and in some embedded browsers, whatever its type says.
    media: navigator.mediaDevices as MediaDevices | undefined,
    permission: async (kind) => {
      try {
        return (await navigator.permissions.query({ name: kind as PermissionName })).state;
      } catch {
        return null;
      }
    },
  };
}

const VIDEO_SOURCES: ReadonlySet<Source> = new Set(["camera", "room", "exam"]);

/** What to ask for when opening a source; `device` picks one of several. */
function constraintsOf(source: Source, device: string | undefined): MediaTrackConstraints {
  const kind = VIDEO_SOURCES.has(source) ? "video" : "audio";
  const capture = profileOf(source, kind).capture;
  return device === undefined || device === "" ? capture : { ...capture, deviceId: { exact: device } };
}

/** Opens a device for a source. A device that is gone fails as `overconstrained`, never falls back to another in silence. */
export async function openDevice(
  source: Exclude<Source, "screen">,
  device?: string,
  environment: DeviceEnvironment = browserDevices(),
): Promise<Opened> {
  const video = VIDEO_SOURCES.has(source);
  const wanted = constraintsOf(source, device);
  const result = await open(environment, video ? { video: wanted } : { audio: wanted });
  if (result.kind === "failed") return result;
  const [track] = video ? result.stream.getVideoTracks() : result.stream.getAudioTracks();
  return track === undefined ? { kind: "failed", failure: "notFound" } : { kind: "open", track };
}

export interface OpenedBoth {
  readonly camera: Opened;
  readonly microphone: Opened;
}

/**
 * Opens camera and microphone with one question to the person. When that fails because of one of them, each is tried for
 * itself, so that a person without a camera is at least heard.
 */
export async function openCameraAndMicrophone(
  devices: { readonly camera?: string; readonly microphone?: string } = {},
  environment: DeviceEnvironment = browserDevices(),
): Promise<OpenedBoth> {
  const both = await open(environment, {
    video: constraintsOf("camera", devices.camera),
    audio: constraintsOf("microphone", devices.microphone),
  });
  if (both.kind === "open") {
    const [camera] = both.stream.getVideoTracks();
    const [microphone] = both.stream.getAudioTracks();
    const missing: Opened = { kind: "failed", failure: "notFound" };
    return {
      camera: camera === undefined ? missing : { kind: "open", track: camera },
      microphone: microphone === undefined ? missing : { kind: "open", track: microphone },
    };
  }
  if (both.failure === "unsupported" || both.failure === "insecure" || both.failure === "dismissed") {
    return { camera: both, microphone: both };
  }
  const microphone = await openDevice("microphone", devices.microphone, environment);
  const camera = await openDevice("camera", devices.camera, environment);
  return { camera, microphone };
}

type OpenedStream = { readonly kind: "open"; readonly stream: MediaStream } | { readonly kind: "failed"; readonly failure: DeviceFailure };

async function open(environment: DeviceEnvironment, constraints: MediaStreamConstraints): Promise<OpenedStream> {
  if (!environment.secure) return { kind: "failed", failure: "insecure" };
  if (environment.media === undefined || typeof environment.media.getUserMedia !== "function") {
    return { kind: "failed", failure: "unsupported" };
  }
  try {
    return { kind: "open", stream: await environment.media.getUserMedia(constraints) };
  } catch (error) {
    const asked = constraints.video === undefined ? "microphone" : "camera";
    return { kind: "failed", failure: await failureOf(error, () => environment.permission(asked)) };
  }
}

/** The failure behind what getUserMedia threw. Browsers agree on names, and tell a dismissed question only by the permission. */
export async function failureOf(error: unknown, permission: () => Promise<PermissionState | null>): Promise<DeviceFailure> {
  const { name, message } = error instanceof Error || error instanceof DOMException ? error : { name: "", message: "" };
  switch (name) {
    case "NotAllowedError":
    case "PermissionDeniedError":
      if (/system/i.test(message)) return "system";
      if (/dismissed/i.test(message)) return "dismissed";
      return (await permission()) === "prompt" ? "dismissed" : "denied";
    case "SecurityError":
      return "denied";
    case "NotFoundError":
    case "DevicesNotFoundError":
      return "notFound";
    case "NotReadableError":
    case "TrackStartError":
    case "AbortError":
      return "inUse";
    case "OverconstrainedError":
    case "ConstraintNotSatisfiedError":
      return "overconstrained";
    case "TypeError":
    case "NotSupportedError":
      return "unsupported";
    default:
      return "unknown";
  }
}

export interface Device {
  readonly id: string;
  /** As the system calls it; empty until the person has allowed a device of the kind. */
  readonly label: string;
}

export interface Devices {
  readonly cameras: readonly Device[];
  readonly microphones: readonly Device[];
  /** Empty where the browser does not let a page choose. */
  readonly speakers: readonly Device[];
}

const NO_DEVICES: Devices = { cameras: [], microphones: [], speakers: [] };

/** What is plugged in now. `start` listens for changes until `stop`; `refresh` after a permission was given. */
export class DeviceList implements Readable<Devices> {
  readonly #environment: DeviceEnvironment;
  readonly #store = new Store<Devices>(NO_DEVICES);
  readonly #listener = (): void => void this.refresh();

  constructor(environment: DeviceEnvironment = browserDevices()) {
    this.#environment = environment;
  }

  readonly get = (): Devices => this.#store.get();
  readonly subscribe = (listener: () => void): (() => void) => this.#store.subscribe(listener);

  start(): void {
    this.#environment.media?.addEventListener("devicechange", this.#listener);
    void this.refresh();
  }

  stop(): void {
    this.#environment.media?.removeEventListener("devicechange", this.#listener);
  }

  async refresh(): Promise<Devices> {
    const all = (await this.#environment.media?.enumerateDevices().catch(() => [])) ?? [];
    const of = (kind: MediaDeviceKind): Device[] =>
      all
        .filter((one) => one.kind === kind && one.deviceId !== "")
        .map((one) => ({ id: one.deviceId, label: one.label }));
    const devices: Devices = { cameras: of("videoinput"), microphones: of("audioinput"), speakers: of("audiooutput") };
    this.#store.set(devices);
    return devices;
  }
}

/** Which device a track comes from, or "" when the browser does not tell. */
export function deviceOf(track: MediaStreamTrack): string {
  return track.getSettings().deviceId ?? "";
}

/** Calls back when a track falls silent or black by itself, ends, or comes back; returns how to stop. */
export function watchTrack(track: MediaStreamTrack, changed: (state: "live" | "muted" | "ended") => void): () => void {
  const muted = (): void => changed("muted");
  const unmuted = (): void => changed("live");
  const ended = (): void => changed("ended");
  track.addEventListener("mute", muted);
  track.addEventListener("unmute", unmuted);
  track.addEventListener("ended", ended);
  return () => {
    track.removeEventListener("mute", muted);
    track.removeEventListener("unmute", unmuted);
    track.removeEventListener("ended", ended);
  };
}
