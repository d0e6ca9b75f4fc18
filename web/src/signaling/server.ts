// Strict decoding of every server message.

import {
  DecodeFault,
  type Decoder,
  type Fields,
  fields,
  flag,
  instant,
  list,
  nullable,
  oneOf,
  positive,
  text,
  token,
} from "./decode";
import {
  type Assignment,
  type ChatMessage,
  ERROR_CODES,
  type Participant,
  type Publication,
  type ServerMessage,
  SOURCES,
  type VisitObject,
} from "./messages";

const role = oneOf(["patient", "host", "room", "guest"]);
const admission = oneOf(["waiting", "admitted"]);
const link = oneOf(["connecting", "connected", "lost"]);
const leaveReason = oneOf(["left", "gone", "replaced", "removed", "closed"]);
const source = oneOf(SOURCES);
const mediaKind = oneOf(["audio", "video"]);
const errorCode = oneOf(ERROR_CODES);

const participant: Decoder<Participant> = (value, path) => {
  const of = fields(value, path);
  return {
    id: token(of["id"], `${path}.id`),
    name: text(of["name"], `${path}.name`),
    role: role(of["role"], `${path}.role`),
    state: admission(of["state"], `${path}.state`),
    connection: link(of["connection"], `${path}.connection`),
    joinedAt: instant(of["joinedAt"], `${path}.joinedAt`),
  };
};

const publication: Decoder<Publication> = (value, path) => {
  const of = fields(value, path);
  return {
    id: token(of["id"], `${path}.id`),
    participant: token(of["participant"], `${path}.participant`),
    source: source(of["source"], `${path}.source`),
    kind: mediaKind(of["kind"], `${path}.kind`),
    muted: flag(of["muted"], `${path}.muted`),
  };
};

const assignment: Decoder<Assignment> = (value, path) => {
  const of = fields(value, path);
  return {
    mid: token(of["mid"], `${path}.mid`),
    publication: nullable(token)(of["publication"], `${path}.publication`),
  };
};

const chatMessage: Decoder<ChatMessage> = (value, path) => {
  const of = fields(value, path);
  return {
    id: token(of["id"], `${path}.id`),
    from: token(of["from"], `${path}.from`),
    name: text(of["name"], `${path}.name`),
    text: text(of["text"], `${path}.text`),
    at: instant(of["at"], `${path}.at`),
  };
};

const visit: Decoder<VisitObject> = (value, path) => {
  const of = fields(value, path);
  return { ...of, id: token(of["id"], `${path}.id`), state: token(of["state"], `${path}.state`) };
};

type Body<T extends ServerMessage["type"]> = Omit<Extract<ServerMessage, { type: T }>, "request">;

const bodies: { readonly [T in ServerMessage["type"]]: (of: Fields) => Body<T> } = {
  joined: (of) => ({
    type: "joined",
    you: participant(of["you"], "joined.you"),
    answer: token(of["answer"], "joined.answer"),
    participants: list(participant)(of["participants"], "joined.participants"),
    publications: list(publication)(of["publications"], "joined.publications"),
    assignments: list(assignment)(of["assignments"], "joined.assignments"),
    chat: list(chatMessage)(of["chat"], "joined.chat"),
    ...(of["visit"] === undefined ? {} : { visit: visit(of["visit"], "joined.visit") }),
  }),
  answer: (of) => ({
    type: "answer",
    answer: token(of["answer"], "answer.answer"),
    publications: list(publication)(of["publications"], "answer.publications"),
    assignments: list(assignment)(of["assignments"], "answer.assignments"),
  }),
  participantJoined: (of) => ({
    type: "participantJoined",
    participant: participant(of["participant"], "participantJoined.participant"),
  }),
  participantChanged: (of) => ({
    type: "participantChanged",
    participant: participant(of["participant"], "participantChanged.participant"),
  }),
  participantLeft: (of) => ({
    type: "participantLeft",
    participant: token(of["participant"], "participantLeft.participant"),
    reason: leaveReason(of["reason"], "participantLeft.reason"),
  }),
  publicationAdded: (of) => ({
    type: "publicationAdded",
    publication: publication(of["publication"], "publicationAdded.publication"),
  }),
  publicationChanged: (of) => ({
    type: "publicationChanged",
    publication: publication(of["publication"], "publicationChanged.publication"),
  }),
  publicationRemoved: (of) => ({
    type: "publicationRemoved",
    publication: token(of["publication"], "publicationRemoved.publication"),
  }),
  assign: (of) => ({ type: "assign", assignments: list(assignment)(of["assignments"], "assign.assignments") }),
  chat: (of) => ({ type: "chat", message: chatMessage(of["message"], "chat.message") }),
  visit: (of) => ({ type: "visit", visit: visit(of["visit"], "visit.visit") }),
  error: (of) => ({
    type: "error",
    code: errorCode(of["code"], "error.code"),
    message: text(of["message"], "error.message"),
  }),
  pong: () => ({ type: "pong" }),
};

function isType(type: string): type is ServerMessage["type"] {
  return Object.hasOwn(bodies, type);
}

/** Decodes one WebSocket message of the server, or throws a DecodeFault. */
export function decodeServerMessage(data: unknown): ServerMessage {
  if (typeof data !== "string") throw new DecodeFault("notJSON", "message", "must be a text message");
  let parsed: unknown;
  try {
    parsed = JSON.parse(data);
  } catch {
    throw new DecodeFault("notJSON", "message", "must be JSON");
  }
  const of = fields(parsed, "message");
  const type = token(of["type"], "message.type");
  if (!isType(type)) throw new DecodeFault("unknownType", "message.type", "is of no type that we know");
  const body = bodies[type](of);
  if (of["request"] === undefined) return body;
  return { ...body, request: positive(of["request"], `${type}.request`) };
}
