// Every golden file of the protocol, decoded and encoded again. A file without a case fails, so does a case without a file.

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { type ClientMessage, encode, type ServerMessage } from "./messages";
import { decodeServerMessage } from "./server";

const folder = fileURLToPath(new URL("../../../signaling/testdata/messages/", import.meta.url));
const files = readdirSync(folder).filter((name) => name.endsWith(".json"));
const content = (name: string): string => readFileSync(folder + name, "utf8");

const SDP = "v=0\r\no=- 4611731400430051336 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1 2 3\r\n";

const said: Readonly<Record<string, ClientMessage>> = {
  "client-admit": { type: "admit", request: 7, participant: "p-2" },
  "client-admit-bare": { type: "admit", participant: "p-2" },
  "client-chat": { type: "chat", request: 7, text: "Hör ni mig?\n<ja> 👍" },
  "client-chat-bare": { type: "chat", text: "x" },
  "client-chat-long": { type: "chat", text: "👍".repeat(2000) },
  "client-join": {
    type: "join",
    request: 1,
    ticket: "eyJhbGciOiJFZERTQSJ9.e30.c2ln",
    offer: SDP,
    publications: [
      { mid: "0", source: "microphone" },
      { mid: "1", source: "camera" },
      { mid: "2", source: "screen" },
      { mid: "3", source: "room" },
      { mid: "4", source: "exam" },
      { mid: "5", source: "stethoscope" },
    ],
  },
  "client-join-empty": { type: "join", ticket: "t", offer: SDP, publications: [] },
  "client-leave": { type: "leave" },
  "client-leave-request": { type: "leave", request: 7 },
  "client-mute": { type: "mute", request: 7, publication: "t-1", muted: true },
  "client-mute-off": { type: "mute", publication: "t-1", muted: false },
  "client-offer": { type: "offer", request: 7, offer: SDP, publications: [{ mid: "0", source: "microphone" }] },
  "client-offer-bare": { type: "offer", offer: SDP, publications: [] },
  "client-ping": { type: "ping", request: Number.MAX_SAFE_INTEGER },
  "client-ping-bare": { type: "ping" },
};

/** What of each type of server message has to have a file. */
const heard: Readonly<Record<ServerMessage["type"], true>> = {
  joined: true,
  answer: true,
  participantJoined: true,
  participantChanged: true,
  participantLeft: true,
  publicationAdded: true,
  publicationChanged: true,
  publicationRemoved: true,
  assign: true,
  chat: true,
  visit: true,
  error: true,
  pong: true,
};

describe("what the client says", () => {
  const names = files.filter((name) => name.startsWith("client-"));

  test("there is a case for each file and a file for each case", () => {
    expect(names.map((name) => name.replace(".json", "")).sort()).toEqual(Object.keys(said).sort());
  });

  test.each(names)("%s", (name) => {
    const message = said[name.replace(".json", "")];
    if (message === undefined) throw new Error(`${name} has no case`);
    expect(JSON.parse(encode(message))).toEqual(JSON.parse(content(name)));
  });
});

describe("what the server says", () => {
  const names = files.filter((name) => !name.startsWith("client-"));

  test("there is a file for each type", () => {
    const types = new Set(names.map((name) => /^server-([A-Za-z]+)/.exec(name)?.[1]));
    expect([...types].sort()).toEqual(Object.keys(heard).sort());
  });

  test.each(names)("%s", (name) => {
    const golden: unknown = JSON.parse(content(name));
    const decoded = decodeServerMessage(content(name));
    expect(JSON.parse(JSON.stringify(decoded))).toEqual(golden);
    expect(name).toMatch(new RegExp(`^server-${decoded.type}[-.]`));
  });
});
