import { Link } from "@tanstack/react-router";
import { type CSSProperties, type KeyboardEvent, useRef, useState } from "react";
import type { VisitFacts } from "../api/types";
import { Icon } from "../components/Icon";
import { clock, dateOf, hourOf } from "../locales/time";
import { useText } from "../locales/useText";
import { blockClass, modalityIcon, stateWords } from "./words";

export interface Lane {
  readonly key: string;
  readonly label: string;
  readonly note?: string;
  readonly visits: readonly VisitFacts[];
}

interface LanesProps {
  readonly label: string;
  readonly date: string;
  readonly now: Date;
  readonly lanes: readonly Lane[];
  /** Where a block leads. */
  readonly to: "/staff/visit/$id" | "/staff/room/$id";
  /** The visit that is looked at. */
  readonly current?: string | undefined;
  /** The words in a block: the person or the place. */
  readonly words: (visit: VisitFacts) => string;
}

/** A day as a timeline. One stop of the Tab key; arrows move within it. */
export function Lanes({ label, date, now, lanes, to, current, words }: LanesProps) {
  const { t, language } = useText();
  const grid = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState<string | null>(null);
  const all = lanes.flatMap((lane) => lane.visits);
  const { first, last } = hoursOf(all);
  const hours = Array.from({ length: last - first }, (_, n) => first + n);
  const share = (at: string | Date): number => ((hourOf(at) - first) / (last - first)) * 100;
  const stop = active !== null && all.some((visit) => visit.id === active) ? active : (current ?? all[0]?.id);
  const today = dateOf(now) === date && hourOf(now) >= first && hourOf(now) <= last;

  const move = (event: KeyboardEvent<HTMLDivElement>): void => {
    const links = [...(grid.current?.querySelectorAll<HTMLAnchorElement>("a.block") ?? [])];
    const at = links.findIndex((link) => link === document.activeElement);
    const from = links[at];
    if (from === undefined) return;
    const target = next(event.key, links, at, from);
    if (target === undefined) return;
    event.preventDefault();
    target.focus();
  };

  return (
    <div className="dayline" style={{ "--hours": hours.length } as CSSProperties}>
      <div className="lanes" role="grid" aria-label={label} ref={grid} onKeyDown={move}>
        <div className="lane lane--head" aria-hidden="true">
          <div className="lane__label" />
          <div className="lane__days">
            <div className="lane__track hourhead" style={{ gridTemplateColumns: `repeat(${hours.length}, 1fr)` }}>
              {hours.map((hour) => (
                <span key={hour}>{hour}</span>
              ))}
            </div>
          </div>
        </div>
        {lanes.map((lane) => (
          <div key={lane.key} className="lane" role="row">
            <div className="lane__label" role="rowheader">
              <b>{lane.label}</b>
              {lane.note !== undefined && <small>{lane.note}</small>}
            </div>
            <div className="lane__days" role="presentation">
              <div className="lane__track" role="presentation">
                {lane.visits.length === 0 && (
                  <span role="gridcell" className="visually-hidden">
                    {t("lane.empty")}
                  </span>
                )}
                {lane.visits.map((visit) => {
                  const { start, end } = visit.appointment;
                  const from = share(start);
                  const says = `${clock(start, language)}–${clock(end, language)} ${words(visit)}`;
                  return (
                    <span key={visit.id} role="gridcell">
                      <Link
                        to={to}
                        params={{ id: visit.id }}
                        className={blockClass(visit)}
                        style={{ "--from": from, "--len": Math.max(1, share(end) - from) } as CSSProperties}
                        data-now={visit.id === current || undefined}
                        aria-current={visit.id === current ? "true" : undefined}
                        tabIndex={visit.id === stop ? 0 : -1}
                        title={says}
                        aria-label={`${says}, ${stateWords(t, language, visit, now).text}`}
                        onFocus={() => setActive(visit.id)}
                      >
                        <Icon name={visit.state === "finished" ? "check" : modalityIcon(visit)} />
                        <span>{words(visit)}</span>
                      </Link>
                    </span>
                  );
                })}
                {today && <span className="nowline" style={{ "--at": share(now) } as CSSProperties} />}
              </div>
            </div>
          </div>
        ))}
      </div>
    </div>
  );
}

/** Eight to sixteen, wider when a visit lies outside. */
function hoursOf(visits: readonly VisitFacts[]): { first: number; last: number } {
  let first = 8;
  let last = 16;
  for (const { appointment } of visits) {
    first = Math.min(first, Math.floor(hourOf(appointment.start)));
    const end = hourOf(appointment.end);
    last = Math.max(last, end === 0 ? 24 : Math.ceil(end));
  }
  return { first, last };
}

function next(key: string, links: readonly HTMLAnchorElement[], at: number, from: HTMLAnchorElement): HTMLAnchorElement | undefined {
  switch (key) {
    case "ArrowRight":
      return links[at + 1];
    case "ArrowLeft":
      return links[at - 1];
    case "Home":
      return links[0];
    case "End":
      return links.at(-1);
    case "ArrowDown":
    case "ArrowUp": {
      // The nearest in time, a lane further.
      const row = from.closest(".lane");
      const box = from.getBoundingClientRect();
      const down = key === "ArrowDown";
      const rows = new Set(links.map((link) => link.closest(".lane")));
      const list = [...rows];
      const target = list[list.indexOf(row) + (down ? 1 : -1)];
      const there = links.filter((link) => link.closest(".lane") === target);
      return there.sort((a, b) => Math.abs(a.getBoundingClientRect().left - box.left) - Math.abs(b.getBoundingClientRect().left - box.left))[0];
    }
    default:
      return undefined;
  }
}
