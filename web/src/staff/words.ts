// What a visit's facts mean, in a sign and words.

import type { VisitFacts } from "../api/types";
import type { IconName } from "../components/Icon";
import { clock } from "../locales/time";
import type { Language } from "../locales";
import type { Localized, Translate } from "../locales/useText";

export interface StateWords {
  readonly kind?: "ready" | "wait" | "stop" | "sea";
  readonly icon: IconName;
  readonly text: string;
}

/** Whole minutes that somebody has waited. */
export function waitedMinutes(since: string, now: Date): number {
  return Math.max(0, Math.floor((now.getTime() - Date.parse(since)) / 60_000));
}

/** The state as those see it who look at a list. */
export function stateWords(t: Translate, language: Language, visit: VisitFacts, now: Date): StateWords {
  const { modality } = visit.appointment;
  switch (visit.state) {
    case "cancelled":
      return { icon: "close", text: t("staff.state.cancelled") };
    case "finished":
      return { icon: "check", text: t("staff.state.finished") };
    case "inProgress":
      return visit.patient === "left"
        ? { kind: "wait", icon: "leave", text: t("staff.state.patientLeft") }
        : { kind: "sea", icon: "video", text: t("staff.state.inProgress") };
    case "wrapUp":
      return { kind: "sea", icon: "station", text: t("staff.state.wrapUp") };
    case "ready":
      return { kind: "ready", icon: "check-circle", text: t("staff.state.ready") };
    case "rooming":
      return { kind: "wait", icon: "clock", text: t("staff.state.rooming") };
    case "arrived":
      if (modality === "video" && visit.patient !== "waiting") return { icon: "clock", text: t("staff.state.hasLeft") };
      return waiting(t, language, visit, now, modality === "video");
    case "planned":
      if (visit.patient === "waiting") return waiting(t, language, visit, now, true);
      return modality === "phone" ? { icon: "phone", text: t("staff.state.youCall") } : { icon: "clock", text: t("staff.state.notArrived") };
  }
}

function waiting(t: Translate, language: Language, visit: VisitFacts, now: Date, online: boolean): StateWords {
  if (visit.waitingSince === undefined) return { kind: "wait", icon: "clock", text: t(online ? "staff.state.waiting" : "staff.state.arrived") };
  const n = waitedMinutes(visit.waitingSince, now);
  const time = clock(visit.waitingSince, language);
  return { kind: "wait", icon: "clock", text: online ? t("staff.state.waitingSince", { time, n }) : t("staff.state.arrivedAt", { time }) };
}

/** Where and how: "Hemma, video", "Närpes hälsostation, Rum 2 · Eva Sjö". */
export function placeWords(t: Translate, name: (text: Localized) => string, visit: VisitFacts): string {
  const { modality, site, room, nurse } = visit.appointment;
  switch (modality) {
    case "video":
      return t("staff.place.home");
    case "phone":
      return t("staff.place.phone");
    case "hosted":
    case "in_person": {
      const place = [site === undefined ? "" : name(site.name), room?.name ?? ""].filter((word) => word !== "").join(", ");
      return nurse === undefined ? place : `${place} · ${nurse.name}`;
    }
  }
}

export function modalityIcon(visit: VisitFacts): IconName {
  switch (visit.appointment.modality) {
    case "video":
      return "home";
    case "hosted":
      return "station";
    case "in_person":
      return "person";
    case "phone":
      return "phone";
  }
}

/** The look of a visit's block in a timeline. */
export function blockClass(visit: VisitFacts): string {
  if (visit.state === "finished" || visit.state === "cancelled") return "block block--done";
  if (visit.state === "ready") return "block block--site";
  if (visit.patient === "waiting" && visit.state !== "inProgress") return "block block--wait";
  if (visit.appointment.modality === "hosted") return "block block--site";
  return visit.appointment.modality === "in_person" ? "block block--place" : "block";
}

/** A number of pixels as people read it: "1 920". */
export function pixels(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+$)/g, "\u00A0");
}
