import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { pauseBefore } from "./backoff";
import { type Attempt, Connection, type ConnectionEnd, type RequestLost, RequestRefused } from "./connection";
import { FakeSocket, settle } from "./fakes";
import type { Joined, ServerMessage } from "./messages";

const you = {
  id: "p-1",
  name: "Anna",
  role: "host",
  state: "admitted",
  connection: "connecting",
  joinedAt: "2026-11-23T08:30:00.000Z",
} as const;
const JOINED: Joined = { type: "joined", you, answer: "sdp", participants: [], publications: [], assignments: [], chat: [] };

interface World {
  readonly connection: Connection;
  readonly sockets: FakeSocket[];
  readonly heard: ServerMessage[];
  readonly downs: string[];
  readonly ends: ConnectionEnd[];
  tickets: number;
  joins: number;
  prepare: () => Promise<Attempt>;
}

function world(): World {
  const w: World = {
    sockets: [],
    heard: [],
    downs: [],
    ends: [],
    tickets: 0,
    joins: 0,
    prepare: () => {
      w.tickets += 1;
      return Promise.resolve({ url: "ws://here/v1/signaling", join: { ticket: `t-${w.tickets}`, offer: "sdp", publications: [] } });
    },
    connection: new Connection({
      prepare: () => w.prepare(),
      isFinal: (error) => error instanceof RangeError,
      open: (url, protocol) => {
        const socket = new FakeSocket(url, protocol);
        w.sockets.push(socket);
        return socket;
      },
      random: () => 0.5,
      handlers: {
        joined: () => {
          w.joins += 1;
        },
        message: (message) => w.heard.push(message),
        down: (reason) => w.downs.push(reason),
        ended: (end) => w.ends.push(end),
      },
    }),
  };
  return w;
}

function socketOf(w: World, n = w.sockets.length - 1): FakeSocket {
  const socket = w.sockets[n];
  if (socket === undefined) throw new Error(`no socket ${n}`);
  return socket;
}

async function join(w: World): Promise<FakeSocket> {
  w.connection.start();
  await settle();
  return answerJoin(w);
}

