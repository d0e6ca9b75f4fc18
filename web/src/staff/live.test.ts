import { QueryClient } from "@tanstack/react-query";
import { describe, expect, test } from "vitest";
import type { Day, SiteDay, VisitFacts } from "../api/types";
import { asFacts, placed, takeIn } from "./live";

const text = { sv: "", fi: "", en: "" };

function visit(id: string, start: string, more: Partial<VisitFacts> = {}, practitioner = 1, room = 2): VisitFacts {
  return {
    id,
    appointment: {
      id,
      status: "booked",
      service: { id: "lakare", name: text, minutes: 20 },
      start,
      end: start,
      modality: "hosted",
      language: "sv",
      site: { id: "narpes", name: text, address: "", municipality: "narpes", phone: "" },
      room: { id: room, name: `Rum ${room}` },
      devices: [],
      practitioner: { id: practitioner, name: "", title: text },
      patient: { id: "p", name: "", age: 50 },
      version: 1,
      supportPhone: "",
    },
    state: "planned",
    expectedStart: start,
    delayMinutes: 0,
    professional: "away",
    nurseKnows: false,
    patient: "absent",
    updatedAt: start,
    ...more,
  };
}

const early = visit("a", "2026-11-23T07:00:00Z");
const late = visit("b", "2026-11-23T09:00:00Z");
const middle = visit("c", "2026-11-23T08:00:00Z");

describe("a changed visit", () => {
  test("takes its place by time, and replaces itself", () => {
    expect(placed([early, late], middle, true).map((one) => one.id)).toEqual(["a", "c", "b"]);
    const ready = { ...late, state: "ready" as const };
    expect(placed([early, late], ready, true)[1]).toBe(ready);
  });

  test("leaves a list that it does not belong to any more, and changes no other", () => {
    const list = [early, late];
    expect(placed(list, late, false)).toEqual([early]);
    expect(placed(list, middle, false)).toBe(list);
  });

  test("reaches one's own day and the right room of the site's, and moves with its booking", () => {
    const client = new QueryClient();
    const key = (date: string): string[] => ["day", date];
    const day = (date: string, visits: VisitFacts[]): Day => ({ date, now: "2026-11-23T06:00:00Z", visits });
    client.setQueryData(key("2026-11-23"), day("2026-11-23", [early]));
    client.setQueryData(key("2026-11-24"), day("2026-11-24", []));
    client.setQueryData<SiteDay>(["siteDay", "narpes", "2026-11-23"], {
      date: "2026-11-23",
      now: "2026-11-23T06:00:00Z",
      site: { id: "narpes", name: text, municipality: "narpes", address: "", phone: "", latitude: 0, longitude: 0 },
      rooms: [1, 2].map((id) => ({ id, name: `Rum ${id}`, devices: [], visits: [] })),
    });
    const ids = (date: string): string[] => client.getQueryData<Day>(key(date))?.visits.map((one) => one.id) ?? [];
    const rooms = (): string[][] =>
      client.getQueryData<SiteDay>(["siteDay", "narpes", "2026-11-23"])?.rooms.map((room) => room.visits.map((one) => one.id)) ?? [];

    takeIn(client, visit("x", "2026-11-23T08:00:00Z", {}, 7), 1);
    expect(ids("2026-11-23")).toEqual(["a"]);
    expect(rooms()).toEqual([[], ["x"]]);

    takeIn(client, visit("x", "2026-11-23T08:00:00Z", {}, 7, 1), 1);
    expect(rooms()).toEqual([["x"], []]);

    takeIn(client, visit("a", "2026-11-24T07:00:00Z"), 1);
    expect(ids("2026-11-23")).toEqual([]);
    expect(ids("2026-11-24")).toEqual(["a"]);
  });
});

test("an event that is not a visit is passed over", () => {
  expect(asFacts("{")).toBeNull();
  expect(asFacts("null")).toBeNull();
  expect(asFacts(JSON.stringify({ id: "a" }))).toBeNull();
  expect(asFacts(undefined)).toBeNull();
  expect(asFacts(JSON.stringify(early))?.id).toBe("a");
});
