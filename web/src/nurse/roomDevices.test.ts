import { beforeEach, describe, expect, test } from "vitest";
import type { DeviceEnvironment } from "../call/devices";
import { FakeStream, FakeTrack } from "../call/fakes";
import { settle } from "../signaling/fakes";
import { RoomDevices, type Slot } from "./roomDevices";
import { planOf } from "./roomPlan";

class Rig {
  cameras: string[] = ["wall", "scope"];
  readonly broken = new Set<string>();
  readonly tracks: (FakeTrack & { device: string; stopped: boolean })[] = [];
  readonly kept = new Map<string, string>();
  allowed = true;
  readonly #events = new EventTarget();

  get environment(): DeviceEnvironment {
    return {
      secure: true,
      permission: () => Promise.resolve("granted"),
      media: {
        getUserMedia: (constraints = {}) => {
          this.allowed = true;
          const stream = new FakeStream();
          for (const [kind, wanted, fallback] of [
            ["video", constraints.video, this.cameras[0]],
            ["audio", constraints.audio, "mic"],
          ] as const) {
            if (typeof wanted !== "object") continue;
            const exact = typeof wanted.deviceId === "object" && !Array.isArray(wanted.deviceId) ? wanted.deviceId.exact : undefined;
            const device = typeof exact === "string" ? exact : fallback;
            if (device === undefined) return Promise.reject(new DOMException("", "NotFoundError"));
            if (this.broken.has(device)) return Promise.reject(new DOMException("", "NotReadableError"));
            if (kind === "video" && !this.cameras.includes(device)) return Promise.reject(new DOMException("", "OverconstrainedError"));
            const track = Object.assign(new FakeTrack(kind, device), {
              device,
              stopped: false,
              getSettings: () => ({ deviceId: device }),
              stop: () => {
                track.stopped = true;
                track.readyState = "ended";
              },
            });
            this.tracks.push(track);
            stream.addTrack(track.real);
          }
          return Promise.resolve(stream as unknown as MediaStream);
        },
        enumerateDevices: () =>
          Promise.resolve(
            [...this.cameras.map((id) => ["videoinput", id] as const), ["audioinput", "mic"] as const].map(([kind, id]) => ({
              kind,
              deviceId: this.allowed ? id : "",
              label: this.allowed ? id : "",
              groupId: "",
              toJSON: () => ({}),
            })),
          ),
        addEventListener: this.#events.addEventListener.bind(this.#events),
        removeEventListener: this.#events.removeEventListener.bind(this.#events),
      },
    };
  }

  get storage(): Pick<Storage, "getItem" | "setItem"> {
    return {
      getItem: (key) => this.kept.get(key) ?? null,
      setItem: (key, value) => void this.kept.set(key, value),
    };
  }

  open(): RoomDevices {
    return new RoomDevices("r2", this.environment, this.storage);
  }

  async plugs(...cameras: string[]): Promise<void> {
    const gone = this.cameras.filter((one) => !cameras.includes(one));
    this.cameras = cameras;
    for (const track of this.tracks) if (gone.includes(track.device) && !track.stopped) track.ends();
    this.#events.dispatchEvent(new Event("devicechange"));
    await settle();
  }

  /** Devices whose light is on. */
  get live(): string[] {
    return this.tracks.filter((track) => !track.stopped && track.readyState === "live").map((track) => track.device).sort();
  }
}

const words = (devices: RoomDevices): Record<string, string> =>
  Object.fromEntries(
    Object.entries(devices.get().slots).map(([source, slot]: [string, Slot]) => [
      source,
      slot.kind === "none" ? "none" : slot.kind === "failed" ? `${slot.device} ${slot.failure}` : `${slot.device} ${slot.kind}`,
    ]),
  );

let rig: Rig;
beforeEach(() => {
  rig = new Rig();
});

