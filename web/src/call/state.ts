// What a call looks like to those who show it: plain values, replaced and never changed.

import type { ChatMessage, MediaKind, Participant, Publication, Role, Source, VisitObject } from "../signaling/messages";

export type { ChatMessage, MediaKind, Participant, Publication, Role, Source, VisitObject };

/**
 * Someone else's source: everything that one participant sends under one name, paired into one stream. The stream is the
 * same object for as long as the participant publishes the source, over reconnections too, so that an element that shows
 * it keeps its last picture.
 */
export interface RemoteSource {
  /** `<participant id>/<source>`; stable, fit for a React key. */
  readonly key: string;
  readonly participant: Participant;
  readonly source: Source;
  readonly stream: MediaStream;
  /** The publications behind it; null when it has none of that kind. */
  readonly video: Publication | null;
  readonly audio: Publication | null;
  /** A picture is to be expected: published, not muted, bound to a receiver. */
  readonly showing: boolean;
  /** Sound is to be expected: published, not muted, bound to a receiver. */
  readonly sounding: boolean;
}

/** A track that we send, or would when the connection is there. */
export interface LocalSource {
  readonly source: Source;
  readonly kind: MediaKind;
  readonly track: MediaStreamTrack;
  readonly muted: boolean;
  /** The track ended by itself: the device was unplugged or the permission taken back. */
  readonly lost: boolean;
}

export interface ChatLine {
  /** Stable, also over the change from sending to sent. */
  readonly key: string;
  readonly own: boolean;
  readonly name: string;
  readonly text: string;
  /** RFC 3339; our own clock until the server's answer. */
  readonly at: string;
  readonly status: "sent" | "sending" | "failed";
}

/** Who is there and what there is to see and hear. Empty before the first join; kept after the end. */
export interface RoomView {
  readonly me: Participant | null;
  /** The others. */
  readonly participants: readonly Participant[];
  /** The others who wait to be let in. */
  readonly waiting: readonly Participant[];
  readonly remote: readonly RemoteSource[];
  readonly local: readonly LocalSource[];
  readonly chat: readonly ChatLine[];
  /** What the server last said of the visit; the object of GET /v1/visits/{id}. */
  readonly visit: VisitObject | null;
}

/** How our media stand: not yet, flowing, or gone (and being restored). */
export type MediaLink = "connecting" | "connected" | "lost";

/** Why a call is over. */
export type EndReason =
  | { readonly kind: "left" } // we left
  | { readonly kind: "closed" } // the visit has ended
  | { readonly kind: "removed" } // the host let us out
  | { readonly kind: "replaced" } // the same person is in the call elsewhere
  | { readonly kind: "notAllowed" } // ticket or room refused us
  | { readonly kind: "refused"; readonly error: unknown } // the ticket request failed for good: the API's problem is `error`
  | { readonly kind: "unsupported" } // no WebRTC in this browser
  | { readonly kind: "fault"; readonly detail: string }; // client and server did not understand each other; `detail` is for the log

/**
 * The call as a state machine:
 *
 *     idle → connecting → waiting ⇄ inCall
 *                └──────────┴────────┴──▶ reconnecting → waiting | inCall
 *     any → ended
 *
 * `since` is Date.now() of the change into this kind.
 */
export type CallState =
  | { readonly kind: "idle"; readonly room: RoomView }
  | { readonly kind: "connecting"; readonly room: RoomView; readonly since: number; readonly attempt: number }
  | { readonly kind: "waiting"; readonly room: RoomView; readonly since: number; readonly media: MediaLink }
  | { readonly kind: "inCall"; readonly room: RoomView; readonly since: number; readonly media: "connecting" | "connected" }
  | {
      readonly kind: "reconnecting";
      readonly room: RoomView;
      readonly since: number;
      readonly was: "waiting" | "inCall";
      /** "connected": sound and picture go on, only messages do not. "lost": the picture stands still. */
      readonly media: MediaLink;
    }
  | { readonly kind: "ended"; readonly room: RoomView; readonly since: number; readonly reason: EndReason };

export const EMPTY_ROOM: RoomView = {
  me: null,
  participants: [],
  waiting: [],
  remote: [],
  local: [],
  chat: [],
  visit: null,
};

export type Grade = "good" | "fair" | "poor" | "none";

/** How the call goes, from getStats; a store of its own because it changes every second or two. */
export interface Quality {
  /** What we send, what we get; "none" when nothing flows that way. */
  readonly up: Grade;
  readonly down: Grade;
  /** Round trip in milliseconds, when known. */
  readonly rtt: number | null;
  /** For each remote source with a picture, by its key: decoded frames so far, frames a second, pixels. */
  readonly pictures: Readonly<Record<string, PictureFigures>>;
  /** The same for what we send, by source. */
  readonly sent: Readonly<Partial<Record<Source, PictureFigures>>>;
}

export interface PictureFigures {
  readonly frames: number;
  readonly fps: number;
  readonly width: number;
  readonly height: number;
}

export const NO_QUALITY: Quality = { up: "none", down: "none", rtt: null, pictures: {}, sent: {} };
