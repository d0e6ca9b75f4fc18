import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Navigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { asProblem } from "../api/client";
import { serverNow } from "../api/clock";
import { problemText } from "../api/problems";
import { me, visit as visitQuery } from "../api/queries";
import type { Visit } from "../api/types";
import { useTitle } from "../app/page";
import { Avatar } from "../components/Avatar";
import { Badge } from "../components/Badge";
import { Banner } from "../components/Banner";
import { Button, LinkButton } from "../components/Button";
import { Icon, type IconName } from "../components/Icon";
import { Path } from "../components/Path";
import { oneLine, PhoneText } from "../components/Phone";
import { ProblemPage } from "../components/ProblemPage";
import { Skeleton } from "../components/Skeleton";
import { atClock, capital, happens, headingDay, longMoment } from "../locales/time";
import { useText } from "../locales/useText";
import { fromNow } from "./fromNow";
import { forget, kept } from "./storage";
import { useNow } from "./useNow";
import { VisitActions } from "./VisitActions";
import { isStaff, staffPage } from "./state";
import { VisitLink } from "./VisitLink";
import { visitPath } from "./visitPath";
import { usePlace } from "./words";

const route = getRouteApi("/patient/visit/$id");

/** One visit: when, with whom, where, what to press, and what happens next. */
export function VisitPage() {
  const { t } = useText();
  const { id } = route.useParams();
  const found = useQuery(visitQuery(id));
  const who = useQuery(me);
  if (found.isError) {
    const { status, body } = asProblem(found.error);
    const signIn = status === 401 || (status === 403 && !who.data?.signedIn);
    return (
      <ProblemPage title={t("visit.back")} text={problemText(t, found.error)} code={body.request}>
        {signIn || status === 403 || status === 404 ? (
          <LinkButton kind="primary" wide to="/sign-in" search={{ to: `/visit/${id}` }}>
            {t("signIn")}
          </LinkButton>
        ) : (
          <Button kind="primary" wide onPress={() => void found.refetch()}>
            {t("retry")}
          </Button>
        )}
      </ProblemPage>
    );
  }
  if (!found.data) {
    return (
      <main id="main" className="page stack gap-5">
        <h1>{t("visit.back")}</h1>
        <Skeleton lines={[70, 50, 100, 100]} height={3} />
      </main>
    );
  }
  if (isStaff(found.data)) return <Navigate to={staffPage(found.data)} params={{ id }} replace />;
  return <VisitView key={id} visit={found.data} />;
}

function VisitView({ visit }: { visit: Visit }) {
  const { t, name, language } = useText();
  const now = useNow(15_000);
  const { appointment } = visit;
  const over = outcome(visit);
  useOpening(visit);
  useTitle(over ? t(`visit.${over}Title`) : t("visit.back"));
  if (over) return <Over visit={visit} outcome={over} />;
  const remote = appointment.modality === "video";
  const enter = visit.you.actions.includes("enter");
  const started = visit.state === "inProgress" || visit.state === "wrapUp";
  return (
    <main id="main" className="page page--two">
      <section className="stack gap-5">
        <News id={visit.id} />
        <div className="stack gap-2">
          <p>
            {started ? (
              <Badge kind="ready" icon="video">
                {t("visit.now")}
              </Badge>
            ) : (
              <Badge kind="sea" icon="clock">
                {capital(fromNow(t, appointment.start, now))}
              </Badge>
            )}
          </p>
          <h1>
            {headingDay(appointment.start, language, new Date(now))} <span className="nowrap">{atClock(appointment.start, language)}</span>
          </h1>
        </div>
        <div className="row row--keep">
          <Avatar name={appointment.practitioner.name} large />
          <div>
            <p className="strong">{t("person.title", { name: appointment.practitioner.name, title: name(appointment.practitioner.title) })}</p>
            <p className="quiet">{name(appointment.service.name)}</p>
          </div>
        </div>
        <Facts visit={visit} />
        {(remote || enter) && (
          <div className="stack gap-3 actions">
            {enter ? (
              <LinkButton kind="primary" wide icon="video" to="/visit/$id/call" params={{ id: visit.id }}>
                {t("visit.enter")}
              </LinkButton>
            ) : (
              visit.opensAt && (
                <p className="quiet note" role="status">
                  <Icon name="clock" size="s" />
                  <span>{t("visit.opens", { when: happens(visit.opensAt, language, new Date(now)) })}</span>
                </p>
              )
            )}
            <LinkButton kind={enter ? undefined : "primary"} wide icon="check-circle" to="/visit/$id/check" params={{ id: visit.id }}>
              {t("visit.check")}
            </LinkButton>
            <Tested id={visit.id} />
          </div>
        )}
        <VisitActions visit={visit} when={capital(longMoment(appointment.start, language))} />
      </section>
      <section className="stack gap-5 aside">
        <VisitLink id={visit.id} />
        <div className="stack gap-4">
          <h2>{t("visit.how")}</h2>
          <Path steps={visitPath(visit, t, name)} />
        </div>
        <div className="stack gap-3">
          <h2>{t("visit.bring")}</h2>
          <ul className="iconlist">
            <Bring icon="pill" text={t("visit.bring.medicines")} />
            <Bring icon="card-id" text={t("visit.bring.id")} />
            {remote && <Bring icon="light" text={t("visit.bring.light")} />}
          </ul>
        </div>
        <p className="quiet">
          <PhoneText id="visit.trouble" phone={appointment.supportPhone} />
        </p>
      </section>
    </main>
  );
}

