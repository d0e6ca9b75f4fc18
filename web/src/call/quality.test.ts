import { describe, expect, test } from "vitest";
import { read, type Totals } from "./quality";

const keyOf = (mid: string): string | null => (mid === "4" ? "p-3/exam" : null);
const sourceOf = (mid: string): "camera" | null => (mid === "0" ? "camera" : null);
const stats = (type: string, more: Record<string, unknown>): RTCStats => ({ id: type, timestamp: 0, type, ...more }) as unknown as RTCStats;

const inbound = (received: number, lost: number, more: Record<string, unknown> = {}): RTCStats =>
  stats("inbound-rtp", { kind: "video", mid: "4", packetsReceived: received, packetsLost: lost, framesDecoded: 90, framesPerSecond: 29.7, frameWidth: 1920, frameHeight: 1080, ...more });
const before: Totals = { at: 0, received: 1000, lost: 10, freezes: 0 };

const grade = (list: RTCStats[]): string => {
  const { quality } = read(list, before, 1000, keyOf, sourceOf);
  return `${quality.up} ${quality.down}`;
};

describe("grades", () => {
  test("nothing either way", () => {
    expect(grade([])).toBe("none none");
    expect(grade([inbound(1000, 10)])).toBe("none none");
  });

  test("down goes by what was lost since the last reading, and by freezes", () => {
    expect(grade([inbound(1100, 10)])).toBe("none good");
    expect(grade([inbound(1095, 15)])).toBe("none fair");
    expect(grade([inbound(1080, 30)])).toBe("none poor");
    expect(grade([inbound(1100, 10, { freezeCount: 1 })])).toBe("none fair");
  });

  test("up goes by what the server reports, the delay, and what the browser holds back", () => {
    const out = stats("outbound-rtp", { kind: "video", mid: "0", packetsSent: 5, framesEncoded: 3 });
    expect(grade([out, stats("remote-inbound-rtp", { fractionLost: 0, roundTripTime: 0.03 })])).toBe("good none");
    expect(grade([out, stats("remote-inbound-rtp", { fractionLost: 0.05 })])).toBe("fair none");
    expect(grade([out, stats("remote-inbound-rtp", { fractionLost: 0.2 })])).toBe("poor none");
    expect(grade([out, stats("remote-inbound-rtp", { roundTripTime: 0.9 })])).toBe("poor none");
    expect(grade([stats("outbound-rtp", { kind: "video", packetsSent: 5, qualityLimitationReason: "bandwidth", frameHeight: 180 })])).toBe("fair none");
    expect(grade([stats("outbound-rtp", { kind: "video", packetsSent: 5, qualityLimitationReason: "bandwidth", frameHeight: 720 })])).toBe("good none");
  });
});

test("pictures have their size by the source they show", () => {
  const { quality } = read([inbound(1100, 10)], before, 1000, keyOf, sourceOf);
  expect(quality.pictures).toEqual({ "p-3/exam": { frames: 90, fps: 30, width: 1920, height: 1080 } });
});
