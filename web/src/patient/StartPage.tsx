import { useQueries, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { appointments, directory, me, signOut, slots } from "../api/queries";
import { problemText } from "../api/problems";
import type { Appointment, Service } from "../api/types";
import { useTitle } from "../app/page";
import { Banner } from "../components/Banner";
import { Button } from "../components/Button";
import { Icon, type IconName } from "../components/Icon";
import { Skeleton } from "../components/Skeleton";
import { atClock, capital, cardDay, relativeDay } from "../locales/time";
import { useText } from "../locales/useText";
import { fromNow } from "./fromNow";
import { isOver } from "./state";
import { useNow } from "./useNow";
import { usePlace } from "./words";

// The services that most people come for have a door of their own.
const doors: readonly { id: string; icon: IconName }[] = [
  { id: "lakare", icon: "stethoscope" },
  { id: "skotare", icon: "heart" },
  { id: "hudbesvar", icon: "exam" },
];

/** The first page: the visit that comes next, and what one can book. */
export function StartPage() {
  const { t, name } = useText();
  useTitle(t("start.title"));
  const { data: who } = useQuery(me);
  const known = useQuery(directory);
  const services = known.data?.services ?? [];
  const first = doors.flatMap(({ id, icon }) => {
    const service = services.find((one) => one.id === id);
    return service ? [{ service, icon }] : [];
  });
  const others = services.filter((service) => !doors.some(({ id }) => id === service.id));

  return (
    <main id="main" className="page stack gap-5">
      {who?.principal?.kind === "patient" && <NextVisit />}
      <div className="stack gap-2">
        <h1>{t("start.title")}</h1>
        <p className="lead">{t("start.lead")}</p>
      </div>
      {known.isPending && <Skeleton lines={[100, 100, 100]} height={6} />}
      {known.isError && (
        <Banner kind="stop" role="alert" title={problemText(t, known.error)} actions={<Button small onPress={() => void known.refetch()}>{t("retry")}</Button>} />
      )}
      {first.length > 0 && (
        <nav className="doors" aria-label={t("start.title")}>
          {first.map(({ service, icon }) => (
            <Door key={service.id} service={service} icon={icon} />
          ))}
        </nav>
      )}
      {others.length > 0 && (
        <section className="stack gap-3 narrow" aria-labelledby="more">
          <h2 id="more" className="h-small">
            {t("start.others")}
          </h2>
          <div className="linklist">
            {others.map((service) => (
              <Link key={service.id} to="/find" search={{ service: service.id }}>
                <Icon name="calendar" />
                <span>
                  {name(service.name)}
                  <small>{name(service.summary)}</small>
                </span>
                <Icon name="chevron-right" size="s" />
              </Link>
            ))}
          </div>
        </section>
      )}
      <SignedIn />
    </main>
  );
}

function Door({ service, icon }: { service: Service; icon: IconName }) {
  const { t, name, language } = useText();
  const [earliest] = useQueries({ queries: [slots({ service: service.id, limit: 1 })] });
  const slot = earliest.data?.slots[0];
  return (
    <Link className="door" to="/find" search={{ service: service.id }}>
      <span className="door__icon">
        <Icon name={icon} size="l" />
      </span>
      <span className="door__title">{name(service.name)}</span>
      <span className="door__text">{name(service.summary)}</span>
      <span className="door__now">
        <Icon name="clock" size="s" />
        {slot
          ? t("earliest", { when: `${relativeDay(slot.start, language)} ${atClock(slot.start, language)}` })
          : t(earliest.isPending ? "earliest.asking" : "earliest.none")}
      </span>
      <span className="door__go">
        <Icon name="arrow-right" />
      </span>
    </Link>
  );
}

function NextVisit() {
  const { data } = useQuery(appointments);
  const now = useNow(30_000);
  const coming = (data?.appointments ?? [])
    .filter((one) => !isOver(one) && Date.parse(one.end) > now - 30 * 60_000)
    .sort((a, b) => a.start.localeCompare(b.start));
  const [next, ...later] = coming;
  if (!next) return null;
  return (
    <>
      <VisitCard appointment={next} now={now} />
      {later.length > 0 && <LaterVisits appointments={later} now={now} />}
    </>
  );
}

const shownLater = 2;

/** The visits after the next one, a line each, so that what one can book stays near. */
function LaterVisits({ appointments: later, now }: { appointments: readonly Appointment[]; now: number }) {
  const { t, language } = useText();
  const place = usePlace();
  const [all, setAll] = useState(false);
  const shown = all || later.length <= shownLater + 1 ? later : later.slice(0, shownLater);
  return (
    <section className="stack gap-2 narrow" aria-labelledby="later">
      <h2 id="later" className="h-small">
        {t("start.later")}
      </h2>
      <div className="linklist">
        {shown.map((appointment) => (
          <Link key={appointment.id} to="/visit/$id" params={{ id: appointment.id }}>
            <Icon name="calendar" />
            <span>
              <time dateTime={appointment.start}>
                {cardDay(appointment.start, language, new Date(now))} <span className="nowrap">{atClock(appointment.start, language)}</span>
              </time>
              <small>
                {appointment.practitioner.name}. {place(appointment)}
              </small>
            </span>
            <Icon name="chevron-right" size="s" />
          </Link>
        ))}
      </div>
      {shown.length < later.length && (
        <Button kind="quiet" small className="selfstart" onPress={() => setAll(true)}>
          {t("start.laterAll", { n: later.length })}
        </Button>
      )}
    </section>
  );
}

function VisitCard({ appointment, now }: { appointment: Appointment; now: number }) {
  const { t, name, language } = useText();
  const place = usePlace();
  return (
    <Link className="nextvisit" to="/visit/$id" params={{ id: appointment.id }}>
      <span className="grow">
        <span className="nextvisit__label">
          {t("start.next", { when: fromNow(t, appointment.start, now) })}
        </span>
        <span className="nextvisit__when">
          <time dateTime={appointment.start}>
            {capital(relativeDay(appointment.start, language, new Date(now)))} {atClock(appointment.start, language)}
          </time>
        </span>
        <span className="nextvisit__with">
          {t("person.title", { name: appointment.practitioner.name, title: name(appointment.practitioner.title) })}. {place(appointment)}
        </span>
      </span>
      <span className="nextvisit__open">
        <span>{t("start.open")}</span>
        <Icon name="arrow-right" />
      </span>
    </Link>
  );
}

function SignedIn() {
  const { t } = useText();
  const { data } = useQuery(me);
  const client = useQueryClient();
  if (!data) return null;
  if (!data.principal) {
    return (
      <div className="stack gap-2 narrow">
        <p className="quiet">{t("start.about")}</p>
        <p className="quiet">
          {t("start.have")} <Link to="/sign-in">{t("signIn")}</Link>
        </p>
      </div>
    );
  }
  return (
    <div className="row narrow">
      <p className="quiet">{t("start.signedIn", { name: data.principal.name })}</p>
      <Button kind="quiet" small onPress={() => void signOut().then(() => client.resetQueries())}>
        {t("signOut")}
      </Button>
    </div>
  );
}