/** Asks anew when the waiting room opens, so that the way in is there without a reload. */
function useOpening({ id, opensAt, you }: Visit): void {
  const client = useQueryClient();
  const waits = opensAt !== undefined && !you.actions.includes("enter");
  useEffect(() => {
    if (!waits) return;
    const left = Date.parse(opensAt) - serverNow();
    if (left < -60_000 || left > 24 * 3_600_000) return;
    const timer = setTimeout(() => void client.invalidateQueries({ queryKey: visitQuery(id).queryKey }), Math.max(left, 0) + 1000);
    return () => clearTimeout(timer);
  }, [client, id, waits, opensAt]);
}

/** What was just done, said once; it goes away with the next visit to the page. */
function News({ id }: { id: string }) {
  const { t } = useText();
  const [news] = useState(() => kept(`news.${id}`));
  useEffect(() => forget(`news.${id}`), [id]);
  if (news === undefined) return null;
  return <Banner kind="ready" role="status" title={t(news === "moved" ? "visit.movedNow" : "visit.booked")} />;
}

function Facts({ visit: { appointment } }: { visit: Visit }) {
  const { t } = useText();
  const place = usePlace();
  const icon: IconName = appointment.modality === "video" ? "video" : appointment.modality === "phone" ? "phone" : "station";
  return (
    <ul className="iconlist">
      <li>
        <Icon name={icon} />
        <span>
          {place(appointment)}, {t("minutes", { n: appointment.service.minutes })}
          {appointment.site && <span className="factnote quiet">{appointment.site.address}</span>}
        </span>
      </li>
      {appointment.nurse && (
        <li>
          <Icon name="person" />
          <span>{t("confirm.withNurse", { name: appointment.nurse.name })}</span>
        </li>
      )}
      <li>
        <Icon name="globe" />
        <span>{t(`in.${appointment.language}`)}</span>
      </li>
      {appointment.reason && (
        <li>
          <Icon name="write" />
          <span>{t("visit.reason", { reason: appointment.reason })}</span>
        </li>
      )}
    </ul>
  );
}

function Bring({ icon, text }: { icon: IconName; text: string }) {
  return (
    <li>
      <Icon name={icon} />
      <span>{text}</span>
    </li>
  );
}

/** When the devices were last found to work on this device. */
function Tested({ id }: { id: string }) {
  const { t, language } = useText();
  const at = kept(`tested.${id}`);
  if (at === undefined) return null;
  return (
    <p className="small-16 quiet note">
      <Icon name="check-circle" size="s" />
      <span>{t("visit.checkOk", { when: happens(at, language) })}</span>
    </p>
  );
}

type Outcome = "finished" | "cancelled" | "missed";

function outcome({ state, appointment }: Visit): Outcome | undefined {
  if (state === "cancelled" || appointment.status === "cancelled") return "cancelled";
  if (appointment.status === "noshow") return "missed";
  if (state === "finished" || appointment.status === "fulfilled") return "finished";
  return undefined;
}

function Over({ visit: { appointment, id }, outcome: how }: { visit: Visit; outcome: Outcome }) {
  const { t, language } = useText();
  const when = longMoment(appointment.start, language);
  const news = kept(`news.${id}`);
  const text =
    how === "cancelled"
      ? t("visit.cancelledText", { when })
      : how === "missed"
        ? t("visit.missedText", { when: happens(appointment.start, language) })
        : t("visit.finishedText", { name: appointment.practitioner.name, when: happens(appointment.start, language) });
  return (
    <main id="main" className="page narrowpage stack gap-5">
      {news === "cancelled" && <Banner kind="ready" role="status" title={t("visit.cancelledNow")} />}
      <div className="stack gap-3">
        <h1>{t(`visit.${how}Title`)}</h1>
        <p className="lead">{text}</p>
      </div>
      {how === "finished" && (
        <div className="stack gap-4">
          <h2>{t("next")}</h2>
          <Path
            steps={[
              { state: "now", icon: "doc", what: t("next.notes", { name: appointment.practitioner.name }) },
              { state: "next", icon: "phone", what: t("next.call", { phone: oneLine(appointment.supportPhone) }) },
              { state: "next", icon: "calendar", what: t("next.book") },
            ]}
          />
        </div>
      )}
      <div className="stack gap-3">
        <LinkButton kind="primary" wide to="/find" search={{ service: appointment.service.id }}>
          {t("visit.bookNew")}
        </LinkButton>
        <LinkButton wide to="/">
          {t("toStart")}
        </LinkButton>
      </div>
      <p className="quiet">
        <PhoneText id="phone.instead" phone={appointment.supportPhone} />
      </p>
    </main>
  );
}