describe("opening a room", () => {
  test("two cameras become room and exam", async () => {
    const room = rig.open();
    await room.start();
    expect(words(room)).toEqual({ room: "wall open", exam: "scope open", microphone: "mic open" });
    expect(room.get().settled).toBe(true);
    room.close();
    expect(rig.live).toEqual([]);
  });

  test("before the person has agreed one question comes, and nothing stays on that is not used", async () => {
    rig.allowed = false;
    const room = rig.open();
    await room.start();
    expect(words(room)).toEqual({ room: "wall open", exam: "scope open", microphone: "mic open" });
    expect(rig.live).toEqual(["mic", "scope", "wall"]);
  });

  test("a camera in use is a failure of its own, and can be tried again", async () => {
    rig.broken.add("scope");
    const room = rig.open();
    await room.start();
    expect(words(room)).toEqual({ room: "wall open", exam: "scope inUse", microphone: "mic open" });
    rig.broken.clear();
    room.retry("exam");
    await settle();
    expect(words(room)["exam"]).toBe("scope open");
  });

  test("no camera at all", async () => {
    rig.cameras = [];
    const room = rig.open();
    await room.start();
    expect(words(room)).toEqual({ room: " notFound", exam: "none", microphone: "mic open" });
  });
});

describe("choosing", () => {
  test("the other's camera changes places, and it is remembered for the room", async () => {
    const room = rig.open();
    await room.start();
    room.choose("room", "scope");
    await settle();
    expect(words(room)).toMatchObject({ room: "scope open", exam: "wall open" });
    room.close();
    const next = rig.open();
    await next.start();
    expect(words(next)).toMatchObject({ room: "scope open", exam: "wall open" });
  });

  test("none stays none next time", async () => {
    const room = rig.open();
    await room.start();
    room.choose("exam", "");
    room.close();
    const next = rig.open();
    await next.start();
    expect(words(next)["exam"]).toBe("none");
    expect(rig.live).toEqual(["mic", "wall"]);
  });

  test("a quick change of mind leaves only the last one on", async () => {
    const room = rig.open();
    await room.start();
    room.choose("exam", "");
    room.choose("exam", "scope");
    room.choose("exam", "");
    await settle();
    expect(words(room)["exam"]).toBe("none");
    expect(rig.live).toEqual(["mic", "wall"]);
  });
});

describe("plugging", () => {
  test("a camera pulled out is told, and comes back by itself", async () => {
    const room = rig.open();
    await room.start();
    await rig.plugs("wall");
    expect(words(room)["exam"]).toBe("scope overconstrained");
    await rig.plugs("wall", "scope");
    expect(words(room)["exam"]).toBe("scope open");
  });

  test("a new camera is offered, not taken", async () => {
    rig.cameras = ["wall"];
    const room = rig.open();
    await room.start();
    expect(words(room)["exam"]).toBe("none");
    await rig.plugs("wall", "derm");
    expect(room.get().found).toEqual({ id: "derm", label: "derm" });
    expect(words(room)["exam"]).toBe("none");
    room.choose("exam", "derm");
    await settle();
    expect(words(room)["exam"]).toBe("derm open");
    expect(room.get().found).toBeNull();
  });
});

describe("the guess", () => {
  const cameras = (...labels: string[]): Parameters<typeof planOf>[0] => ({
    cameras: labels.map((label) => ({ id: label, label })),
    microphones: [],
    speakers: [],
  });

  test("knows an exam camera by its name", () => {
    expect(planOf(cameras("Dermatoscope X", "HD Webcam"), {})).toMatchObject({ exam: "Dermatoscope X", room: "HD Webcam" });
  });

  test("a device whose id changed is known by its label", () => {
    const devices = { ...cameras("Otoskop"), cameras: [{ id: "new", label: "Otoskop" }] };
    expect(planOf(devices, { exam: { id: "old", label: "Otoskop" } })).toMatchObject({ exam: "new", room: null });
  });

  test("never uses one camera twice", () => {
    expect(planOf(cameras("a"), { room: { id: "a", label: "a" }, exam: { id: "a", label: "a" } })).toEqual({ exam: "a", room: null, microphone: null });
  });
});
