import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { problemText } from "../api/problems";
import { siteDay as siteDayQuery, visit as visitQuery } from "../api/queries";
import type { Principal, Visit } from "../api/types";
import { useTitle } from "../app/page";
import { Banner } from "../components/Banner";
import { Button } from "../components/Button";
import { Skeleton } from "../components/Skeleton";
import { clock, dateOf, shortDay } from "../locales/time";
import { useText } from "../locales/useText";
import { Lanes } from "../staff/Lanes";
import { useLiveVisits } from "../staff/live";
import { StaffFrame, StaffGate } from "../staff/StaffGate";
import { useNow } from "../staff/useNow";
import { Console } from "./Console";
import { ConsoleWithoutCall } from "./ConsoleWithoutCall";

/** The room at the site while a visit is on: its cameras, the remote professional, the steps. */
export function HostConsolePage() {
  const { id } = useParams({ from: "/staff/staff/room/$id" });
  return <StaffGate>{(principal) => <ConsoleOf key={id} id={id} principal={principal} />}</StaffGate>;
}

function ConsoleOf({ id, principal }: { id: string; principal: Principal }) {
  const { t, name } = useText();
  const { data, error, refetch } = useQuery(visitQuery(id));
  useLiveVisits(principal.practitioner);
  useTitle(data?.appointment.room?.name ?? t("console.title"));
  const site = data?.appointment.site;
  return (
    <StaffFrame principal={principal} owner={site === undefined ? undefined : name(site.name)}>
      {data === undefined ? (
        <main id="main" className="staffmain">
          {error === null ? (
            <Skeleton lines={[30, 100, 100]} height={6} />
          ) : (
            <Banner kind="stop" role="alert" title={problemText(t, error)} actions={<Button onPress={() => void refetch()}>{t("retry")}</Button>} />
          )}
        </main>
      ) : callOf(data) ? (
        <Console visit={data} timeline={<Timeline visit={data} />} />
      ) : (
        <ConsoleWithoutCall visit={data} timeline={<Timeline visit={data} />} />
      )}
    </StaffFrame>
  );
}

/** The room's call is there from the check-in to the end. */
function callOf(visit: Visit): boolean {
  if (visit.appointment.modality !== "hosted") return false;
  return visit.state !== "planned" && visit.state !== "finished" && visit.state !== "cancelled";
}

/** The site's day above the console. */
function Timeline({ visit }: { visit: Visit }) {
  const { t, language } = useText();
  const now = useNow();
  const date = dateOf(visit.appointment.start);
  const { data } = useQuery({ ...siteDayQuery(visit.appointment.site?.id ?? "", date), enabled: visit.appointment.site !== undefined });
  return (
    <>
      <div className="pagehead">
        <div className="row gap-4">
          <h1>{visit.appointment.room?.name ?? t("console.title")}</h1>
          <span className="quiet">
            <time>
              {shortDay(now, language)} {clock(now, language)}
            </time>
          </span>
        </div>
      </div>
      {data !== undefined && (
        <Lanes
          label={t("day.timeline")}
          date={date}
          now={now}
          lanes={data.rooms.map((room) => ({
            key: String(room.id),
            label: room.name,
            visits: room.visits.filter((one) => one.state !== "cancelled"),
          }))}
          to="/staff/room/$id"
          current={visit.id}
          words={(one) => one.appointment.patient.name}
        />
      )}
    </>
  );
}
