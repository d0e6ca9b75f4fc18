// How each source is sent. A face may lose detail but must move; an exam picture may stutter but must be sharp.

import type { MediaKind, Source } from "../signaling/messages";

export interface Profile {
  /** MediaStreamTrack.contentHint. */
  readonly hint: string;
  readonly degradation: "maintain-framerate" | "maintain-resolution" | "balanced";
  /** Bits a second at most. The sum of what one participant sends stays under the server's 6 Mbit/s. */
  readonly maxBitrate: number;
  readonly maxFramerate?: number;
  readonly priority: RTCPriorityType;
  /** What to ask the device for. */
  readonly capture: MediaTrackConstraints;
}

const FACE: Profile = {
  hint: "motion",
  degradation: "maintain-framerate",
  maxBitrate: 1_200_000,
  maxFramerate: 30,
  priority: "medium",
  capture: { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30, max: 30 } },
};

const VIDEO: Readonly<Record<Source, Profile>> = {
  camera: FACE,
  microphone: FACE,
  stethoscope: FACE,
  room: { ...FACE, priority: "low" },
  exam: {
    hint: "detail",
    degradation: "maintain-resolution",
    maxBitrate: 3_400_000,
    maxFramerate: 30,
    priority: "high",
    capture: { width: { ideal: 1920 }, height: { ideal: 1080 }, frameRate: { ideal: 30 } },
  },
  screen: {
    hint: "detail",
    degradation: "maintain-resolution",
    maxBitrate: 2_500_000,
    maxFramerate: 15,
    priority: "medium",
    capture: { frameRate: { ideal: 15, max: 30 } },
  },
};

const SPEECH: Profile = {
  hint: "speech",
  degradation: "balanced",
  maxBitrate: 40_000,
  priority: "high",
  capture: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
};

/** Heart and lungs lie between 20 and 1000 Hz, just where speech processing cuts: no processing at all. */
const BODY: Profile = {
  hint: "music",
  degradation: "balanced",
  maxBitrate: 96_000,
  priority: "high",
  capture: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
};

export function profileOf(source: Source, kind: MediaKind): Profile {
  if (kind === "video") return VIDEO[source];
  return source === "stethoscope" ? BODY : SPEECH;
}

/** The sender's encoding for a source, as RTCRtpTransceiverInit.sendEncodings takes it. */
export function encodingOf(source: Source, kind: MediaKind): RTCRtpEncodingParameters {
  const profile = profileOf(source, kind);
  return {
    maxBitrate: profile.maxBitrate,
    priority: profile.priority,
    networkPriority: profile.priority,
    ...(profile.maxFramerate === undefined || kind === "audio" ? {} : { maxFramerate: profile.maxFramerate }),
  };
}
