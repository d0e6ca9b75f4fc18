import { useQueries } from "@tanstack/react-query";
import { useState } from "react";
import { slots, type SlotQuery } from "../../api/queries";
import type { Practitioner } from "../../api/types";
import { Button } from "../../components/Button";
import { CheckChoice, Choices } from "../../components/Choice";
import { Select } from "../../components/Select";
import { languages } from "../../locales";
import { useText } from "../../locales/useText";
import { costInDays } from "./cost";
import { DayScale } from "./DayScale";
import { asSlotQuery, type FindSearch } from "./search";

interface WishesProps {
  service: string;
  search: FindSearch;
  own: Practitioner | undefined;
  /** Everyone who gives the service. */
  people: readonly Practitioner[];
  onChange: (search: Partial<FindSearch>) => void;
}

interface Wish {
  id: string;
  label: string;
  key: "language" | "practitioner" | "timeOfDay";
  value: string | number;
}

/** What matters to the person, each with what it costs in days given the other wishes. */
export function Wishes({ service, search, own, people, onChange }: WishesProps) {
  const { t, language } = useText();
  const [allLanguages, setAllLanguages] = useState(false);
  const spoken = languages.filter(({ code }) => allLanguages || code === language || code === search.language).sort((a) => (a.code === language ? -1 : 0));
  const person = people.find((one) => one.id === search.practitioner && one.id !== own?.id);
  const wishes: Wish[] = [
    ...spoken.map(({ code }): Wish => ({ id: code, label: t(`in.${code}`), key: "language", value: code })),
    ...(own ? [{ id: "own", label: t("find.wish.sameOne", { profession: own.profession }), key: "practitioner", value: own.id } as const] : []),
    ...(person ? [{ id: "person", label: t("find.wish.with", { name: person.name }), key: "practitioner", value: person.id } as const] : []),
    { id: "morning", label: t("find.wish.morning"), key: "timeOfDay", value: "morning" },
    { id: "evening", label: t("find.wish.evening"), key: "timeOfDay", value: "evening" },
  ];
  const costs = useCosts(service, search, wishes);
  return (
    <div className="stack">
      <div className="stack gap-1">
        <h2 id="wish">{t("find.wishes")}</h2>
        <p className="quiet small-16">{t("find.wishesText")}</p>
      </div>
      <Choices labelledBy="wish">
        {wishes.map((wish, index) => {
          const cost = costs[index] ?? "asking";
          const selected = search[wish.key] === wish.value;
          return (
            <CheckChoice
              key={wish.id}
              selected={selected}
              onSelect={() => onChange({ [wish.key]: selected ? undefined : wish.value })}
              end={
                cost === "asking" ? undefined : (
                  <span className={cost === 0 ? "cost cost--free" : "cost"}>{cost === "none" ? t("find.cost.none") : t("find.cost", { n: cost })}</span>
                )
              }
              below={typeof cost === "number" ? <DayScale days={cost} /> : undefined}
            >
              {wish.label}
            </CheckChoice>
          );
        })}
      </Choices>
      <p className="scalekey small quiet" aria-hidden="true">
        <span>{t("find.scaleToday")}</span>
        <span>{t("find.scaleEnd")}</span>
      </p>
      {!allLanguages && (
        <Button kind="quiet" small className="selfstart" icon="globe" onPress={() => setAllLanguages(true)}>
          {t("find.wish.moreLanguages")}
        </Button>
      )}
      {people.length > 1 && (
        <Select
          label={t("find.person")}
          icon="person"
          value={String(search.practitioner ?? "")}
          onChange={(value) => onChange({ practitioner: value === "" ? undefined : Number(value) })}
          options={[{ value: "", label: t("find.person.any") }, ...people.map((one) => ({ value: String(one.id), label: one.name }))]}
        />
      )}
    </div>
  );
}

/** For each wish: the days between the earliest time without it and with it, all other wishes kept. */
function useCosts(service: string, search: FindSearch, wishes: readonly Wish[]): ("asking" | "none" | number)[] {
  const query = (patch: Partial<FindSearch>): SlotQuery => ({ service, ...asSlotQuery({ ...search, ...patch }), limit: 1 });
  const answers = useQueries({
    queries: wishes.flatMap(({ key, value }) => [slots(query({ [key]: undefined })), slots(query({ [key]: value }))]),
  });
  return wishes.map((_, index) => {
    const without = answers[index * 2];
    const withIt = answers[index * 2 + 1];
    if (!without?.data || !withIt?.data) return "asking";
    return costInDays(without.data.slots[0]?.start, withIt.data.slots[0]?.start) ?? "none";
  });
}
