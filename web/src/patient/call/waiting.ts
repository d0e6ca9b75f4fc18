import type { Visit } from "../../api/types";
import type { PathStep } from "../../components/Path";
import { atClock, clock } from "../../locales/time";
import type { Language } from "../../locales";
import type { Translate } from "../../locales/useText";

/** The heading of the waiting room and the line under it: the truth, with a time on it. */
export function waitingTitle(visit: Visit, now: number, t: Translate, language: Language): { title: string; lead: string | undefined } {
  const name = visit.appointment.practitioner.name;
  const expected = visit.expectedStart;
  const lead = visit.delayMinutes > 0 ? t("wait.late", { n: visit.delayMinutes }) : undefined;
  if (visit.professional === "here") return { title: t("wait.here", { name }), lead };
  if (Date.parse(expected) <= now) return { title: t("wait.soon", { name }), lead };
  if (visit.delayMinutes > 0) return { title: t("wait.comesAt", { name, time: atClock(expected, language) }), lead };
  return { title: t("wait.onTime", { time: atClock(expected, language) }), lead };
}

/** Came, known, what the professional does, the visit: in the waiting room. */
export function waitingPath(visit: Visit, now: number, t: Translate, language: Language): PathStep[] {
  const { appointment, professional } = visit;
  const name = appointment.practitioner.name;
  const nurse = appointment.nurse?.name;
  const began = Date.parse(visit.expectedStart) <= now;
  return [
    { state: "done", icon: "check", what: t("wait.step.came"), at: visit.waitingSince ?? visit.arrivedAt },
    visit.nurseKnows
      ? { state: "done", icon: "check", what: nurse === undefined ? t("wait.step.knownAny") : t("wait.step.known", { name: nurse }) }
      : { state: "next", icon: "eye", what: t("wait.step.unknown") },
    {
      state: "now",
      icon: "clock",
      what: t(professional === "here" ? "wait.step.letsIn" : professional === "busy" ? "wait.step.busy" : "wait.step.away", { name }),
      more: t("wait.step.nothing"),
    },
    {
      state: "next",
      icon: "video",
      what: t("wait.step.begins"),
      ...(!began && { when: t("wait.about", { time: clock(visit.expectedStart, language) }) }),
    },
  ];
}
