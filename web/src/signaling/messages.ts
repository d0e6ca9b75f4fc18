// The messages of docs/signaling.md, version 1, as discriminated unions over `type`.
//
// `ClientMessage` is what we say, `ServerMessage` what we hear. Field names are those on the wire. A field that may be
// absent on the wire is optional here; everything else is always there.

/** What a track shows or carries. The kind, audio or video, is the m-line's. */
export type Source = "camera" | "microphone" | "screen" | "room" | "exam" | "stethoscope";
export const SOURCES: readonly Source[] = ["camera", "microphone", "screen", "room", "exam", "stethoscope"];

export type MediaKind = "audio" | "video";
export type Role = "patient" | "host" | "room" | "guest";
export type Admission = "waiting" | "admitted";
/** What the server knows of a participant's media connection. */
export type Link = "connecting" | "connected" | "lost";
export type LeaveReason = "left" | "gone" | "replaced" | "removed" | "closed";

export interface Participant {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly state: Admission;
  readonly connection: Link;
  readonly joinedAt: string;
}

export interface Publication {
  readonly id: string;
  readonly participant: string;
  readonly source: Source;
  readonly kind: MediaKind;
  readonly muted: boolean;
}

/** The receive m-line `mid` carries that publication, or nothing. */
export interface Assignment {
  readonly mid: string;
  readonly publication: string | null;
}

export interface ChatMessage {
  readonly id: string;
  readonly from: string;
  readonly name: string;
  readonly text: string;
  readonly at: string;
}

/**
 * What the visit is doing: the object that GET /v1/visits/{id} returns. The client reads only `id` and `state` of it
 * here and hands the whole on; who shows it knows the API's type.
 */
export interface VisitObject {
  readonly id: string;
  readonly state: string;
  readonly [field: string]: unknown;
}

/** What one m-line of our offer sends. */
export interface OfferedPublication {
  readonly mid: string;
  readonly source: Source;
}

export interface Join {
  readonly type: "join";
  readonly request?: number;
  readonly ticket: string;
  readonly offer: string;
  readonly publications: readonly OfferedPublication[];
}
export interface Offer {
  readonly type: "offer";
  readonly request?: number;
  readonly offer: string;
  readonly publications: readonly OfferedPublication[];
}
export interface Mute {
  readonly type: "mute";
  readonly request?: number;
  readonly publication: string;
  readonly muted: boolean;
}
export interface Chat {
  readonly type: "chat";
  readonly request?: number;
  readonly text: string;
}
export interface Admit {
  readonly type: "admit";
  readonly request?: number;
  readonly participant: string;
}
export interface Leave {
  readonly type: "leave";
  readonly request?: number;
}
export interface Ping {
  readonly type: "ping";
  readonly request?: number;
}
export type ClientMessage = Join | Offer | Mute | Chat | Admit | Leave | Ping;

export interface Joined {
  readonly type: "joined";
  readonly request?: number;
  readonly you: Participant;
  readonly answer: string;
  readonly participants: readonly Participant[];
  readonly publications: readonly Publication[];
  readonly assignments: readonly Assignment[];
  readonly chat: readonly ChatMessage[];
  readonly visit?: VisitObject;
}
export interface Answer {
  readonly type: "answer";
  readonly request?: number;
  readonly answer: string;
  readonly publications: readonly Publication[];
  readonly assignments: readonly Assignment[];
}
export interface ParticipantJoined {
  readonly type: "participantJoined";
  readonly request?: number;
  readonly participant: Participant;
}
export interface ParticipantChanged {
  readonly type: "participantChanged";
  readonly request?: number;
  readonly participant: Participant;
}
export interface ParticipantLeft {
  readonly type: "participantLeft";
  readonly request?: number;
  readonly participant: string;
  readonly reason: LeaveReason;
}
export interface PublicationAdded {
  readonly type: "publicationAdded";
  readonly request?: number;
  readonly publication: Publication;
}
export interface PublicationChanged {
  readonly type: "publicationChanged";
  readonly request?: number;
  readonly publication: Publication;
}
export interface PublicationRemoved {
  readonly type: "publicationRemoved";
  readonly request?: number;
  readonly publication: string;
}
export interface Assign {
  readonly type: "assign";
  readonly request?: number;
  readonly assignments: readonly Assignment[];
}
export interface ChatHeard {
  readonly type: "chat";
  readonly request?: number;
  readonly message: ChatMessage;
}
export interface VisitChanged {
  readonly type: "visit";
  readonly request?: number;
  readonly visit: VisitObject;
}
export interface Refused {
  readonly type: "error";
  readonly request?: number;
  readonly code: ErrorCode;
  readonly message: string;
}
export interface Pong {
  readonly type: "pong";
  readonly request?: number;
}
export type ServerMessage =
  | Joined
  | Answer
  | ParticipantJoined
  | ParticipantChanged
  | ParticipantLeft
  | PublicationAdded
  | PublicationChanged
  | PublicationRemoved
  | Assign
  | ChatHeard
  | VisitChanged
  | Refused
  | Pong;

export const ERROR_CODES = [
  "bad-message",
  "too-large",
  "bad-ticket",
  "ticket-used",
  "not-allowed",
  "bad-offer",
  "too-many",
  "no-such-participant",
  "no-such-publication",
  "wrong-state",
  "room-closed",
  "unavailable",
  "internal",
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

/** The longest chat text that the server takes, in code points. */
export const CHAT_LIMIT = 2000;

/** One client message as the text of one WebSocket message. */
export function encode(message: ClientMessage): string {
  return JSON.stringify(message);
}
