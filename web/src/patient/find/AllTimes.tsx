import { useQueries, useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { serverNow } from "../../api/clock";
import { problemText } from "../../api/problems";
import { slots } from "../../api/queries";
import type { Directory, Practitioner, Slot } from "../../api/types";
import { Avatar } from "../../components/Avatar";
import { Banner } from "../../components/Banner";
import { Button } from "../../components/Button";
import { Icon } from "../../components/Icon";
import { Empty, Skeleton } from "../../components/Skeleton";
import { clock, dateChip, dateOf, dayHeading, isWeekend, shortDay } from "../../locales/time";
import { useText } from "../../locales/useText";
import { modalityIcon, useWords } from "../words";
import { groupByPerson } from "./groups";
import { asSlotQuery, type FindSearch } from "./search";
import { slotKey } from "./slotKey";

interface AllTimesProps {
  service: string;
  directory: Directory;
  search: FindSearch;
  own: Practitioner | undefined;
  chosen: Slot | undefined;
  onChoose: (slot: Slot) => void;
  onChange: (search: Partial<FindSearch>) => void;
  onClear: () => void;
}

const shownPeople = 6;

/** Every free time that fits the wishes: a strip of days, and the day's times by professional. */
export function AllTimes({ service, directory, search, own, chosen, onChoose, onChange, onClear }: AllTimesProps) {
  const { t, language } = useText();
  const wishes = asSlotQuery(search);
  const [starts, setStarts] = useState<(string | undefined)[]>([undefined]);
  const wished = JSON.stringify(wishes);
  useEffect(() => setStarts([undefined]), [wished, service]);
  const pages = useQueries({ queries: starts.map((from) => slots({ service, ...wishes, from, limit: 1 })) });
  const today = dateOf(new Date(serverNow()));
  const days = pages.flatMap((page) => page.data?.days ?? []).filter(({ date, count }) => count > 0 || (!isWeekend(date) && date >= today));
  const firstFree = days.find(({ count }) => count > 0)?.date;
  const date = search.date !== undefined && days.some((day) => day.date === search.date && day.count > 0) ? search.date : firstFree;
  const next = pages.at(-1)?.data?.nextFrom;
  const failed = pages.find((page) => page.isError);
  const narrowed = Object.values(wishes).some((value) => value !== undefined);

  if (failed) {
    return <Banner kind="stop" role="alert" title={problemText(t, failed.error)} actions={<Button small onPress={() => void failed.refetch()}>{t("retry")}</Button>} />;
  }
  if (pages.some((page) => page.isPending) && days.length === 0) return <Skeleton lines={[100, 40, 100, 100]} height={4} />;
  if (date === undefined && next !== undefined && starts.length < 4) {
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
              aria-label={`${dayHeading(day, language)}, ${t("find.count", { n: count })}`}
            >
              <span className="date__wd">{chip.weekday}</span>
              <span className="date__d">{chip.day}</span>
              <span className="date__n">{count === 0 ? "–" : t("find.count", { n: count })}</span>
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
      <Times key={date} {...{ service, directory, search, own, chosen, onChoose, onChange, date }} />
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

function Times({ service, directory, search, own, chosen, onChoose, onChange, date }: TimesProps) {
  const { t, language } = useText();
  const words = useWords(directory);
  const [everyone, setEveryone] = useState(false);
  const wishes = asSlotQuery(search);
  const answer = useQuery(slots({ service, ...wishes, from: date, to: date, limit: 200 }));
  const ownAnswer = useQuery({ ...slots({ service, practitioner: own?.id, limit: 1 }), enabled: own !== undefined });
  if (answer.isPending) return <Skeleton lines={[50, 100, 50, 100]} height={3} />;
  if (answer.isError) {
    return <Banner kind="stop" role="alert" title={problemText(t, answer.error)} actions={<Button small onPress={() => void answer.refetch()}>{t("retry")}</Button>} />;
  }
  const groups = groupByPerson(answer.data.slots, own?.id);
  const shown = everyone ? groups : groups.slice(0, shownPeople);
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
      {shown.map(({ practitioner, places }) => (
        <div className="slotgroup" key={practitioner.id}>
          <Who name={practitioner.name} own={practitioner.id === own?.id} />
          {places.map(({ key, slots: times, sample }) => (
            <div className="stack gap-2" key={key}>
              <p className="small-16 quiet note">
                <Icon name={modalityIcon[sample.modality]} size="s" />
                <span>
                  {words.where(sample)}
                  {sample.modality === "hosted" && `. ${t("modality.short.hosted")}`}
                </span>
              </p>
              <div className="slots">
                {times.map((slot) => {
                  const selected = chosen !== undefined && slotKey(chosen) === slotKey(slot);
                  return (
                    <button
                      key={slotKey(slot)}
                      type="button"
                      className="slot"
                      data-selected={selected || undefined}
                      aria-pressed={selected}
                      aria-label={`${clock(slot.start, language)}, ${practitioner.name}, ${words.where(slot)}`}
                      onClick={() => onChoose(slot)}
                    >
                      {selected && <Icon name="check" size="s" />}
                      {clock(slot.start, language)}
                    </button>
                  );
                })}
              </div>
            </div>
          ))}
        </div>
      ))}
      {groups.length > shown.length && (
        <Button onPress={() => setEveryone(true)}>{t("find.morePeople", { n: groups.length })}</Button>
      )}
    </>
  );
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
