import { describe, expect, test } from "vitest";
import { type DeviceEnvironment, DeviceList, type DeviceFailure, openCameraAndMicrophone, openDevice } from "./devices";
import { FakeStream, FakeTrack } from "./fakes";
import { loudness } from "./level";

type Answer = (constraints: MediaStreamConstraints) => MediaStream;

function stream(...kinds: ("audio" | "video")[]): MediaStream {
  const made = new FakeStream();
  for (const kind of kinds) made.addTrack(new FakeTrack(kind, kind).real);
  return made as unknown as MediaStream;
}

function fails(name: string, message = ""): Answer {
  return () => {
    throw new DOMException(message, name);
  };
}

function environment(answer: Answer, permission: PermissionState | null = "denied"): DeviceEnvironment & { asked: MediaStreamConstraints[] } {
  const asked: MediaStreamConstraints[] = [];
  const events = new EventTarget();
  return {
    asked,
    secure: true,
    permission: () => Promise.resolve(permission),
    media: {
      getUserMedia: async (constraints = {}) => {
        asked.push(constraints);
        return answer(constraints);
      },
      enumerateDevices: () =>
        Promise.resolve([
          { deviceId: "c1", kind: "videoinput", label: "Kamera", groupId: "", toJSON: () => ({}) },
          { deviceId: "", kind: "audioinput", label: "", groupId: "", toJSON: () => ({}) },
        ]),
      addEventListener: events.addEventListener.bind(events),
      removeEventListener: events.removeEventListener.bind(events),
    },
  };
}

describe("every failure has its name", () => {
  test.each<[string, string, PermissionState | null, DeviceFailure]>([
    ["NotAllowedError", "Permission denied", "denied", "denied"],
    ["NotAllowedError", "Permission denied by system", "granted", "system"],
    ["NotAllowedError", "Permission dismissed", "prompt", "dismissed"],
    ["NotAllowedError", "The request is not allowed", "prompt", "dismissed"],
    ["NotAllowedError", "The request is not allowed", null, "denied"],
    ["SecurityError", "", null, "denied"],
    ["NotFoundError", "", "granted", "notFound"],
    ["NotReadableError", "Could not start video source", "granted", "inUse"],
    ["AbortError", "", "granted", "inUse"],
    ["OverconstrainedError", "", "granted", "overconstrained"],
    ["NotSupportedError", "", null, "unsupported"],
    ["WeirdError", "", null, "unknown"],
  ])("%s %s with permission %s is %s", async (name, message, permission, failure) => {
    expect(await openDevice("camera", undefined, environment(fails(name, message), permission))).toEqual({ kind: "failed", failure });
  });

  test("a page that is not secure, and a browser without devices", async () => {
    const good = environment(() => stream("video"));
    expect(await openDevice("camera", undefined, { ...good, secure: false })).toEqual({ kind: "failed", failure: "insecure" });
    expect(await openDevice("camera", undefined, { ...good, media: undefined })).toEqual({ kind: "failed", failure: "unsupported" });
  });
});

describe("opening", () => {
  test("camera and microphone with one question", async () => {
    const at = environment(() => stream("audio", "video"));
    const both = await openCameraAndMicrophone({}, at);
    expect(both.camera.kind).toBe("open");
    expect(both.microphone.kind).toBe("open");
    expect(at.asked).toHaveLength(1);
  });

  test("without a camera one is still heard", async () => {
    const at = environment((constraints) => {
      if (constraints.video !== undefined) throw new DOMException("", "NotFoundError");
      return stream("audio");
    });
    const both = await openCameraAndMicrophone({}, at);
    expect(both.camera).toEqual({ kind: "failed", failure: "notFound" });
    expect(both.microphone.kind).toBe("open");
  });

  test("a dismissed question is not followed by two more", async () => {
    const at = environment(fails("NotAllowedError", "Permission dismissed"), "prompt");
    const both = await openCameraAndMicrophone({}, at);
    expect(both).toEqual({ camera: { kind: "failed", failure: "dismissed" }, microphone: { kind: "failed", failure: "dismissed" } });
    expect(at.asked).toHaveLength(1);
  });

  test("the exam camera is asked for full HD, from exactly the device that was chosen", async () => {
    const at = environment(() => stream("video"));
    await openDevice("exam", "scope", at);
    expect(at.asked[0]).toMatchObject({ video: { width: { ideal: 1920 }, height: { ideal: 1080 }, deviceId: { exact: "scope" } } });
  });
});

test("the list tells what is plugged in, and leaves out what the browser does not name", async () => {
  const at = environment(() => stream("video"));
  const list = new DeviceList(at);
  await list.refresh();
  expect(list.get()).toEqual({ cameras: [{ id: "c1", label: "Kamera" }], microphones: [], speakers: [] });
});

test("loudness grows from silence to full", () => {
  const tone = (amplitude: number): Float32Array => Float32Array.from({ length: 512 }, (_, n) => amplitude * Math.sin(n / 5));
  expect(loudness(new Float32Array(512))).toBe(0);
  expect(loudness(tone(0.01))).toBeGreaterThan(0.2);
  expect(loudness(tone(0.1))).toBeGreaterThan(loudness(tone(0.01)));
  expect(loudness(tone(1))).toBe(1);
});
