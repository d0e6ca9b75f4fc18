import { describe, expect, it } from "vitest";
import type { Appointment, Practitioner, Site, Slot } from "../../api/types";
import { costInDays, dayScale } from "./cost";
import { byConvenience, firstTimes, groupByPerson } from "./groups";
import { ownProfessional } from "./own";
import { byReach, homeOf } from "./places";
import { asFindSearch, asSlotQuery } from "./search";
import { newHold, slotKey } from "./slotKey";

const text = (sv: string) => ({ sv, fi: sv, en: sv });
const person = (id: number, name: string) => ({ id, name, title: text("läkare"), languages: ["sv" as const] });
const slot = (id: number, start: string, modality: Slot["modality"] = "video", site?: string): Slot => ({
  service: "lakare",
  start,
  end: start,
  modality,
  practitioner: person(id, `P${id}`),
  language: "sv",
  ...(site !== undefined && { site }),
});

describe("what a wish costs", () => {
  it("is counted in days of the calendar", () => {
    expect(costInDays("2024-12-03T20:00:00Z", "2024-12-04T06:00:00Z")).toBe(1);
    expect(costInDays("2024-12-03T06:00:00Z", "2024-12-03T13:00:00Z")).toBe(0);
    expect(costInDays("2024-12-03T06:00:00Z", undefined)).toBeUndefined();
  });

  it("is drawn over fourteen days, weekends apart", () => {
    const scale = dayScale("2024-12-03", 6); // a Tuesday
    expect(scale).toHaveLength(14);
    expect(scale.slice(0, 7)).toEqual(["to", "to", "to", "to", "to", "to", "at"]);
    expect(scale[11]).toBe("weekend");
    expect(dayScale("2024-12-03", 40).every((cell) => cell === "to")).toBe(true);
  });
});

describe("a day's times", () => {
  it("put one's own professional first and the rest by the earliest time", () => {
    const groups = groupByPerson([slot(1, "2024-12-03T09:00:00Z"), slot(2, "2024-12-03T08:00:00Z"), slot(3, "2024-12-03T10:00:00Z")], 3, () => 0);
    expect(groups.map(({ practitioner }) => practitioner.id)).toEqual([3, 2, 1]);
  });

  it("show the same time of the same person once, the most convenient way", () => {
    const at = "2024-12-03T09:00:00Z";
    const rank = byConvenience([{ site: { id: "near" } }, { site: { id: "far" } }]);
    const [group] = groupByPerson([slot(1, at, "in_person", "far"), slot(1, at, "phone"), slot(1, at, "hosted", "near")], undefined, rank);
    expect(group?.places).toHaveLength(1);
    expect(group?.places[0]?.sample.site).toBe("near");
  });
});

describe("the times of one place", () => {
  const times = (n: number) => Array.from({ length: n }, (_, index) => slot(1, `2024-12-03T${String(index).padStart(2, "0")}:00:00Z`));

  it("are the earliest six, and the rest when asked for", () => {
    const { shown, more } = firstTimes(times(20), false);
    expect(shown.map(({ start }) => start)).toEqual(times(6).map(({ start }) => start));
    expect(more).toBe(14);
    expect(firstTimes(times(20), true)).toMatchObject({ more: 0, shown: { length: 20 } });
  });

  it("are all of them when hardly more than six", () => {
    expect(firstTimes(times(8), false)).toMatchObject({ more: 0, shown: { length: 8 } });
    expect(firstTimes(times(9), false)).toMatchObject({ more: 3, shown: { length: 6 } });
  });
});

describe("the professional one knows", () => {
  const practitioners = [
    { id: 1, services: ["lakare"] },
    { id: 2, services: ["skotare"] },
  ] as Practitioner[];
  const met = (id: number, start: string, status = "fulfilled") => ({ practitioner: { id }, start, status }) as Appointment;

  it("is the latest one who gives the service", () => {
    expect(ownProfessional([met(1, "2024-01-01"), met(2, "2024-06-01")], practitioners, "lakare")?.id).toBe(1);
  });

  it("is nobody after a cancelled or missed visit", () => {
    expect(ownProfessional([met(1, "2024-01-01", "cancelled"), met(1, "2024-02-01", "noshow")], practitioners, "lakare")).toBeUndefined();
  });
});

describe("places", () => {
  const site = (id: string, municipality: string, latitude: number, longitude: number) => ({ id, municipality, latitude, longitude }) as Site;
  const sites = [site("vasa", "vasa", 63.096, 21.616), site("kasko", "kasko", 62.384, 21.222), site("narpes", "narpes", 62.473, 21.337)];

  it("come in the order one reaches them", () => {
    const reach = byReach(sites, { latitude: 62.473, longitude: 21.337 });
    expect(reach.map((one) => one.site.id)).toEqual(["narpes", "kasko", "vasa"]);
    expect(reach[0]?.km).toBe(0);
    expect(reach[2]?.km).toBeGreaterThan(80);
  });

  it("are reached from the own village, or from the middle of another municipality that was chosen", () => {
    const municipalities = [
      { id: "narpes", latitude: 62.473, longitude: 21.337 },
      { id: "vasa", latitude: 63.096, longitude: 21.616 },
    ];
    const portom = { latitude: 62.708, longitude: 21.611 };
    expect(homeOf(municipalities, undefined, { home: "narpes", homePoint: portom })).toEqual(portom);
    expect(homeOf(municipalities, "vasa", { home: "narpes", homePoint: portom })?.latitude).toBe(63.096);
    expect(homeOf(municipalities, undefined, { home: "narpes" })?.latitude).toBe(62.473);
    expect(homeOf(municipalities, undefined, undefined)).toBeUndefined();
  });

  it("come as they are when nobody knows where from", () => {
    expect(byReach(sites, undefined).map(({ km }) => km)).toEqual([undefined, undefined, undefined]);
  });
});

describe("an address", () => {
  it("keeps the wishes it understands and drops the rest", () => {
    const search = asFindSearch({ service: "lakare", language: "fi", practitioner: 7, modality: "smoke", timeOfDay: "evening", date: "2024-12-03x", keep: true });
    expect(search).toEqual({ service: "lakare", language: "fi", practitioner: 7, timeOfDay: "evening", keep: true });
    expect(asSlotQuery(search)).toEqual({ language: "fi", practitioner: 7, modality: undefined, site: undefined, timeOfDay: "evening" });
  });
});

describe("a slot", () => {
  it("is held by what makes it that one", () => {
    const one = slot(1, "2024-12-03T09:00:00Z", "hosted", "narpes");
    expect(newHold(one)).toEqual({ service: "lakare", start: one.start, modality: "hosted", practitioner: 1, language: "sv", site: "narpes" });
    expect(newHold(one, "m-1")).toMatchObject({ moving: "m-1" });
    expect(slotKey(one)).not.toBe(slotKey(slot(1, "2024-12-03T09:00:00Z", "video")));
  });
});
