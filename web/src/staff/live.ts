// The lists of a day, kept true by the server's events instead of by asking.

import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { Day, SiteDay, Visit, VisitFacts } from "../api/types";
import { dateOf } from "../locales/time";

/** Since when the stream of events is away, or null while it is there. */
export function useLiveVisits(practitioner: number | undefined): Date | null {
  const client = useQueryClient();
  const [downSince, setDownSince] = useState<Date | null>(null);
  useEffect(() => {
    let stream: EventSource;
    let again: ReturnType<typeof setTimeout> | undefined;
    let missed = false;
    const open = (): void => {
      stream = new EventSource("/v1/events");
      stream.addEventListener("open", () => {
        setDownSince(null);
        // What happened meanwhile came to nobody.
        if (missed) void refresh(client);
        missed = false;
      });
      stream.addEventListener("visit", (event: MessageEvent<unknown>) => {
        const facts = asFacts(event.data);
        if (facts !== null) takeIn(client, facts, practitioner);
      });
      stream.addEventListener("error", () => {
        missed = true;
        setDownSince((before) => before ?? new Date());
        // The browser tries again by itself after a lost connection, but not after a refusal.
        if (stream.readyState === EventSource.CLOSED) {
          clearTimeout(again);
          again = setTimeout(open, 4_000);
        }
      });
    };
    open();
    return () => {
      clearTimeout(again);
      stream.close();
    };
  }, [client, practitioner]);
  return downSince;
}

async function refresh(client: QueryClient): Promise<void> {
  await Promise.all([
    client.invalidateQueries({ queryKey: ["day"] }),
    client.invalidateQueries({ queryKey: ["siteDay"] }),
    client.invalidateQueries({ queryKey: ["visit"] }),
  ]);
}

/** The facts in an event's data, or null when it is not what we know. */
export function asFacts(data: unknown): VisitFacts | null {
  if (typeof data !== "string") return null;
  try {
    const value: unknown = JSON.parse(data);
    if (typeof value !== "object" || value === null || !("id" in value) || !("state" in value) || !("appointment" in value)) return null;
    return value as VisitFacts;
  } catch {
    return null;
  }
}

/** Puts a changed visit in its place in every list that is remembered. */
export function takeIn(client: QueryClient, facts: VisitFacts, practitioner: number | undefined): void {
  const date = dateOf(facts.appointment.start);
  client.setQueriesData<Day>({ queryKey: ["day"] }, (day) => {
    if (day === undefined) return day;
    const mine = facts.appointment.practitioner.id === practitioner;
    return { ...day, now: newer(day.now, facts.updatedAt), visits: placed(day.visits, facts, mine && day.date === date) };
  });
  client.setQueriesData<SiteDay>({ queryKey: ["siteDay"] }, (day) => {
    if (day === undefined) return day;
    const here = facts.appointment.site?.id === day.site.id && day.date === date;
    return {
      ...day,
      now: newer(day.now, facts.updatedAt),
      rooms: day.rooms.map((room) => ({ ...room, visits: placed(room.visits, facts, here && facts.appointment.room?.id === room.id) })),
    };
  });
  const key = ["visit", facts.id];
  if (client.getQueryData<Visit>(key) !== undefined) {
    client.setQueryData<Visit>(key, (visit) => (visit === undefined ? visit : { ...visit, ...facts }));
    // What one may do now is told only to the one who asks.
    void client.invalidateQueries({ queryKey: key });
  }
}

function newer(a: string, b: string): string {
  return Date.parse(a) >= Date.parse(b) ? a : b;
}

/** The list with the visit in its place, or without it. The same list when nothing is to change. */
export function placed(visits: readonly VisitFacts[], facts: VisitFacts, belongs: boolean): VisitFacts[] {
  const others = visits.filter((one) => one.id !== facts.id);
  if (!belongs) return others.length === visits.length ? (visits as VisitFacts[]) : others;
  return [...others, facts].sort((a, b) => a.appointment.start.localeCompare(b.appointment.start) || a.id.localeCompare(b.id));
}