async function answerJoin(w: World): Promise<FakeSocket> {
  const socket = socketOf(w);
  socket.opens();
  socket.says(JOINED);
  await settle();
  return socket;
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("joining", () => {
  test("join is the first message, with the ticket, and nothing is said before it", async () => {
    const w = world();
    w.connection.start();
    await settle();
    expect(w.connection.send({ type: "ping" })).toBe(false);
    const socket = socketOf(w);
    expect(socket.protocol).toBe("nara.v1");
    expect(socket.url).not.toContain("t-1");
    expect(socket.sent).toEqual([]);
    socket.opens();
    expect(socket.sent).toEqual([{ type: "join", ticket: "t-1", offer: "sdp", publications: [] }]);
    socket.says(JOINED);
    expect(w.joins).toBe(1);
    expect(w.connection.joined).toBe(true);
  });

  test("starting twice joins once", async () => {
    const w = world();
    w.connection.start();
    w.connection.start();
    await settle();
    expect(w.sockets).toHaveLength(1);
  });

  test("a join without an answer is given up after ten seconds and tried again", async () => {
    const w = world();
    w.connection.start();
    await settle();
    socketOf(w).opens();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(w.downs).toEqual(["joinTimeout"]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(w.sockets).toHaveLength(2);
    expect(w.tickets).toBe(2);
  });

  test("a ticket that cannot be had now is asked for again; one that is refused ends it", async () => {
    const w = world();
    const good = w.prepare;
    w.prepare = () => Promise.reject(new TypeError("no network"));
    w.connection.start();
    await settle();
    expect(w.downs).toEqual(["prepare"]);
    w.prepare = good;
    await vi.advanceTimersByTimeAsync(1_000);
    await answerJoin(w);
    expect(w.joins).toBe(1);

    const refused = world();
    refused.prepare = () => Promise.reject(new RangeError("403"));
    refused.connection.start();
    await settle();
    expect(refused.ends).toEqual([{ kind: "refused", error: new RangeError("403") }]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(refused.sockets).toHaveLength(0);
  });

  test("leaving while the ticket is on its way opens nothing", async () => {
    const w = world();
    let release: (attempt: Attempt) => void = () => undefined;
    w.prepare = () => new Promise((resolve) => (release = resolve));
    w.connection.start();
    w.connection.leave();
    release({ url: "ws://here", join: { ticket: "t", offer: "sdp", publications: [] } });
    await settle();
    expect(w.sockets).toHaveLength(0);
    expect(w.ends).toEqual([{ kind: "left" }]);
  });
});

describe("an end", () => {
  test.each([
    [1000, "left", "left"],
    [1008, "not-allowed", "notAllowed"],
    [1008, "origin", "notAllowed"],
    [4003, "replaced", "replaced"],
    [4004, "removed", "removed"],
    [4005, "closed", "closed"],
    [1009, "too-large", "fault"],
    [4000, "bad-message", "fault"],
  ])("%i %s is for good: %s", async (code, reason, kind) => {
    const w = world();
    const socket = await join(w);
    socket.closes(code, reason);
    expect(w.ends.map((end) => end.kind)).toEqual([kind]);
    await vi.advanceTimersByTimeAsync(120_000);
    expect(w.sockets).toHaveLength(1);
  });

  test.each([
    [1001, "shutdown"],
    [1006, ""],
    [1013, "unavailable"],
    [4001, "join-timeout"],
    [4002, "slow"],
    [1000, ""],
  ])("%i %s is not: it joins again with a new ticket", async (code, reason) => {
    const w = world();
    const socket = await join(w);
    socket.closes(code, reason);
    await vi.advanceTimersByTimeAsync(15_000);
    expect(w.ends).toEqual([]);
    expect(w.sockets.length).toBeGreaterThan(1);
    socketOf(w).opens();
    expect(socketOf(w).sent[0]).toMatchObject({ type: "join", ticket: `t-${w.tickets}` });
  });

  test("three refused tickets in a row are enough", async () => {
    const w = world();
    w.connection.start();
    await settle();
    for (let n = 0; n < 3; n++) {
      socketOf(w).opens();
      socketOf(w).says({ type: "error", code: "bad-ticket", message: "" });
      socketOf(w).closes(1008, "bad-ticket");
      await vi.advanceTimersByTimeAsync(2_000);
    }
    expect(w.ends).toEqual([{ kind: "notAllowed" }]);
    expect(w.sockets).toHaveLength(3);
  });

  test("leave is said before the socket closes, and late messages change nothing", async () => {
    const w = world();
    const socket = await join(w);
    w.connection.leave();
    w.connection.leave();
    expect(socket.last()).toEqual({ type: "leave" });
    expect(socket.closedWith?.reason).toBe("left");
    socket.says({ type: "pong" });
    expect(w.ends).toEqual([{ kind: "left" }]);
    expect(w.heard).toEqual([]);
  });
});

describe("pauses", () => {
  test("grow, have jitter, and have an end", () => {
    const middle = (attempt: number): number => pauseBefore(attempt, () => 0.5);
    expect(middle(1)).toBeGreaterThan(middle(0));
    expect(middle(4)).toBeGreaterThan(middle(3));
    expect(pauseBefore(40, () => 0.999)).toBeLessThanOrEqual(10_000);
    expect(pauseBefore(3, () => 0)).toBeLessThan(pauseBefore(3, () => 0.99));
  });

  test("the first retry after a lost network is quick, the next are slower", async () => {
    const w = world();
    const socket = await join(w);
    await vi.advanceTimersByTimeAsync(6_000);
    socket.says({ type: "pong" });
    socket.closes(1006);
    await vi.advanceTimersByTimeAsync(200);
    expect(w.sockets).toHaveLength(2);
    socketOf(w).closes(1006);
    await vi.advanceTimersByTimeAsync(300);
    expect(w.sockets).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(600);
    expect(w.sockets).toHaveLength(3);
  });

  test("hurry does not wait", async () => {
    const w = world();
    w.prepare = () => Promise.reject(new TypeError("no network"));
    w.connection.start();
    await settle();
    const { downs } = w;
    w.connection.hurry();
    await settle();
    expect(downs).toHaveLength(2);
  });
});

describe("requests", () => {
  test("are answered by number, whatever comes between", async () => {
    const w = world();
    const socket = await join(w);
    const one = w.connection.request({ type: "admit", participant: "a" });
    const two = w.connection.request({ type: "chat", text: "hej" });
    socket.says({ type: "error", request: two.id, code: "too-many", message: "" });
    socket.says({ type: "participantChanged", request: one.id, participant: { ...you, id: "a" } });
    await expect(two.answer).rejects.toMatchObject(new RequestRefused("too-many", ""));
    await expect(one.answer).resolves.toMatchObject({ type: "participantChanged" });
    expect(w.heard).toHaveLength(2);
  });

  test("fail when the socket falls, when nothing comes, and when too many are open", async () => {
    const w = world();
    const socket = await join(w);
    const late = w.connection.request({ type: "chat", text: "1" });
    const lateFailed = expect(late.answer).rejects.toMatchObject({ why: "timeout" } satisfies Partial<RequestLost>);
    for (let n = 0; n < 2; n++) {
      await vi.advanceTimersByTimeAsync(5_000);
      socket.says({ type: "pong" });
    }
    await lateFailed;
    const open = Array.from({ length: 64 }, (_, n) => w.connection.request({ type: "chat", text: String(n) }));
    const fallen = open.map((request) => expect(request.answer).rejects.toMatchObject({ why: "down" }));
    await expect(w.connection.request({ type: "chat", text: "x" }).answer).rejects.toMatchObject({ why: "tooMany" });
    socket.closes(1006);
    await Promise.all(fallen);
    await expect(w.connection.request({ type: "chat", text: "x" }).answer).rejects.toMatchObject({ why: "down" });
  });
});

describe("a socket that says nothing", () => {
  test("is asked, and dropped when it does not answer", async () => {
    const w = world();
    const socket = await join(w);
    await vi.advanceTimersByTimeAsync(8_000);
    expect(socket.of("ping").length).toBeGreaterThan(0);
    await vi.advanceTimersByTimeAsync(8_000);
    expect(w.downs).toEqual(["network"]);
    expect(socket.closedWith).not.toBeNull();
  });

  test("is kept while it answers", async () => {
    const w = world();
    const socket = await join(w);
    for (let n = 0; n < 20; n++) {
      await vi.advanceTimersByTimeAsync(5_000);
      socket.says({ type: "pong" });
    }
    expect(w.downs).toEqual([]);
    expect(w.heard).toEqual([]);
  });

  test("that cannot take what we say is slow", async () => {
    const w = world();
    const socket = await join(w);
    socket.bufferedAmount = 2 << 20;
    expect(w.connection.send({ type: "mute", publication: "x", muted: true })).toBe(false);
    expect(w.downs).toEqual(["slow"]);
  });
});

describe("what is not understood", () => {
  test("a type of a newer server is passed over", async () => {
    const w = world();
    const socket = await join(w);
    socket.says({ type: "hologram" });
    expect(w.downs).toEqual([]);
  });

  test("a broken message gets the whole picture again by a new join", async () => {
    const w = world();
    const socket = await join(w);
    socket.says({ type: "participantJoined" });
    expect(w.downs).toEqual(["network"]);
    await vi.advanceTimersByTimeAsync(500);
    await answerJoin(w);
    expect(w.joins).toBe(2);
  });
});

test("rejoin drops the socket and joins at once; the old one is not heard any more", async () => {
  const w = world();
  const old = await join(w);
  w.connection.rejoin();
  await settle();
  expect(w.sockets).toHaveLength(2);
  await answerJoin(w);
  old.says({ type: "assign", assignments: [] });
  old.closes(4003, "replaced");
  expect(w.heard).toEqual([]);
  expect(w.ends).toEqual([]);
  expect(w.connection.joined).toBe(true);
});
