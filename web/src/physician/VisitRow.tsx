import { Link } from "@tanstack/react-router";
import { useId, useState } from "react";
import type { VisitFacts } from "../api/types";
import { Badge } from "../components/Badge";
import { Icon } from "../components/Icon";
import { clock } from "../locales/time";
import { useText } from "../locales/useText";
import { awaitsProfessional } from "../staff/actions";
import { stateWords } from "../staff/words";

interface VisitRowProps {
  readonly visit: VisitFacts;
  readonly now: Date;
  /** The one to go into now. */
  readonly next: boolean;
  readonly place: string;
}

/** One visit of the day; the whole row leads into it. */
export function VisitRow({ visit, now, next, place }: VisitRowProps) {
  const { t, language, name } = useText();
  const { appointment } = visit;
  const state = stateWords(t, language, visit, now);
  const late = visit.state === "planned" && visit.patient === "absent" && now.getTime() > Date.parse(appointment.start);
  return (
    <Link
      className="visit"
      to="/staff/visit/$id"
      params={{ id: visit.id }}
      preload="intent"
      data-next={next || undefined}
      data-done={visit.state === "finished" || undefined}
    >
      <span className="visit__time">
        {clock(appointment.start, language)}
        {visit.delayMinutes > 0 && !late && <small>{t("day.delay", { n: visit.delayMinutes })}</small>}
        {late && <small>{t("day.late")}</small>}
      </span>
      <span>
        <b>{t("staff.person.age", { name: appointment.patient.name, age: appointment.patient.age })}</b>
        <span className="visit__sub">
          <br />
          {appointment.reason ?? name(appointment.service.name)}
        </span>
      </span>
      <span className="visit__sub">
        {place}
        <br />
        {t(`speaks.${appointment.language}`)}
      </span>
      <span className="visit__state">
        <Badge icon={state.icon} {...(state.kind !== undefined && { kind: state.kind })}>
          {state.text}
        </Badge>
      </span>
      <span className="visit__act">
        {next ? (
          <span className="button button--primary button--small">{t("day.enter")}</span>
        ) : awaitsProfessional(visit) ? (
          <span className="button button--small">{t("day.enter")}</span>
        ) : (
          <Icon name="chevron-right" />
        )}
      </span>
    </Link>
  );
}

/** What is over, in one line that opens. */
export function DoneVisits({ visits, now, place }: { visits: readonly VisitFacts[]; now: Date; place: (visit: VisitFacts) => string }) {
  const { t, language } = useText();
  const [open, setOpen] = useState(false);
  const list = useId();
  if (visits.length === 0) return null;
  const finished = visits.filter((visit) => visit.state === "finished");
  const cancelled = visits.length - finished.length;
  const words = [
    finished.length === 0 ? "" : t("day.finished", { n: finished.length, times: finished.map((visit) => clock(visit.appointment.start, language)).join(", ") }),
    cancelled === 0 ? "" : t("day.cancelled", { n: cancelled }),
  ];
  return (
    <>
      <p className="visits__done">
        <Icon name="check" />
        <span>{words.filter((word) => word !== "").join(" · ")}</span>
        <button type="button" className="button button--quiet button--small" aria-expanded={open} aria-controls={list} onClick={() => setOpen(!open)}>
          {t(open ? "day.hide" : "day.show")}
        </button>
      </p>
      <div id={list} hidden={!open}>
        {open && visits.map((visit) => <VisitRow key={visit.id} visit={visit} now={now} next={false} place={place(visit)} />)}
      </div>
    </>
  );
}
