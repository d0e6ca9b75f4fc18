import { describe, expect, test } from "vitest";
import { RequestLost, RequestRefused } from "../signaling/connection";
import { settle } from "../signaling/fakes";
import type { ChatMessage, ServerMessage } from "../signaling/messages";
import { ChatLog } from "./chat";

const said = (id: string, text: string, from = "me"): ChatMessage => ({ id, from, name: from, text, at: "2026-11-23T08:30:00.000Z" });

interface Sent {
  readonly id: number;
  readonly text: string;
  readonly resolve: (answer: ServerMessage) => void;
  readonly reject: (error: Error) => void;
}

function world(): { readonly log: ChatLog; readonly sent: Sent[]; readonly texts: () => string[] } {
  const sent: Sent[] = [];
  const log = new ChatLog(
    (text) => {
      const id = sent.length + 1;
      const answer = new Promise<ServerMessage>((resolve, reject) => sent.push({ id, text, resolve, reject }));
      return { id, answer };
    },
    () => undefined,
  );
  return { log, sent, texts: () => log.lines.map((line) => `${line.status} ${line.text}`) };
}

function at<T>(list: readonly T[], n: number): T {
  const item = list[n];
  if (item === undefined) throw new Error(`no item ${n}`);
  return item;
}

describe("a line of ours", () => {
  test("is shown at once, and is the same line when it comes back", () => {
    const { log, texts } = world();
    log.joined("me", []);
    log.say("hej", "Anna");
    expect(texts()).toEqual(["sending hej"]);
    const { key } = at(log.lines, 0);
    log.heard(said("c-1", "hej"), 1);
    expect(texts()).toEqual(["sent hej"]);
    expect(at(log.lines, 0)).toMatchObject({ key, own: true });
  });

  test("that the server refuses is kept, and can be sent again or taken back", async () => {
    const { log, sent, texts } = world();
    log.joined("me", []);
    log.say("hej", "Anna");
    at(sent, 0).reject(new RequestRefused("too-many", ""));
    await settle();
    expect(texts()).toEqual(["failed hej"]);
    log.again(at(log.lines, 0).key);
    expect(texts()).toEqual(["sending hej"]);
    at(sent, 1).reject(new RequestRefused("too-many", ""));
    await settle();
    expect(log.takeBack(at(log.lines, 0).key)).toBe("hej");
    expect(texts()).toEqual([]);
  });

  test("said without a connection waits for the next join", async () => {
    const { log, sent, texts } = world();
    log.joined("me", []);
    log.say("hej", "Anna");
    at(sent, 0).reject(new RequestLost("down"));
    await settle();
    expect(texts()).toEqual(["sending hej"]);
    log.joined("me", []);
    expect(sent).toHaveLength(2);
    log.heard(said("c-1", "hej"), 2);
    expect(texts()).toEqual(["sent hej"]);
  });

  test("whose answer was lost is not said twice", async () => {
    const { log, sent, texts } = world();
    log.joined("me", [said("c-0", "hej")]);
    log.say("hej", "Anna");
    at(sent, 0).reject(new RequestLost("down"));
    await settle();
    log.joined("me", [said("c-0", "hej"), said("c-1", "hej")]);
    expect(sent).toHaveLength(1);
    expect(texts()).toEqual(["sent hej", "sent hej"]);
  });

  test("given up after a time-out and heard after all is one line", async () => {
    const { log, sent, texts } = world();
    log.joined("me", []);
    log.say("hej", "Anna");
    at(sent, 0).reject(new RequestLost("timeout"));
    await settle();
    expect(texts()).toEqual(["failed hej"]);
    log.heard(said("c-1", "hej"), 1);
    expect(texts()).toEqual(["sent hej"]);
  });

  test("is not lost when the call ends", () => {
    const { log, texts } = world();
    log.joined("me", []);
    log.say("hej", "Anna");
    log.close();
    expect(texts()).toEqual(["failed hej"]);
  });

  test("after fifty that wait is not taken", () => {
    const { log } = world();
    log.joined("me", []);
    for (let n = 0; n < 50; n++) expect(log.say(String(n), "Anna")).toBe(true);
    expect(log.say("x", "Anna")).toBe(false);
  });
});

test("what was said stays when the room was opened anew", () => {
  const { log, texts } = world();
  log.joined("me", [said("c-1", "a", "you")]);
  log.joined("me", []);
  log.heard(said("c-2", "b", "you"), undefined);
  log.joined("me", [said("c-2", "b", "you"), said("c-3", "c", "you")]);
  expect(texts()).toEqual(["sent a", "sent b", "sent c"]);
});

test("what the others say comes once, in order", () => {
  const { log, texts } = world();
  log.joined("me", [said("c-1", "a", "you")]);
  log.heard(said("c-2", "b", "you"), undefined);
  log.heard(said("c-2", "b", "you"), undefined);
  expect(texts()).toEqual(["sent a", "sent b"]);
  expect(log.lines.every((line) => !line.own)).toBe(true);
});
