import { describe, expect, it } from "vitest";
import type { Appointment, Slot, Visit } from "../api/types";
import type { Opened } from "../call/devices";
import type { Translate } from "../locales/useText";
import { waitingPath, waitingTitle } from "./call/waiting";
import { qualityBars } from "./call/pictures";
import { announcement, minutesAndSeconds } from "./countdown";
import { faultOf } from "./devices";
import { fromNow } from "./fromNow";
import { isOf } from "./state";
import { visitPath } from "./visitPath";

// The key and its values, so that a test reads which sentence is said with what.
const t = ((key: string, values?: Record<string, unknown>) => (values ? `${key} ${JSON.stringify(values)}` : key)) as Translate;

describe("the countdown", () => {
  it("shows minutes and seconds and stops at zero", () => {
    expect(minutesAndSeconds(300_000, ".")).toBe("5.00");
    expect(minutesAndSeconds(61_001, ":")).toBe("1:02");
    expect(minutesAndSeconds(-5, ".")).toBe("0.00");
  });

  it("is said aloud four times, not every second", () => {
    const said = new Set<string>();
    for (let left = 300_000; left > 0; left -= 1000) said.add(JSON.stringify(announcement(left)));
    said.delete("undefined");
    expect(said.size).toBeLessThanOrEqual(5);
    expect(announcement(20_000)).toEqual({ seconds: 30 });
    expect(announcement(0)).toBeUndefined();
  });
});

describe("how long until then", () => {
  const now = Date.parse("2024-12-03T08:00:00Z");
  it("is told in minutes, hours or days", () => {
    expect(fromNow(t, "2024-12-03T08:18:00Z", now)).toBe('when.minutes {"n":18}');
    expect(fromNow(t, "2024-12-03T10:00:00Z", now)).toBe('when.hours {"n":2}');
    expect(fromNow(t, "2024-12-09T08:00:00Z", now)).toBe('when.days {"n":6}');
    expect(fromNow(t, "2024-12-03T07:59:00Z", now)).toBe("when.now");
  });
});

describe("devices that do not open", () => {
  const failed = (failure: Extract<Opened, { kind: "failed" }>["failure"]): Opened => ({ kind: "failed", failure });
  const open = { kind: "open", track: {} } as Opened;
  it("are told apart", () => {
    expect(faultOf(open, open)).toBeUndefined();
    expect(faultOf(failed("notFound"), failed("notFound"))).toBe("none");
    expect(faultOf(failed("notFound"), open)).toBe("noCamera");
    expect(faultOf(open, failed("notFound"))).toBe("noMicrophone");
    expect(faultOf(failed("inUse"), open)).toBe("busy");
    expect(faultOf(failed("notFound"), failed("denied"))).toBe("denied");
    expect(faultOf(failed("insecure"), failed("insecure"))).toBe("insecure");
  });
});

describe("the path of a visit from home", () => {
  const visit = (actions: string[], state: Visit["state"] = "planned") =>
    ({ state, opensAt: "2024-12-03T11:30:00Z", you: { actions }, appointment: { modality: "video", practitioner: { name: "Anna Holm" } } }) as unknown as Visit;
  const waiting = (seen: Visit) => {
    const { what, state, at } = visitPath(seen, t, (text) => text.sv)[1] ?? {};
    return { what, state, at };
  };

  it("says when the waiting room opens, and that it is open only when it is", () => {
    expect(waiting(visit([]))).toEqual({ what: "visit.step.waitingOpens", state: "next", at: "2024-12-03T11:30:00Z" });
    expect(waiting(visit(["enter"]))).toEqual({ what: "visit.step.waiting", state: "now" });
    expect(waiting(visit([], "inProgress"))).toEqual({ what: "visit.step.waiting", state: "done" });
  });
});

describe("a hold that is gone", () => {
  const slot = { service: "lakare", start: "2024-12-03T08:15:00Z", practitioner: { id: 7 } } as Slot;
  const made = (change: Partial<Appointment>) =>
    ({ status: "booked", start: "2024-12-03T08:15:00.000Z", service: { id: "lakare" }, practitioner: { id: 7 }, ...change }) as Appointment;
  it("became the visit that was booked in another tab", () => {
    expect(isOf(made({}), slot)).toBe(true);
    expect(isOf(made({ status: "cancelled" }), slot)).toBe(false);
    expect(isOf(made({ start: "2024-12-03T08:30:00Z" }), slot)).toBe(false);
  });
});

describe("the waiting room", () => {
  const now = Date.parse("2024-12-03T08:10:00Z");
  const visit = (change: Partial<Visit>): Visit =>
    ({
      expectedStart: "2024-12-03T08:15:00Z",
      delayMinutes: 0,
      professional: "away",
      nurseKnows: false,
      appointment: { practitioner: { name: "Anna Holm" } },
      ...change,
    }) as Visit;

  it("says when it begins, that it is late, or that somebody is here", () => {
    expect(waitingTitle(visit({}), now, t, "sv").title).toMatch(/^wait.onTime/);
    const late = waitingTitle(visit({ delayMinutes: 8, expectedStart: "2024-12-03T08:23:00Z" }), now, t, "sv");
    expect(late.title).toContain("wait.comesAt");
    expect(late.lead).toBe('wait.late {"n":8}');
    expect(waitingTitle(visit({ professional: "here" }), now, t, "sv").title).toContain("wait.here");
    expect(waitingTitle(visit({}), Date.parse("2024-12-03T08:16:00Z"), t, "sv").title).toContain("wait.soon");
  });

  it("never claims that somebody knows before somebody does", () => {
    expect(waitingPath(visit({}), now, t, "sv")[1]?.what).toBe("wait.step.unknown");
    expect(waitingPath(visit({ nurseKnows: true }), now, t, "sv")[1]?.state).toBe("done");
  });
});

describe("the quality in words", () => {
  it("follows the worse direction", () => {
    expect(qualityBars({ up: "good", down: "good" }, "connected", true)).toBe(4);
    expect(qualityBars({ up: "good", down: "fair" }, "connected", true)).toBe(3);
    expect(qualityBars({ up: "poor", down: "good" }, "connected", false)).toBe(2);
    expect(qualityBars({ up: "good", down: "good" }, "lost", true)).toBe(1);
  });
});
