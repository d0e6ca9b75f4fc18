import { useQueries, useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { serverNow } from "../../api/clock";
import { problemText } from "../../api/problems";
import { slots } from "../../api/queries";
import type { Directory, Practitioner, Slot } from "../../api/types";
import { Avatar } from "../../components/Avatar";
import { Banner } from "../../components/Banner";
import { Button } from "../../components/Button";
import { Icon } from "../../components/Icon";
import { Empty, Skeleton } from "../../components/Skeleton";
import { addDays, clock, dateChip, dateOf, dayHeading, isWeekend, shortDay } from "../../locales/time";
import { useText } from "../../locales/useText";
import { modalityIcon, useWords } from "../words";
import { byConvenience, firstTimes, groupByPerson, type PersonTimes } from "./groups";
import type { Reach } from "./places";
import { asSlotQuery, type FindSearch } from "./search";
import { slotKey } from "./slotKey";

interface AllTimesProps {
  service: string;
  directory: Directory;
  search: FindSearch;
  own: Practitioner | undefined;
  reach: readonly Reach[];
  chosen: Slot | undefined;
  onChoose: (slot: Slot) => void;
  onChange: (search: Partial<FindSearch>) => void;
  onClear: () => void;
}

const shownPeople = 4;
// How many fortnights ahead one can look: times are published for about three months.
const furthest = 6;

/** Every free time that fits the wishes: a strip of days, and the day's times by professional. */
export function AllTimes({ service, directory, search, own, reach, chosen, onChoose, onChange, onClear }: AllTimesProps) {
  const { t, language } = useText();
  const wishes = asSlotQuery(search);
  const [starts, setStarts] = useState<(string | undefined)[]>([undefined]);
  const wished = JSON.stringify(wishes);
  useEffect(() => setStarts([undefined]), [wished, service]);
  const pages = useQueries({ queries: starts.map((from) => slots({ service, ...wishes, from, limit: 1 })) });
  const today = dateOf(new Date(serverNow()));
  const searched = pages.flatMap((page) => page.data?.days ?? []);
  const days = searched.filter(({ date, count }) => count > 0 || (!isWeekend(date) && date >= today));
  const firstFree = days.find(({ count }) => count > 0)?.date;
  const date = search.date !== undefined && days.some((day) => day.date === search.date && day.count > 0) ? search.date : firstFree;
  const last = searched.at(-1)?.date;
  const next = last === undefined || starts.length >= furthest ? undefined : addDays(last, 1);
  const failed = pages.find((page) => page.isError);
  const narrowed = Object.values(wishes).some((value) => value !== undefined);

  if (failed) {
    return <Banner kind="stop" role="alert" title={problemText(t, failed.error)} actions={<Button small onPress={() => void failed.refetch()}>{t("retry")}</Button>} />;
  }
  if (pages.some((page) => page.isPending) && days.length === 0) return <Skeleton lines={[100, 40, 100, 100]} height={4} />;
  if (date === undefined && next !== undefined) {
    return <MoreDays from={next} onMore={() => setStarts((before) => [...before, next])} />;
  }
  if (date === undefined) {
    return (
      <Empty title={t(narrowed ? "find.noneTitle" : "find.nothingTitle")}>
        <p>{t(narrowed ? "find.noneText" : "find.nothingText")}</p>
        {narrowed && <Button onPress={onClear}>{t("find.clear")}</Button>}
      </Empty>
    );
  }
  return (
    <>
      <div className="dates" role="group" aria-labelledby="all">
        {days.map(({ date: day, count }) => {
          const chip = dateChip(day, language);
          const selected = day === date;
          return (
            <button
              key={day}
              type="button"
              className="date"
              data-selected={selected || undefined}
              aria-pressed={selected}
              disabled={count === 0}
              data-unavailable={count === 0 || undefined}
              onClick={() => onChange({ date: day })}
            >
              <span className="visually-hidden">
                {dayHeading(day, language)}, {t("find.count", { n: count })}
              </span>
              <span className="date__wd" aria-hidden="true">
                {chip.weekday}
              </span>
              <span className="date__d" aria-hidden="true">
                {chip.day}
              </span>
              <span className="date__n" aria-hidden="true">
                {count === 0 ? "–" : t("find.count", { n: count })}
              </span>
            </button>
          );
        })}
        {next !== undefined && (
          <button type="button" className="date" onClick={() => setStarts((before) => (before.includes(next) ? before : [...before, next]))}>
            <Icon name="chevron-right" size="s" />
            <span className="date__n">{t("find.moreDays")}</span>
          </button>
        )}
      </div>
      <h3>{dayHeading(date, language)}</h3>
      <Times key={date} {...{ service, directory, search, own, reach, chosen, onChoose, onChange, date }} />
    </>
  );
}

/** Looks further by itself when the first days have nothing. */
function MoreDays({ from, onMore }: { from: string; onMore: () => void }) {
  const asked = useRef<string>(undefined);
  useEffect(() => {
    if (asked.current === from) return;
    asked.current = from;
    onMore();
  }, [from, onMore]);
  return <Skeleton lines={[100, 40]} height={4} />;
}

type TimesProps = Omit<AllTimesProps, "onClear"> & { date: string };

function Times({ service, directory, search, own, reach, chosen, onChoose, onChange, date }: TimesProps) {
  const { t, language } = useText();
  const [everyone, setEveryone] = useState(false);
  const day = useDayByPerson({ service, directory, search, own, reach, date, everyone });
  const ownAnswer = useQuery({ ...slots({ service, practitioner: own?.id, limit: 1 }), enabled: own !== undefined });
  if (day.kind === "pending") return <Skeleton lines={[50, 100, 50, 100]} height={3} />;
  if (day.kind === "failed") {
    return <Banner kind="stop" role="alert" title={problemText(t, day.error)} actions={<Button small onPress={day.retry}>{t("retry")}</Button>} />;
  }
  const { groups, hidden } = day;
  const ownNext = ownAnswer.data?.slots[0];
  const ownMissing = own !== undefined && search.practitioner === undefined && ownNext !== undefined && !groups.some(({ practitioner }) => practitioner.id === own.id);
  return (
    <>
      {ownMissing && (
        <div className="slotgroup">
          <Who name={own.name} own />
          <p className="quiet">
            {t("find.ownEarliest", { when: shortDay(ownNext.start, language) })}{" "}
            <button type="button" className="textlink" onClick={() => onChange({ date: dateOf(ownNext.start) })}>
              {t("find.showDay")}
            </button>
          </p>
        </div>
      )}
      {groups.map(({ practitioner, places }) => (
        <div className="slotgroup" key={practitioner.id}>
          <Who name={practitioner.name} own={practitioner.id === own?.id} />
          {places.map((place) => (
            <PlaceTimes key={place.key} place={place} who={practitioner.name} {...{ directory, chosen, onChoose }} />
          ))}
        </div>
      ))}
      {hidden && <Button onPress={() => setEveryone(true)}>{t("find.morePeople")}</Button>}
    </>
  );
}

interface PlaceTimesProps {
  place: PersonTimes["places"][number];
  who: string;
  directory: Directory;
  chosen: Slot | undefined;
  onChoose: (slot: Slot) => void;
}

/** The times of one person at one place: a few to choose from, the rest behind a press. */
function PlaceTimes({ place: { slots: times, sample }, who, directory, chosen, onChoose }: PlaceTimesProps) {
  const { t, language } = useText();
  const words = useWords(directory);
  const [all, setAll] = useState(false);
  const list = useRef<HTMLDivElement>(null);
  const { shown, more } = firstTimes(times, all);
  const showAll = (): void => {
    flushSync(() => setAll(true));
    // The button is gone: the focus goes on to the first of the times that came.
    list.current?.querySelectorAll<HTMLElement>(".slot")[shown.length]?.focus();
  };
  return (
    <div className="stack gap-2">
      <p className="small-16 quiet note">
        <Icon name={modalityIcon[sample.modality]} size="s" />
        <span>
          {words.where(sample)}
          {sample.modality === "hosted" && `. ${t("modality.short.hosted")}`}
        </span>
      </p>
      <div className="slots" ref={list}>
        {shown.map((slot) => {
          const selected = chosen !== undefined && slotKey(chosen) === slotKey(slot);
          return (
            <button
              key={slotKey(slot)}
              type="button"
              className="slot"
              data-selected={selected || undefined}
              aria-pressed={selected}
              aria-label={`${clock(slot.start, language)}, ${who}, ${words.where(slot)}`}
              onClick={() => onChoose(slot)}
            >
              {selected && <Icon name="check" size="s" />}
              {clock(slot.start, language)}
            </button>
          );
        })}
      </div>
      {more > 0 && (
        <Button kind="quiet" small className="selfstart" aria-label={`${t("find.moreTimes", { n: more })}: ${who}, ${words.where(sample)}`} onPress={showAll}>
          {t("find.moreTimes", { n: more })}
        </Button>
      )}
    </div>
  );
}

interface DayQuery {
  service: string;
  directory: Directory;
  search: FindSearch;
  own: Practitioner | undefined;
  reach: readonly Reach[];
  date: string;
  everyone: boolean;
}

type DayByPerson = { kind: "pending" } | { kind: "failed"; error: unknown; retry: () => void } | { kind: "ready"; groups: PersonTimes[]; hidden: boolean };

// The most times that one answer holds.
const most = 200;

/**
 * A day's times by professional. One answer tells who comes first; where a day has more times than one answer holds, each
 * person who is shown is asked for alone, so that nobody's day is cut.
 */
function useDayByPerson({ service, directory, search, own, reach, date, everyone }: DayQuery): DayByPerson {
  const wishes = asSlotQuery(search);
  const overview = useQuery(slots({ service, ...wishes, from: date, to: date, limit: most }));
  const cut = (overview.data?.slots.length ?? 0) >= most;
  const rank = byConvenience(reach);
  const first = groupByPerson(overview.data?.slots ?? [], own?.id, rank);
  const known = first.map(({ practitioner }) => practitioner.id);
  const others = cut ? directory.practitioners.filter((one) => one.services.includes(service) && !known.includes(one.id)).map(({ id }) => id) : [];
  const asked = cut ? (everyone ? [...known, ...others] : known.slice(0, shownPeople)) : [];
  const alone = useQueries({ queries: asked.map((practitioner) => slots({ service, ...wishes, practitioner, from: date, to: date, limit: most })) });
  if (overview.isError) return { kind: "failed", error: overview.error, retry: () => void overview.refetch() };
  if (overview.isPending) return { kind: "pending" };
  if (!cut) return { kind: "ready", groups: everyone ? first : first.slice(0, shownPeople), hidden: !everyone && first.length > shownPeople };
  const groups = alone.flatMap((answer, index) => {
    const [group] = answer.data ? groupByPerson(answer.data.slots, own?.id, rank) : [first.find(({ practitioner }) => practitioner.id === asked[index])];
    return group ? [group] : [];
  });
  return { kind: "ready", groups, hidden: !everyone };
}

function Who({ name, own }: { name: string; own: boolean }) {
  const { t } = useText();
  return (
    <p className="slotgroup__who">
      <Avatar name={name} />
      <span>
        <b>{name}</b>
        {own && <span className="quiet"> · {t("find.ownTail")}</span>}
      </span>
    </p>
  );
}
