import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { asProblem } from "../../api/client";
import { problemText } from "../../api/problems";
import { appointments, directory, me } from "../../api/queries";
import type { Directory, Service, Slot } from "../../api/types";
import { useTitle } from "../../app/page";
import { Banner } from "../../components/Banner";
import { Button } from "../../components/Button";
import { Icon } from "../../components/Icon";
import { Skeleton } from "../../components/Skeleton";
import { shortMoment } from "../../locales/time";
import { useText } from "../../locales/useText";
import { forget, kept } from "../storage";
import { useWords } from "../words";
import { AllTimes } from "./AllTimes";
import { Offers } from "./Offers";
import { ownProfessional } from "./own";
import { byReach, homeOf } from "./places";
import type { FindSearch } from "./search";
import { slotKey } from "./slotKey";
import { useKeep } from "./useKeep";
import { Where } from "./Where";
import { Wishes } from "./Wishes";

const route = getRouteApi("/patient/find");

/** Finding a time: the earliest first, then the wishes and what each costs, then all times. */
export function FindPage() {
  const { t, name } = useText();
  const search = route.useSearch();
  const title = t(search.move ? "find.titleMove" : "find.title");
  useTitle(title);
  const known = useQuery(directory);
  const service = known.data?.services.find((one) => one.id === search.service) ?? known.data?.services[0];
  return (
    <main id="main" className="page stack gap-6">
      <div className="stack gap-2">
        {search.move ? (
          <Link className="link backlink" to="/visit/$id" params={{ id: search.move }}>
            <Icon name="arrow-left" size="s" />
            {t("visit.back")}
          </Link>
        ) : (
          <Link className="link backlink" to="/">
            <Icon name="arrow-left" size="s" />
            {t("back")}
          </Link>
        )}
        <h1>{title}</h1>
        {service && (
          <p className="quiet">{t("find.what", { service: name(service.name), minutes: t("minutes", { n: service.minutes }) })}</p>
        )}
        {search.move && <p className="quiet">{t("find.moving")}</p>}
      </div>
      {known.isError && (
        <Banner kind="stop" role="alert" title={problemText(t, known.error)} actions={<Button small onPress={() => void known.refetch()}>{t("retry")}</Button>} />
      )}
      {known.isPending && <Skeleton lines={[100, 100, 100]} height={7} />}
      {known.data && service && <Finder key={service.id} directory={known.data} service={service} search={search} />}
    </main>
  );
}

function Finder({ directory: places, service, search }: { directory: Directory; service: Service; search: FindSearch }) {
  const { t } = useText();
  const navigate = route.useNavigate();
  const who = useQuery(me).data?.principal;
  const past = useQuery({ ...appointments, enabled: who?.kind === "patient" });
  const [chosen, setChosen] = useState<Slot>();
  const keeping = useKeep(search);
  useKeepAtOnce(search, keeping.mutate, setChosen);

  const home = search.home ?? who?.home;
  const reach = byReach(places.sites, homeOf(places.municipalities, search.home, who));
  const people = places.practitioners.filter((one) => one.services.includes(service.id)).sort((a, b) => a.name.localeCompare(b.name, "sv"));
  const own = past.data ? ownProfessional(past.data.appointments, places.practitioners, service.id) : undefined;
  const change = (patch: Partial<FindSearch>) => {
    setChosen(undefined);
    void navigate({ search: (before) => ({ ...before, ...patch, keep: undefined }), replace: true, resetScroll: false });
  };
  const choose = (slot: Slot) => {
    keeping.reset();
    setChosen(slot);
  };
  const taken = keeping.error ? asProblem(keeping.error) : undefined;

  return (
    <>
      <section className="stack" aria-labelledby="first">
        <h2 id="first">{t(own ? "find.firstOwn" : "find.first")}</h2>
        <Offers service={service.id} directory={places} own={own} reach={reach} chosen={chosen} onChoose={choose} />
      </section>
      <div className="findgrid">
        <section className="stack">
          <Wishes service={service.id} search={search} own={own} people={people} onChange={change} />
          <Where service={service} directory={places} search={search} home={home} reach={reach} onChange={change} />
        </section>
        <section className="stack" aria-labelledby="all">
          <h2 id="all">{t("find.all")}</h2>
          <AllTimes
            service={service.id}
            directory={places}
            search={search}
            own={own}
            reach={reach}
            chosen={chosen}
            onChoose={choose}
            onChange={change}
            onClear={() => change({ language: undefined, practitioner: undefined, modality: undefined, site: undefined, timeOfDay: undefined })}
          />
        </section>
      </div>
      {taken && taken.status !== 401 && (
        <Taken
          error={keeping.error}
          alternatives={taken.body.alternatives ?? []}
          directory={places}
          onTake={(slot) => {
            setChosen(slot);
            keeping.mutate(slot);
          }}
        />
      )}
      {chosen && !taken && <ActionBar slot={chosen} pending={keeping.isPending} onContinue={() => keeping.mutate(chosen)} />}
    </>
  );
}

/** After signing in for it: takes the time that was chosen before. */
function useKeepAtOnce(search: FindSearch, mutate: (slot: Slot) => void, choose: (slot: Slot) => void) {
  const done = useRef(false);
  useEffect(() => {
    const choice = search.keep ? kept("choice") : undefined;
    if (done.current || choice === undefined) return;
    done.current = true;
    forget("choice");
    const slot = JSON.parse(choice) as Slot;
    choose(slot);
    mutate(slot);
  }, [search.keep, mutate, choose]);
}

interface ActionBarProps {
  slot: Slot;
  pending: boolean;
  onContinue: () => void;
}

function ActionBar({ slot, pending, onContinue }: ActionBarProps) {
  const { t, language } = useText();
  return (
    <div className="actionbar" role="status">
      <Button kind="primary" wide isPending={pending} note={t("find.hold")} onPress={onContinue}>
        {pending ? t("find.keeping") : t("find.continue", { when: shortMoment(slot.start, language) })}
      </Button>
    </div>
  );
}

interface TakenProps {
  error: unknown;
  alternatives: readonly Slot[];
  directory: Directory;
  onTake: (slot: Slot) => void;
}

/** The time was taken meanwhile: says so, and offers the nearest three. */
export function Taken({ error, alternatives, directory: places, onTake }: TakenProps) {
  const { t, language } = useText();
  const words = useWords(places);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // In braces: newer browsers answer with a promise, which React would call as a clean-up.
    box.current?.scrollIntoView({ block: "center" });
  }, []);
  const taken = asProblem(error).code === "slot-taken";
  return (
    <div className="stack gap-3" ref={box}>
      <Banner kind="stop" role="alert" title={taken ? t("find.takenTitle") : problemText(t, error)}>
        {taken && t(alternatives.length > 0 ? "find.takenText" : "find.takenNone")}
      </Banner>
      {alternatives.length > 0 && (
        <div className="offers">
          {alternatives.slice(0, 3).map((slot) => (
            <button key={slotKey(slot)} type="button" className="offer" onClick={() => onTake(slot)}>
              <span className="offer__when">{shortMoment(slot.start, language)}</span>
              <span className="offer__what">
                <Icon name="person" size="s" />
                {words.who(slot)}
              </span>
              <span className="offer__what">
                <Icon name={slot.site ? "station" : slot.modality === "phone" ? "phone" : "home"} size="s" />
                {words.where(slot)}
              </span>
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
