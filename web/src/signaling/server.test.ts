import { describe, expect, test } from "vitest";
import { DecodeFault } from "./decode";
import { decodeServerMessage } from "./server";

const participant = {
  id: "p-2",
  name: "",
  role: "patient",
  state: "waiting",
  connection: "connected",
  joinedAt: "2026-11-23T08:30:00.000Z",
};
const publication = { id: "t-1", participant: "p-2", source: "camera", kind: "video", muted: false };

function fault(message: unknown): DecodeFault {
  try {
    decodeServerMessage(typeof message === "string" ? message : JSON.stringify(message));
  } catch (error) {
    if (error instanceof DecodeFault) return error;
    throw error;
  }
  throw new Error("was decoded");
}

describe("a message that is none", () => {
  test.each([
    ["", "notJSON"],
    ["{", "notJSON"],
    ["null", "malformed"],
    ["[]", "malformed"],
    ['"joined"', "malformed"],
    ["{}", "malformed"],
    ['{"type":1}', "malformed"],
    ['{"type":"moved"}', "unknownType"],
    ['{"type":"constructor"}', "unknownType"],
    ['{"type":"__proto__"}', "unknownType"],
  ])("%s is refused as %s", (text, kind) => {
    expect(fault(text).kind).toBe(kind);
  });

  test("binary is refused", () => {
    expect(() => decodeServerMessage(new ArrayBuffer(4))).toThrow(DecodeFault);
  });
});

describe("a broken field is refused by its path", () => {
  test.each([
    [{ type: "participantJoined" }, "participantJoined.participant"],
    [{ type: "participantJoined", participant: { ...participant, id: "" } }, "participantJoined.participant.id"],
    [{ type: "participantJoined", participant: { ...participant, role: "nurse" } }, "participantJoined.participant.role"],
    [{ type: "participantJoined", participant: { ...participant, joinedAt: "yesterday" } }, "participantJoined.participant.joinedAt"],
    [{ type: "participantChanged", participant: { ...participant, state: null } }, "participantChanged.participant.state"],
    [{ type: "participantLeft", participant: "p-2", reason: "bored" }, "participantLeft.reason"],
    [{ type: "publicationAdded", publication: { ...publication, muted: "no" } }, "publicationAdded.publication.muted"],
    [{ type: "publicationAdded", publication: { ...publication, source: "tv" } }, "publicationAdded.publication.source"],
    [{ type: "publicationRemoved", publication: null }, "publicationRemoved.publication"],
    [{ type: "assign", assignments: {} }, "assign.assignments"],
    [{ type: "assign", assignments: [{ mid: "1", publication: "t" }, { mid: "2" }] }, "assign.assignments[1].publication"],
    [{ type: "chat", message: { id: "c", from: "p", name: "", text: 5, at: participant.joinedAt } }, "chat.message.text"],
    [{ type: "visit", visit: { id: "v" } }, "visit.visit.state"],
    [{ type: "error", code: "teapot", message: "" }, "error.code"],
    [{ type: "pong", request: 0 }, "pong.request"],
    [{ type: "pong", request: 1.5 }, "pong.request"],
    [{ type: "answer", answer: "", publications: [], assignments: [] }, "answer.answer"],
  ])("%j", (message, path) => {
    const found = fault(message);
    expect(found.kind).toBe("malformed");
    expect(found.path).toBe(path);
  });
});

test("fields that are not ours are left out", () => {
  const decoded = decodeServerMessage(JSON.stringify({ type: "pong", extra: true }));
  expect(decoded).toEqual({ type: "pong" });
});

test("a visit is handed on whole", () => {
  const visit = { id: "v", state: "arrived", appointment: { id: "v" }, nurse: null };
  expect(decodeServerMessage(JSON.stringify({ type: "visit", visit }))).toEqual({ type: "visit", visit });
});
