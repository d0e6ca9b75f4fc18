import type { PathStep as Step } from "../components/Path";
import type { Visit } from "../api/types";
import type { Localized, Translate } from "../locales/useText";

/** What has happened, what happens now and what comes, for the visit's own page before it begins. */
export function visitPath(visit: Visit, t: Translate, name: (text: Localized) => string): Step[] {
  const { appointment } = visit;
  const person = appointment.practitioner.name;
  const open = visit.you.actions.includes("enter");
  const here = visit.state !== "planned";
  const booked: Step = { state: "done", icon: "check", what: t("visit.step.booked") };
  const after: Step = { state: "next", icon: "doc", what: t("visit.step.after") };
  if (appointment.modality === "phone") {
    return [booked, { state: "now", icon: "phone", what: t("visit.step.calls", { name: person }), at: appointment.start }, after];
  }
  if (appointment.modality === "video") {
    return [
      booked,
      {
        state: here ? "done" : open ? "now" : "next",
        icon: here ? "check" : "clock",
        what: t(open || here ? "visit.step.waiting" : "visit.step.waitingOpens"),
        more: t("visit.step.waitingMore", { name: person }),
        at: open || here ? undefined : visit.opensAt,
      },
      { state: visit.state === "inProgress" ? "now" : "next", icon: "video", what: t("visit.step.comes", { name: person }), at: visit.expectedStart },
      after,
    ];
  }
  const site = appointment.site;
  const arrive: Step[] = site
    ? [
        {
          state: here ? "done" : "now",
          icon: here ? "check" : "pin",
          what: t("visit.step.arrive", { site: name(site.name) }),
          more: t("visit.step.arriveMore", { address: site.address }),
          at: appointment.start,
        },
      ]
    : [];
  if (appointment.modality === "hosted") {
    return [
      booked,
      ...arrive,
      ...(appointment.nurse ? [{ state: here ? "now" : "next", icon: "person", what: t("visit.step.nurse", { name: appointment.nurse.name }) } as const] : []),
      { state: "next", icon: "video", what: t("visit.step.joins", { name: person }) },
      after,
    ];
  }
  return [booked, ...arrive, { state: "next", icon: "person", what: t("visit.step.meet", { name: person }) }, after];
}
