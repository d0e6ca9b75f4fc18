// What the pages ask for, with the keys it is remembered under.
import { queryOptions } from "@tanstack/react-query";
import { call } from "./client";
import type {
  Appointments,
  Day,
  DemoAccounts,
  Directory,
  Hold,
  Me,
  Modality,
  SiteDay,
  Slots,
  Ticket,
  TimeOfDay,
  Visit,
} from "./types";
import type { Language } from "../locales";

export const me = queryOptions({
  queryKey: ["me"],
  queryFn: ({ signal }) => call<Me>("/v1/me", { signal }),
  staleTime: 60_000,
});

export const demoAccounts = queryOptions({
  queryKey: ["demo", "accounts"],
  queryFn: ({ signal }) => call<DemoAccounts>("/v1/demo/accounts", { signal }),
  staleTime: Infinity,
});

export const directory = queryOptions({
  queryKey: ["directory"],
  queryFn: ({ signal }) => call<Directory>("/v1/directory", { signal }),
  staleTime: 10 * 60_000,
});

export interface SlotQuery {
  service: string;
  from?: string | undefined;
  to?: string | undefined;
  language?: Language | undefined;
  modality?: Modality | undefined;
  site?: string | undefined;
  practitioner?: number | undefined;
  timeOfDay?: TimeOfDay | undefined;
  limit?: number | undefined;
}

export const slots = (query: SlotQuery) =>
  queryOptions({
    queryKey: ["slots", query],
    queryFn: ({ signal }) => call<Slots>("/v1/slots", { query: { ...query }, signal }),
    staleTime: 15_000,
  });

export const hold = (id: string) =>
  queryOptions({
    queryKey: ["hold", id],
    queryFn: ({ signal }) => call<Hold>(`/v1/holds/${encodeURIComponent(id)}`, { signal }),
    retry: false,
    staleTime: Infinity,
  });

export const appointments = queryOptions({
  queryKey: ["appointments"],
  queryFn: ({ signal }) => call<Appointments>("/v1/appointments", { signal }),
  staleTime: 30_000,
});

export const visit = (id: string) =>
  queryOptions({
    queryKey: ["visit", id],
    queryFn: ({ signal }) => call<Visit>(`/v1/visits/${encodeURIComponent(id)}`, { signal }),
    staleTime: 5_000,
  });

export const day = (date: string) =>
  queryOptions({
    queryKey: ["day", date],
    queryFn: ({ signal }) => call<Day>("/v1/day", { query: { date }, signal }),
  });

export const siteDay = (site: string, date: string) =>
  queryOptions({
    queryKey: ["siteDay", site, date],
    queryFn: ({ signal }) => call<SiteDay>(`/v1/sites/${encodeURIComponent(site)}/day`, { query: { date }, signal }),
  });

export const ticket = (id: string, role?: "room"): Promise<Ticket> =>
  call<Ticket>(`/v1/visits/${encodeURIComponent(id)}/ticket`, { method: "POST", body: role ? { role } : {} });

export const signOut = (): Promise<void> => call<void>("/v1/sign-out", { method: "POST", body: {} });
