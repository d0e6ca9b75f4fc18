import { useQuery } from "@tanstack/react-query";
import { Navigate } from "@tanstack/react-router";
import { useState } from "react";
import { problemText } from "../api/problems";
import { day as dayQuery } from "../api/queries";
import type { Day, Principal, VisitFacts } from "../api/types";
import { useTitle } from "../app/page";
import { Banner } from "../components/Banner";
import { Button } from "../components/Button";
import { Empty, Skeleton } from "../components/Skeleton";
import { addDays, clock, dateOf, dayHeading } from "../locales/time";
import { useText } from "../locales/useText";
import { awaitsProfessional, isOver } from "../staff/actions";
import { DayNavigation, LiveLine } from "../staff/DayHead";
import { Lanes } from "../staff/Lanes";
import { useLiveVisits } from "../staff/live";
import { StaffFrame, StaffGate } from "../staff/StaffGate";
import { useNow } from "../staff/useNow";
import { placeWords } from "../staff/words";
import { DoneVisits, VisitRow } from "./VisitRow";

/** A professional's own day: who, where, how, who waits since when. */
export function DayPage() {
  return (
    <StaffGate>
      {(principal) => {
        const [site] = principal.sites;
        if (principal.roles.includes("nurse") && site !== undefined) return <Navigate to="/sites/$site" params={{ site: site.id }} replace />;
        return (
          <StaffFrame principal={principal}>
            <OwnDay principal={principal} />
          </StaffFrame>
        );
      }}
    </StaffGate>
  );
}

function OwnDay({ principal }: { principal: Principal }) {
  const { t, language } = useText();
  const now = useNow();
  const today = dateOf(now);
  const [date, setDate] = useState(today);
  const { data, error, refetch } = useQuery(dayQuery(date));
  const downSince = useLiveVisits(principal.practitioner);
  useTitle(t("staff.day"));
  return (
    <main id="main" className="staffmain">
      <div className="pagehead">
        <div className="row gap-4">
          <h1>{dayHeading(date, language)}</h1>
          <span className="quiet">
            {date === today && <time>{clock(now, language)}</time>}
            {data !== undefined && ` ${date === today ? "· " : ""}${t("day.count", { n: data.visits.filter((visit) => visit.state !== "cancelled").length })}`}
          </span>
        </div>
        <DayNavigation date={date} today={today} onChange={setDate} previous={addDays(date, -1)} next={addDays(date, 1)} />
      </div>
      <LiveLine downSince={downSince} />
      {data === undefined ? (
        error === null ? (
          <Skeleton lines={[100, 100, 100, 100]} height={4} />
        ) : (
          <Banner kind="stop" role="alert" title={problemText(t, error)} actions={<Button onPress={() => void refetch()}>{t("retry")}</Button>} />
        )
      ) : (
        <DayLists day={data} now={now} onNext={() => setDate(addDays(date, 1))} />
      )}
    </main>
  );
}

function DayLists({ day, now, onNext }: { day: Day; now: Date; onNext: () => void }) {
  const { t, name } = useText();
  if (day.visits.length === 0) {
    return (
      <Empty title={t("day.empty.title")}>
        <p>{t("day.empty.text")}</p>
        <Button onPress={onNext}>{t("day.next")}</Button>
      </Empty>
    );
  }
  const done = day.visits.filter(isOver);
  const ahead = day.visits.filter((visit) => !isOver(visit));
  const next = nextVisit(ahead);
  return (
    <div className="stack gap-4">
      <Lanes
        label={t("day.timeline")}
        date={day.date}
        now={now}
        lanes={[{ key: "own", label: t("staff.day"), visits: day.visits.filter((visit) => visit.state !== "cancelled") }]}
        to="/staff/visit/$id"
        current={next?.id}
        words={(visit) => shortPlace(visit, t("staff.place.short.home"), t("staff.place.phone"), name)}
      />
      <section className="visits" aria-label={t("day.visits")}>
        <DoneVisits visits={done} now={now} place={(visit) => placeWords(t, name, visit)} />
        {ahead.map((visit) => (
          <VisitRow key={visit.id} visit={visit} now={now} next={visit.id === next?.id} place={placeWords(t, name, visit)} />
        ))}
      </section>
    </div>
  );
}

/** Whom to meet now: a call that runs, then who is ready or waits, the earliest first. */
function nextVisit(visits: readonly VisitFacts[]): VisitFacts | undefined {
  const there = visits.filter(awaitsProfessional);
  return there.find((visit) => visit.professional === "here") ?? there[0];
}

function shortPlace(
  visit: VisitFacts,
  home: string,
  phone: string,
  name: (text: { sv: string; fi: string; en: string }) => string,
): string {
  const { modality, site } = visit.appointment;
  if (modality === "video") return home;
  return modality === "phone" || site === undefined ? phone : name(site.name);
}
