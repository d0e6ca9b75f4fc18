import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { settle } from "../signaling/fakes";
import type { FakeSocket } from "../signaling/fakes";
import type { Joined, Participant, Publication } from "../signaling/messages";
import { type Call, createCall, type Ticket } from "./call";
import { type FakeBrowser, fakeBrowser, type FakePeer, FakeTrack } from "./fakes";

const AT = "2026-11-23T08:30:00.000Z";
const anna: Participant = { id: "p-1", name: "Anna", role: "host", state: "admitted", connection: "connected", joinedAt: AT };
const gun: Participant = { id: "p-2", name: "Gun-Britt", role: "patient", state: "waiting", connection: "connected", joinedAt: AT };
const rum: Participant = { id: "p-3", name: "Rum 2", role: "room", state: "admitted", connection: "connected", joinedAt: AT };
const camera: Publication = { id: "t-1", participant: "p-2", source: "camera", kind: "video", muted: false };
const exam: Publication = { id: "t-2", participant: "p-3", source: "exam", kind: "video", muted: false };
const voice: Publication = { id: "t-3", participant: "p-3", source: "microphone", kind: "audio", muted: false };

interface World {
  readonly browser: FakeBrowser;
  readonly call: Call;
  readonly camera: FakeTrack;
  readonly microphone: FakeTrack;
  readonly kinds: string[];
  readonly tickets: number[];
}

function world(options: { readonly spare?: { video: number; audio: number }; readonly ticket?: () => Promise<Ticket> } = {}): World {
  const browser = fakeBrowser();
  const tickets: number[] = [];
  const w = {
    browser,
    tickets,
    camera: new FakeTrack("video", "camera"),
    microphone: new FakeTrack("audio", "microphone"),
    kinds: [] as string[],
  };
  const call = createCall({
    ticket:
      options.ticket ??
      (() => {
        tickets.push(tickets.length + 1);
        return Promise.resolve({ ticket: `ticket-${tickets.length}`, url: "/v1/signaling" });
      }),
    local: [
      { source: "camera", track: w.camera.real },
      { source: "microphone", track: w.microphone.real },
    ],
    spare: options.spare ?? { video: 2, audio: 2 },
    environment: browser.environment,
  });
  call.subscribe(() => {
    const { kind } = call.get();
    if (w.kinds.at(-1) !== kind) w.kinds.push(kind);
  });
  return { ...w, call };
}

function peerOf(w: World, n = w.browser.peers.length - 1): FakePeer {
  const peer = w.browser.peers[n];
  if (peer === undefined) throw new Error(`no peer ${n}`);
  return peer;
}

function socketOf(w: World, n = w.browser.sockets.length - 1): FakeSocket {
  const socket = w.browser.sockets[n];
  if (socket === undefined) throw new Error(`no socket ${n}`);
  return socket;
}

const joinedAs = (you: Participant, rest: Partial<Joined> = {}): Joined => ({
  type: "joined",
  you,
  answer: "answer",
  participants: [],
  publications: [],
  assignments: [],
  chat: [],
  ...rest,
});

async function enter(w: World, joined: Joined): Promise<FakeSocket> {
  w.call.start();
  await settle();
  return answer(w, joined);
}

async function answer(w: World, joined: Joined): Promise<FakeSocket> {
  const socket = socketOf(w);
  socket.opens();
  socket.says(joined);
  await settle();
  peerOf(w).becomes("connected");
  return socket;
}

