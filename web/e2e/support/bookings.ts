import { randomUUID } from "node:crypto";
import { expect } from "@playwright/test";
import type { Person } from "./people";
import { sql, url } from "./server";

// What a test needs to have happened before it begins, done through the API as the person's own browser would.

export interface Slot {
  service: string;
  start: string;
  end: string;
  modality: string;
  site?: string;
  practitioner: { id: number; name: string };
  language: string;
}

export interface Booked {
  id: string;
  start: string;
  practitioner: { name: string };
  /** The personal link, with its secret. */
  link: string;
}

export interface Kept {
  id: string;
  slot: Slot;
}

/** Signs in without the page, so that the language of the browser stays. */
export async function enter(person: Person, account: string): Promise<void> {
  await person.ask("POST", "/v1/demo/sign-in", { account });
}

/** Free times of a service that this patient can come to, the earliest first: `times(person, "lakare", { modality: "video" })`. */
export async function times(person: Person, service: string, wishes: Readonly<Record<string, string>> = {}): Promise<Slot[]> {
  const { slots } = await person.ask<{ slots: Slot[] }>("GET", `/v1/slots?${new URLSearchParams({ service, limit: "60", ...wishes })}`);
  const { appointments } = await person.ask<{ appointments: { start: string; end: string; status: string }[] }>("GET", "/v1/appointments");
  const busy = appointments.filter(({ status }) => status === "booked" || status === "arrived");
  const free = slots.filter((slot) => !busy.some(({ start, end }) => start < slot.end && slot.start < end));
  expect(free.length, `free times of ${service}`).toBeGreaterThan(0);
  return free;
}

/** Keeps a time; undefined when it is taken. */
export async function keep(person: Person, slot: Slot): Promise<Kept | undefined> {
  const { service, start, modality, site, practitioner, language } = slot;
  const answer = await person.context.request.post(`${url()}/v1/holds`, {
    headers: { origin: url() },
    data: { service, start, modality, practitioner: practitioner.id, language, ...(site !== undefined && { site }) },
  });
  if (answer.status() === 409) return undefined;
  expect(answer.status(), await answer.text()).toBe(201);
  return (await answer.json()) as Kept;
}

/** Keeps the first time that is free for everybody, the patient too. */
export async function keepFirst(person: Person, service: string, wishes: Readonly<Record<string, string>> = {}): Promise<Kept> {
  for (const slot of await times(person, service, wishes)) {
    const kept = await keep(person, slot);
    if (kept) return kept;
  }
  throw new Error(`no time of ${service} can be kept`);
}

/** Books the first time that fits. */
export async function book(person: Person, service: string, wishes: Readonly<Record<string, string>> = {}, reason = ""): Promise<Booked> {
  const hold = await keepFirst(person, service, wishes);
  return person.ask<Booked>("POST", "/v1/appointments", { hold: hold.id, ...(reason !== "" && { reason }) }, { "idempotency-key": randomUUID() });
}

/** The number of a professional in the directory. */
export async function practitioner(person: Person, name: string): Promise<string> {
  const { practitioners } = await person.ask<{ practitioners: { id: number; name: string }[] }>("GET", "/v1/directory");
  const found = practitioners.find((one) => one.name === name);
  if (!found) throw new Error(`${name} is not in the directory`);
  return String(found.id);
}

/** The day of an instant, there: "2024-12-03". */
export function dayOf(instant: string | number): string {
  return new Intl.DateTimeFormat("sv-SE", { timeZone: "Europe/Helsinki" }).format(new Date(instant));
}

/** A day so many days from now, there. */
export const dayAhead = (days: number): string => dayOf(Date.now() + days * 86_400_000);

/** Matches a clock time as it is written there, at the beginning of a text: "8.15". */
export function atClock(instant: string): RegExp {
  const clock = new Intl.DateTimeFormat("sv-SE", { timeZone: "Europe/Helsinki", hour: "numeric", minute: "2-digit" }).format(new Date(instant));
  return new RegExp(`^0?${clock.replace(/^0/, "").replace(":", "\\.")}\\b`);
}

/** Lets an hour go by for a hold. */
export function expire(hold: string): void {
  sql(`UPDATE holds SET created_at = created_at - interval '1 hour', expires_at = expires_at - interval '1 hour' WHERE id = '${hold}'`);
  sql(`UPDATE reservations SET expires_at = expires_at - interval '1 hour', changed_by = pg_current_xact_id() WHERE hold = '${hold}'`);
}
