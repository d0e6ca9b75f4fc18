import { useQueries, useQuery } from "@tanstack/react-query";
import { slots } from "../../api/queries";
import type { Directory, Practitioner, Slot } from "../../api/types";
import { Icon } from "../../components/Icon";
import { Skeleton } from "../../components/Skeleton";
import { atClock, cardDay } from "../../locales/time";
import { useText } from "../../locales/useText";
import { modalityIcon, useWords } from "../words";
import { costInDays } from "./cost";
import { DayScale } from "./DayScale";
import type { Reach } from "./places";
import { slotKey } from "./slotKey";

interface OffersProps {
  service: string;
  directory: Directory;
  own: Practitioner | undefined;
  reach: readonly Reach[];
  chosen: Slot | undefined;
  onChoose: (slot: Slot) => void;
}

type Kind = "own" | "all" | "here" | "near";

interface Offer {
  kind: Kind;
  slot: Slot;
}

// How many of the nearest places are asked for "near you".
const nearest = 3;

/** The earliest times first: with the one you know, of all, in person, near you. Each is a real free time. */
export function Offers({ service, directory, own, reach, chosen, onChoose }: OffersProps) {
  const { t } = useText();
  const near = reach.filter(({ km }) => km !== undefined).slice(0, nearest);
  const all = useQuery(slots({ service, limit: 1 }));
  const here = useQuery(slots({ service, modality: "in_person", limit: 1 }));
  const mine = useQuery({ ...slots({ service, practitioner: own?.id, limit: 1 }), enabled: own !== undefined });
  const byPlace = useQueries({ queries: near.map(({ site }) => slots({ service, site: site.id, limit: 1 })) });
  const earliest = all.data?.slots[0];
  // The nearest place that has a time within a week of the earliest of the near ones.
  const nearSlot = byPlace.map((answer) => answer.data?.slots[0]).filter((slot) => slot !== undefined).sort((a, b) => a.start.localeCompare(b.start))[0];
  const candidates: { kind: Kind; slot: Slot | undefined }[] = [
    { kind: "own", slot: own ? mine.data?.slots[0] : undefined },
    { kind: "all", slot: earliest },
    { kind: "here", slot: here.data?.slots[0] },
    { kind: "near", slot: nearSlot },
  ];
  const offers = distinct(candidates);
  if (all.isPending) return <Skeleton lines={[100, 100, 100]} height={7} />;
  if (offers.length === 0) return null;
  return (
    <div className="offers" role="group" aria-labelledby="first">
      {offers.map(({ kind, slot }) => (
        <OfferCard
          key={kind}
          tag={kind === "own" && own ? t("find.own", { profession: own.profession }) : t(`find.earliest${kind === "here" ? "Here" : kind === "near" ? "Near" : "All"}`)}
          own={kind === "own"}
          slot={slot}
          days={costInDays(earliest?.start, slot.start) ?? 0}
          km={reach.find(({ site }) => site.id === slot.site)?.km}
          directory={directory}
          selected={chosen !== undefined && slotKey(chosen) === slotKey(slot)}
          onChoose={onChoose}
        />
      ))}
    </div>
  );
}

/** Each time once, under the first name that it earns. */
function distinct(candidates: readonly { kind: Kind; slot: Slot | undefined }[]): Offer[] {
  const seen = new Set<string>();
  return candidates.flatMap(({ kind, slot }) => {
    if (!slot || seen.has(slotKey(slot))) return [];
    seen.add(slotKey(slot));
    return [{ kind, slot }];
  });
}

interface CardProps {
  tag: string;
  own: boolean;
  slot: Slot;
  days: number;
  km: number | undefined;
  directory: Directory;
  selected: boolean;
  onChoose: (slot: Slot) => void;
}

function OfferCard({ tag, own, slot, days, km, directory, selected, onChoose }: CardProps) {
  const { t, language } = useText();
  const words = useWords(directory);
  return (
    <button type="button" className={own ? "offer offer--own" : "offer"} data-selected={selected || undefined} aria-pressed={selected} onClick={() => onChoose(slot)}>
      <span className="offer__tag">
        {own && <Icon name="heart" size="s" />}
        {tag}
        {selected && <Icon name="check-circle" size="s" />}
      </span>
      <span className="offer__when">
        {cardDay(slot.start, language)} <span className="nowrap">{atClock(slot.start, language)}</span>
      </span>
      <span className="offer__what">
        <Icon name="person" size="s" />
        {words.who(slot)}
      </span>
      <span className="offer__what">
        <Icon name={modalityIcon[slot.modality]} size="s" />
        <span>
          {words.where(slot)}
          {km !== undefined && km > 0 && `, ${t("find.km", { n: km })}`}
        </span>
      </span>
      {own && (
        <span className="offer__cost">
          <span className="cost">{t("find.daysLater", { n: days })}</span>
          <DayScale days={days} />
        </span>
      )}
    </button>
  );
}