function midsOf(w: World, line: string): string[] {
  const peer = peerOf(w);
  return peer.transceivers.filter((_, n) => peer.lines[n] === line).map((one) => one.mid ?? "?");
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("the first offer", () => {
  test("has what we send first, then spare receivers, and goes out in join", async () => {
    const w = world();
    w.call.start();
    await settle();
    expect(peerOf(w).lines).toEqual(["video>", "audio>", "<audio", "<video", "<audio", "<video"]);
    socketOf(w).opens();
    expect(socketOf(w).sent).toEqual([
      {
        type: "join",
        ticket: "ticket-1",
        offer: "peer-1 offer 1",
        publications: [
          { mid: "0", source: "camera" },
          { mid: "1", source: "microphone" },
        ],
      },
    ]);
  });

  test("sends faces for motion and keeps the bitrate within bounds", async () => {
    const w = world();
    w.call.start();
    await settle();
    expect(w.camera.contentHint).toBe("motion");
    expect(w.microphone.contentHint).toBe("speech");
    expect(peerOf(w).transceivers[0]?.encodings[0]).toMatchObject({ maxBitrate: 1_200_000, maxFramerate: 30 });
  });

  test("carries a muted source as an empty sender", async () => {
    const w = world();
    w.call.setMuted("camera", "video", true);
    w.call.start();
    await settle();
    expect(peerOf(w).transceivers[0]).toMatchObject({ kind: "video", direction: "sendonly", track: null });
    expect(w.camera.enabled).toBe(false);
  });
});

describe("coming in", () => {
  test("connecting, waiting, in call: admission needs no negotiation", async () => {
    const w = world();
    const socket = await enter(w, joinedAs(gun));
    expect(w.call.get()).toMatchObject({ kind: "waiting", media: "connected" });
    socket.says({ type: "participantChanged", participant: { ...gun, state: "admitted" } });
    expect(w.call.get().kind).toBe("inCall");
    expect(w.kinds).toEqual(["connecting", "waiting", "inCall"]);
    expect(socket.of("offer")).toEqual([]);
    expect(w.browser.peers).toHaveLength(1);
  });

  test("the roster that comes with the admission is shown", async () => {
    const w = world();
    const socket = await enter(w, joinedAs(gun));
    socket.says({ type: "participantChanged", participant: { ...gun, state: "admitted" } });
    socket.says({ type: "participantJoined", participant: anna });
    socket.says({ type: "publicationAdded", publication: { ...camera, id: "t-9", participant: "p-1" } });
    const mid = midsOf(w, "<video")[0] ?? "";
    expect(w.call.get().room.remote[0]).toMatchObject({ showing: false });
    socket.says({ type: "assign", assignments: [{ mid, publication: "t-9" }] });
    const [remote] = w.call.get().room.remote;
    expect(remote).toMatchObject({ key: "p-1/camera", showing: true, sounding: false });
    expect(remote?.stream.getTracks()).toEqual([peerOf(w).transceivers.find((one) => one.mid === mid)?.receiver.track]);
  });

  test("a browser that cannot is told at once", () => {
    const w = world();
    w.browser.supported = false;
    w.call.start();
    expect(w.call.get()).toMatchObject({ kind: "ended", reason: { kind: "unsupported" } });
  });

  test("a refused ticket ends it with the problem; a lost network does not", async () => {
    const problem = Object.assign(new Error("gone"), { status: 410 });
    const refused = world({ ticket: () => Promise.reject(problem) });
    refused.call.start();
    await settle();
    expect(refused.call.get()).toMatchObject({ kind: "ended", reason: { kind: "refused", error: problem } });

    const offline = world({ ticket: () => Promise.reject(Object.assign(new Error("offline"), { status: 0 })) });
    offline.call.start();
    await vi.advanceTimersByTimeAsync(20_000);
    const state = offline.call.get();
    expect(state.kind).toBe("connecting");
    expect(state.kind === "connecting" && state.attempt).toBeGreaterThan(2);
    offline.call.leave();
    expect(offline.call.get()).toMatchObject({ kind: "ended", reason: { kind: "left" } });
    expect(vi.getTimerCount()).toBe(0);
  });

  test.each([
    [4003, "replaced", "replaced"],
    [4004, "removed", "removed"],
    [4005, "closed", "closed"],
    [1008, "not-allowed", "notAllowed"],
  ])("%i %s ends it", async (code, text, kind) => {
    const w = world();
    const socket = await enter(w, joinedAs(anna));
    socket.closes(code, text);
    expect(w.call.get()).toMatchObject({ kind: "ended", reason: { kind } });
    expect(peerOf(w).connectionState).toBe("closed");
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("what there is to see and hear", () => {
  test("each participant's source is one stream, and unchanged items stay the same objects", async () => {
    const w = world();
    const socket = await enter(
      w,
      joinedAs(anna, { participants: [rum, gun], publications: [exam, voice], assignments: [{ mid: "3", publication: "t-2" }] }),
    );
    const before = w.call.get().room.remote;
    expect(before.map((one) => one.key)).toEqual(["p-3/exam", "p-3/microphone"]);
    socket.says({ type: "chat", message: { id: "c", from: "p-3", name: "", text: "x", at: AT } });
    expect(w.call.get().room.remote).toBe(before);
    socket.says({ type: "assign", assignments: [{ mid: "2", publication: "t-3" }] });
    const after = w.call.get().room.remote;
    expect(after[0]).toBe(before[0]);
    expect(after[1]).toMatchObject({ sounding: true });
    expect(w.call.get().room.waiting).toEqual([gun]);
  });

  test("audio and video under one source share a stream", async () => {
    const w = world();
    const sound: Publication = { ...exam, id: "t-4", kind: "audio" };
    await enter(
      w,
      joinedAs(anna, {
        participants: [rum],
        publications: [exam, sound],
        assignments: [
          { mid: "2", publication: "t-4" },
          { mid: "3", publication: "t-2" },
        ],
      }),
    );
    const { remote } = w.call.get().room;
    expect(remote).toHaveLength(1);
    expect(remote[0]?.stream.getTracks()).toHaveLength(2);
  });

  test("a muted picture is not shown, and comes back on the same stream", async () => {
    const w = world();
    const socket = await enter(w, joinedAs(anna, { participants: [rum], publications: [exam], assignments: [{ mid: "3", publication: "t-2" }] }));
    const stream = w.call.get().room.remote[0]?.stream;
    socket.says({ type: "publicationChanged", publication: { ...exam, muted: true } });
    expect(w.call.get().room.remote[0]).toMatchObject({ showing: false });
    socket.says({ type: "publicationChanged", publication: exam });
    expect(w.call.get().room.remote[0]).toMatchObject({ showing: true, stream });
  });

  test("who leaves takes all sources along", async () => {
    const w = world();
    const socket = await enter(w, joinedAs(anna, { participants: [rum], publications: [exam, voice], assignments: [{ mid: "3", publication: "t-2" }] }));
    socket.says({ type: "participantLeft", participant: "p-3", reason: "left" });
    expect(w.call.get().room).toMatchObject({ participants: [], remote: [] });
  });

  test("too few receivers: one more offer, and the streams keep their places", async () => {
    const w = world({ spare: { video: 1, audio: 1 } });
    const socket = await enter(w, joinedAs(anna, { participants: [rum], publications: [exam], assignments: [{ mid: "3", publication: "t-2" }] }));
    expect(socket.of("offer")).toEqual([]);
    const stream = w.call.get().room.remote[0]?.stream;
    socket.says({ type: "publicationAdded", publication: { ...exam, id: "t-5", source: "room" } });
    socket.says({ type: "publicationAdded", publication: { ...exam, id: "t-6", source: "screen" } });
    await settle();
    const [offer] = socket.of("offer");
    expect(socket.of("offer")).toHaveLength(1);
    const videos = midsOf(w, "<video");
    expect(videos.length).toBeGreaterThanOrEqual(3);
    socket.says({
      type: "answer",
      request: offer?.request ?? 0,
      answer: "more",
      publications: [],
      assignments: [{ mid: videos[1] ?? "", publication: "t-5" }],
    });
    await settle();
    expect(peerOf(w).answers).toEqual(["answer", "more"]);
    expect(w.call.get().room.remote.map((one) => one.showing)).toEqual([true, true, false]);
    expect(w.call.get().room.remote[0]?.stream).toBe(stream);
  });
});

describe("sending", () => {
  test("a camera plugged in later is a new source by a new offer, sharp before smooth", async () => {
    const w = world();
    const socket = await enter(w, joinedAs(anna));
    const scope = new FakeTrack("video", "scope");
    w.call.publish("exam", scope.real);
    await settle();
    const [offer] = socket.of("offer");
    expect(offer?.publications.map((one) => one.source)).toEqual(["camera", "microphone", "exam"]);
    socket.says({ type: "answer", request: offer?.request ?? 0, answer: "2", publications: [], assignments: [] });
    await settle();
    expect(scope.contentHint).toBe("detail");
    expect(peerOf(w).transceivers.at(-1)?.parameters).toMatchObject({ degradationPreference: "maintain-resolution" });
  });

  test("two cameras at once: one offer at a time, the second holds both", async () => {
    const w = world();
    const socket = await enter(w, joinedAs(anna));
    w.call.publish("exam", new FakeTrack("video", "a").real);
    w.call.publish("room", new FakeTrack("video", "b").real);
    await settle();
    expect(socket.of("offer")).toHaveLength(1);
    socket.says({ type: "answer", request: socket.of("offer")[0]?.request ?? 0, answer: "2", publications: [], assignments: [] });
    await settle();
    const offers = socket.of("offer");
    expect(offers).toHaveLength(2);
    expect(offers[1]?.publications.map((one) => one.source)).toEqual(["camera", "microphone", "exam", "room"]);
  });

  test("another device for a source that is there is a replaced track, not an offer", async () => {
    const w = world();
    const socket = await enter(w, joinedAs(anna));
    const other = new FakeTrack("video", "other");
    w.call.publish("camera", other.real);
    await settle();
    expect(socket.of("offer")).toEqual([]);
    expect(peerOf(w).transceivers[0]?.track).toBe(other.real);
    w.camera.ends();
    expect(w.call.get().room.local[0]).toMatchObject({ lost: false });
  });

  test("a refused offer is taken back and the call goes on", async () => {
    const w = world();
    const socket = await enter(w, joinedAs(anna));
    w.call.publish("exam", new FakeTrack("video", "a").real);
    await settle();
    socket.says({ type: "error", request: socket.of("offer")[0]?.request ?? 0, code: "too-many", message: "" });
    await settle();
    expect(peerOf(w).signalingState).toBe("stable");
    expect(w.call.get().kind).toBe("inCall");
  });

  test("a stopped source leaves its m-line for the next of its kind", async () => {
    const w = world();
    const socket = await enter(w, joinedAs(anna));
    const lines = peerOf(w).transceivers.length;
    w.call.unpublish("camera");
    await settle();
    expect(socket.of("offer")[0]?.publications).toEqual([{ mid: "1", source: "microphone" }]);
    socket.says({ type: "answer", request: socket.of("offer")[0]?.request ?? 0, answer: "2", publications: [], assignments: [] });
    await settle();
    w.call.publish("screen", new FakeTrack("video", "screen").real);
    await settle();
    expect(peerOf(w).transceivers).toHaveLength(lines);
    expect(socket.of("offer")[1]?.publications[0]).toEqual({ mid: "0", source: "screen" });
  });

  test("muting sends nothing and tells the others; over a rejoin it is told again", async () => {
    const w = world();
    const own: Publication = { id: "t-8", participant: "p-1", source: "microphone", kind: "audio", muted: false };
    const socket = await enter(w, joinedAs(anna, { publications: [own] }));
    w.call.setMuted("microphone", "audio", true);
    await settle();
    expect(socket.of("mute")).toEqual([{ type: "mute", publication: "t-8", muted: true }]);
    expect(peerOf(w).transceivers[1]?.track).toBeNull();
    expect(w.microphone.enabled).toBe(false);
    socket.closes(1006);
    await vi.advanceTimersByTimeAsync(300);
    const again = await answer(w, joinedAs(anna, { publications: [{ ...own, id: "t-80" }] }));
    expect(again.of("mute")).toEqual([{ type: "mute", publication: "t-80", muted: true }]);
    w.call.setMuted("microphone", "audio", false);
    await settle();
    expect(again.of("mute").at(-1)).toEqual({ type: "mute", publication: "t-80", muted: false });
    expect(peerOf(w).transceivers[1]?.track).toBe(w.microphone.real);
  });

  test("an unplugged device is told, and a new one takes its place", async () => {
    const w = world();
    await enter(w, joinedAs(anna));
    w.camera.ends();
    expect(w.call.get().room.local[0]).toMatchObject({ source: "camera", lost: true });
    w.call.publish("camera", new FakeTrack("video", "new").real);
    expect(w.call.get().room.local[0]).toMatchObject({ lost: false });
  });

  test("what is published while the first offer is on its way goes out in a second", async () => {
    const w = world();
    w.call.start();
    await settle();
    w.call.publish("exam", new FakeTrack("video", "a").real);
    const socket = await answer(w, joinedAs(anna));
    await settle();
    expect(socket.of("offer")[0]?.publications.map((one) => one.source)).toEqual(["camera", "microphone", "exam"]);
  });
});

describe("admitting", () => {
  test("is done when the participant is in", async () => {
    const w = world();
    const socket = await enter(w, joinedAs(anna, { participants: [gun] }));
    const done = w.call.admit("p-2");
    expect(socket.of("admit")).toMatchObject([{ participant: "p-2" }]);
    socket.says({ type: "participantChanged", request: socket.of("admit")[0]?.request ?? 0, participant: { ...gun, state: "admitted" } });
    await expect(done).resolves.toBeNull();
    await expect(w.call.admit("p-2")).resolves.toBeNull();
  });

  test.each([
    ["no-such-participant", "gone"],
    ["not-allowed", "notAllowed"],
  ] as const)("%s says %s", async (code, failure) => {
    const w = world();
    const socket = await enter(w, joinedAs(anna, { participants: [gun] }));
    const done = w.call.admit("p-2");
    socket.says({ type: "error", request: socket.of("admit")[0]?.request ?? 0, code, message: "" });
    await expect(done).resolves.toBe(failure);
  });
});

describe("losing the connection", () => {
  const joined = joinedAs(anna, { participants: [rum], publications: [exam], assignments: [{ mid: "3", publication: "t-2" }] });

  test("the WebSocket falls: the media do not notice, and the next join goes on with them", async () => {
    const w = world();
    const socket = await enter(w, joined);
    const before = w.call.get().room.remote[0];
    socket.closes(1006);
    expect(w.call.get()).toMatchObject({ kind: "reconnecting", was: "inCall", media: "connected" });
    expect(w.call.get().room.remote[0]).toBe(before);
    await vi.advanceTimersByTimeAsync(300);
    socketOf(w).opens();
    expect(socketOf(w).sent[0]).toMatchObject({ type: "join", ticket: "ticket-2", offer: "peer-1 offer 2" });
    socketOf(w).says(joined);
    await settle();
    expect(w.call.get()).toMatchObject({ kind: "inCall", media: "connected" });
    expect(w.browser.peers).toHaveLength(1);
    expect(w.call.get().room.remote[0]?.stream.getTracks()).toEqual(before?.stream.getTracks());
  });

  test("a server that does not know our peer connection any more gets a new one at once", async () => {
    const w = world();
    const socket = await enter(w, { ...joined, answer: "v=0\r\na=ice-ufrag:one\r\n" });
    socket.closes(1006);
    await vi.advanceTimersByTimeAsync(300);
    socketOf(w).opens();
    socketOf(w).says({ ...joined, answer: "v=0\r\na=ice-ufrag:two\r\n" });
    await settle();
    expect(w.browser.peers).toHaveLength(2);
    await answer(w, { ...joined, answer: "v=0\r\na=ice-ufrag:three\r\n" });
    expect(w.call.get().kind).toBe("inCall");
  });

  test("the server restarts: a new peer connection takes over, on the same streams", async () => {
    const w = world();
    const socket = await enter(w, joined);
    const stream = w.call.get().room.remote[0]?.stream;
    const old = peerOf(w);
    socket.closes(1001, "shutdown");
    await vi.advanceTimersByTimeAsync(300);
    expect(old.connectionState).toBe("connected");
    socketOf(w).opens();
    expect(socketOf(w).sent[0]).toMatchObject({ type: "join", offer: "peer-2 offer 1" });
    socketOf(w).says({ ...joined, publications: [{ ...exam, id: "t-20" }], assignments: [{ mid: "5", publication: "t-20" }] });
    await settle();
    peerOf(w).becomes("connected");
    const state = w.call.get();
    expect(state).toMatchObject({ kind: "inCall", media: "connected" });
    expect(state.room.remote[0]?.stream).toBe(stream);
    expect(stream?.getTracks()).toEqual([peerOf(w).transceivers[5]?.receiver.track]);
    expect(old.connectionState).toBe("closed");
  });

  test("ICE is disconnected: an ICE restart on the same connection", async () => {
    const w = world();
    const socket = await enter(w, joined);
    peerOf(w).becomes("disconnected");
    expect(w.call.get()).toMatchObject({ kind: "reconnecting", media: "lost" });
    await settle();
    expect(peerOf(w).offers.at(-1)).toEqual({ iceRestart: true });
    socket.says({ type: "answer", request: socket.of("offer")[0]?.request ?? 0, answer: "ice", publications: [], assignments: [] });
    await settle();
    peerOf(w).becomes("connected");
    expect(w.call.get().kind).toBe("inCall");
    expect(w.browser.peers).toHaveLength(1);
  });

  test("an ICE restart that does not help ends in a new connection", async () => {
    const w = world();
    await enter(w, joined);
    peerOf(w).becomes("disconnected");
    await vi.advanceTimersByTimeAsync(7_000);
    expect(w.browser.peers).toHaveLength(2);
    await answer(w, joined);
    expect(w.call.get().kind).toBe("inCall");
  });

  test("failed goes to a new connection at once, and never gives up", async () => {
    const w = world();
    await enter(w, joined);
    peerOf(w).becomes("failed");
    await settle();
    expect(w.browser.peers).toHaveLength(2);
    socketOf(w).opens();
    socketOf(w).says(joined);
    await settle();
    expect(w.call.get()).toMatchObject({ kind: "reconnecting", media: "lost" });
    await vi.advanceTimersByTimeAsync(20_000);
    expect(w.browser.peers.length).toBeGreaterThan(2);
  });

  test("a changed network joins again at once", async () => {
    const w = world();
    await enter(w, joined);
    w.browser.changesNetwork();
    await settle();
    expect(w.browser.sockets).toHaveLength(2);
    await answer(w, joined);
    expect(w.call.get().kind).toBe("inCall");
  });

  test("waiting stays waiting over a reconnection", async () => {
    const w = world();
    const socket = await enter(w, joinedAs(gun));
    socket.closes(1001, "shutdown");
    expect(w.call.get()).toMatchObject({ kind: "reconnecting", was: "waiting" });
    await vi.advanceTimersByTimeAsync(300);
    await answer(w, joinedAs(gun));
    expect(w.call.get().kind).toBe("waiting");
  });

  test("leaving while reconnecting leaves nothing behind", async () => {
    const w = world();
    const socket = await enter(w, joined);
    socket.closes(1006);
    w.call.leave();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(w.browser.sockets).toHaveLength(1);
    expect(w.browser.peers.every((peer) => peer.connectionState === "closed")).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
    expect(w.camera.readyState).toBe("live");
  });
});

test("after the end nothing has any effect", async () => {
  const w = world();
  const socket = await enter(w, joinedAs(anna));
  w.call.leave();
  const sent = socket.sent.length;
  w.call.start();
  w.call.publish("exam", new FakeTrack("video", "x").real);
  w.call.setMuted("camera", "video", true);
  expect(w.call.say("hej")).toBe(false);
  await settle();
  expect(socket.sent).toHaveLength(sent);
  expect(w.call.get().kind).toBe("ended");
});
