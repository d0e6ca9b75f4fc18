import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { problemText } from "../api/problems";
import { siteDay as siteDayQuery } from "../api/queries";
import type { Principal, RoomDay, SiteDay, VisitFacts } from "../api/types";
import { useTitle } from "../app/page";
import { Badge } from "../components/Badge";
import { Banner } from "../components/Banner";
import { Button, LinkButton } from "../components/Button";
import { Empty, Skeleton } from "../components/Skeleton";
import { addDays, clock, dateOf, dayHeading } from "../locales/time";
import { useText } from "../locales/useText";
import { DayNavigation, LiveLine } from "../staff/DayHead";
import { Lanes } from "../staff/Lanes";
import { useLiveVisits } from "../staff/live";
import { StaffFrame, StaffGate } from "../staff/StaffGate";
import { useNow } from "../staff/useNow";
import { stateWords } from "../staff/words";
import { CheckIn } from "./CheckIn";

/** A site's day, room by room. */
export function SiteDayPage() {
  const { site } = useParams({ from: "/staff/sites/$site" });
  return <StaffGate>{(principal) => <SiteOf key={site} site={site} principal={principal} />}</StaffGate>;
}

function SiteOf({ site, principal }: { site: string; principal: Principal }) {
  const { t, language, name } = useText();
  const now = useNow();
  const today = dateOf(now);
  const [date, setDate] = useState(today);
  const { data, error, refetch } = useQuery(siteDayQuery(site, date));
  const downSince = useLiveVisits(principal.practitioner);
  const known = principal.sites.find((one) => one.id === site)?.name ?? data?.site.name;
  const owner = known === undefined ? undefined : name(known);
  useTitle(owner ?? t("nav.today"));
  const count = data?.rooms.reduce((sum, room) => sum + room.visits.filter((visit) => visit.state !== "cancelled").length, 0);
  return (
    <StaffFrame principal={principal} owner={owner}>
      <main id="main" className="staffmain">
        <div className="pagehead">
          <div className="row gap-4">
            <h1>{dayHeading(date, language)}</h1>
            <span className="quiet">
              {date === today && <time>{clock(now, language)}</time>}
              {count !== undefined && ` ${date === today ? "· " : ""}${t("day.count", { n: count })}`}
            </span>
          </div>
          <DayNavigation date={date} today={today} onChange={setDate} previous={addDays(date, -1)} next={addDays(date, 1)} />
        </div>
        <LiveLine downSince={downSince} />
        {data === undefined ? (
          error === null ? (
            <Skeleton lines={[100, 100, 100]} height={5} />
          ) : (
            <Banner kind="stop" role="alert" title={problemText(t, error)} actions={<Button onPress={() => void refetch()}>{t("retry")}</Button>} />
          )
        ) : (
          <Rooms day={data} now={now} today={date === today} onNext={() => setDate(addDays(date, 1))} />
        )}
      </main>
    </StaffFrame>
  );
}

function Rooms({ day, now, today, onNext }: { day: SiteDay; now: Date; today: boolean; onNext: () => void }) {
  const { t, name } = useText();
  if (day.rooms.length === 0) {
    return (
      <Empty title={t("site.noRooms.title")}>
        <p>{t("site.noRooms.text")}</p>
      </Empty>
    );
  }
  if (day.rooms.every((room) => room.visits.every((visit) => visit.state === "cancelled"))) {
    return (
      <Empty title={t("day.empty.title")}>
        <p>{t("day.empty.text")}</p>
        <Button onPress={onNext}>{t("day.next")}</Button>
      </Empty>
    );
  }
  return (
    <div className="stack gap-5">
      <Lanes
        label={t("day.timeline")}
        date={day.date}
        now={now}
        lanes={day.rooms.map((room) => ({
          key: String(room.id),
          label: room.name,
          visits: room.visits.filter((visit) => visit.state !== "cancelled"),
        }))}
        to="/staff/room/$id"
        words={(visit) => visit.appointment.patient.name}
      />
      {day.rooms.map((room) => (
        <section key={room.id} className="stack gap-2" aria-labelledby={`room-${room.id}`}>
          <div className="row gap-3">
            <h2 id={`room-${room.id}`}>{room.name}</h2>
            <span className="quiet small">{room.devices.map((device) => name(device.name)).join(" · ")}</span>
          </div>
          <RoomVisits room={room} now={now} today={today} />
        </section>
      ))}
    </div>
  );
}

function RoomVisits({ room, now, today }: { room: RoomDay; now: Date; today: boolean }) {
  const { t } = useText();
  const visits = room.visits.filter((visit) => visit.state !== "cancelled");
  if (visits.length === 0) return <p className="quiet">{t("site.roomFree")}</p>;
  const next = visits.find((visit) => visit.state !== "finished");
  return (
    <div className="visits">
      {visits.map((visit) => (
        <SiteVisit key={visit.id} visit={visit} now={now} today={today} next={today && visit.id === next?.id} />
      ))}
    </div>
  );
}

function SiteVisit({ visit, now, today, next }: { visit: VisitFacts; now: Date; today: boolean; next: boolean }) {
  const { t, language, name } = useText();
  const [checkingIn, setCheckingIn] = useState(false);
  const { appointment } = visit;
  const state = stateWords(t, language, visit, now);
  const hosted = appointment.modality === "hosted";
  const running = hosted && visit.state !== "planned" && visit.state !== "finished" && visit.state !== "cancelled";
  return (
    <div className="visit visit--site" data-next={(next && visit.state !== "planned") || undefined} data-done={visit.state === "finished" || undefined}>
      <span className="visit__time">
        {clock(appointment.start, language)}
        <small>{clock(appointment.end, language)}</small>
      </span>
      <span>
        <b>{t("staff.person.age", { name: appointment.patient.name, age: appointment.patient.age })}</b>
        <span className="visit__sub">
          <br />
          {appointment.reason ?? name(appointment.service.name)}
        </span>
      </span>
      <span className="visit__sub">
        {appointment.practitioner.name}, {name(appointment.practitioner.title)}
        <br />
        {t(`speaks.${appointment.language}`)}
        {hosted && ` · ${t("site.remote")}`}
      </span>
      <span className="visit__state">
        <Badge icon={state.icon} {...(state.kind !== undefined && { kind: state.kind })}>
          {state.text}
        </Badge>
      </span>
      <span className="visit__act">
        {visit.state === "planned" && (today || soon(appointment.start, now)) && (
          <Button small kind={next ? "primary" : undefined} onPress={() => setCheckingIn(true)} aria-label={t("staff.checkIn.of", { name: appointment.patient.name })}>
            {t("staff.checkIn.button")}
          </Button>
        )}
        {running && (
          <LinkButton small kind={next ? "primary" : undefined} to="/staff/room/$id" params={{ id: visit.id }}>
            {t("site.openRoom")}
          </LinkButton>
        )}
      </span>
      <CheckIn visit={visit} open={checkingIn} onClose={() => setCheckingIn(false)} />
    </div>
  );
}

/** A little past midnight is tomorrow's list, but the patient may stand at the desk already. */
const soon = (start: string, now: Date): boolean => Math.abs(Date.parse(start) - now.getTime()) < 4 * 60 * 60_000;
