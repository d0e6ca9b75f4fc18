import { useQueries } from "@tanstack/react-query";
import { useState } from "react";
import { slots } from "../../api/queries";
import type { Directory, Service, Slots } from "../../api/types";
import { Button } from "../../components/Button";
import { Choices, RadioChoice } from "../../components/Choice";
import { Icon } from "../../components/Icon";
import { SelectBox } from "../../components/Select";
import { briefMoment } from "../../locales/time";
import { useText } from "../../locales/useText";
import type { Reach } from "./places";
import { asSlotQuery, type FindSearch } from "./search";

interface WhereProps {
  service: Service;
  directory: Directory;
  search: FindSearch;
  home: string | undefined;
  reach: readonly Reach[];
  onChange: (search: Partial<FindSearch>) => void;
}

const shown = 5;

/** At home, by phone, or at a place, in the order one reaches them; each with its earliest time. */
export function Where({ service, directory, search, home, reach, onChange }: WhereProps) {
  const { t, name, language } = useText();
  const [all, setAll] = useState(false);
  const onSite = service.modalities.includes("hosted") || service.modalities.includes("in_person");
  const places = onSite ? reach.filter(({ site }, index) => all || index < shown || site.id === search.site) : [];
  const remote = (["video", "phone"] as const).filter((modality) => service.modalities.includes(modality));
  const query = (patch: Partial<FindSearch>) =>
    slots({ service: service.id, ...asSlotQuery({ ...search, modality: undefined, site: undefined, ...patch }), limit: 1 });
  const answers = useQueries({
    queries: [query({}), ...remote.map((modality) => query({ modality })), ...places.map(({ site }) => query({ site: site.id }))],
  });
  const note = (index: number): string | undefined => {
    const data: Slots | undefined = answers[index]?.data;
    if (!data) return undefined;
    const start = data.slots[0]?.start;
    return start === undefined ? t("earliest.none") : t("earliest", { when: briefMoment(start, language) });
  };
  return (
    <div className="stack">
      <div className="stack gap-1 sectop">
        <h2 id="where">{t("find.where")}</h2>
        {onSite && (
          <div className="row gap-2 small-16 quiet">
            <label htmlFor="home">{home ? t("find.whereFrom") : t("find.home")}</label>
            <SelectBox
              id="home"
              inline
              value={home ?? ""}
              onChange={(value) => onChange({ home: value || undefined })}
              options={[...(home ? [] : [{ value: "", label: t("find.home.choose") }]), ...directory.municipalities.map((place) => ({ value: place.id, label: name(place.name) }))]}
            />
          </div>
        )}
      </div>
      <Choices labelledBy="where" radio>
        <RadioChoice name="place" selected={!search.modality && !search.site} onSelect={() => onChange({ modality: undefined, site: undefined })} note={note(0)}>
          {t("find.where.any")}
        </RadioChoice>
        {remote.map((modality, index) => (
          <RadioChoice
            key={modality}
            name="place"
            selected={search.modality === modality}
            onSelect={() => onChange({ modality, site: undefined })}
            note={note(1 + index)}
            end={
              <span className="site__min">
                <Icon name={modality === "video" ? "home" : "phone"} size="s" />
              </span>
            }
          >
            {t(`find.where.${modality}`)}
          </RadioChoice>
        ))}
        {places.map(({ site, km }, index) => (
          <RadioChoice
            key={site.id}
            name="place"
            selected={search.site === site.id}
            onSelect={() => onChange({ site: site.id, modality: undefined })}
            note={note(1 + remote.length + index)}
            end={
              <span className="site__min">
                <Icon name="station" size="s" />
                {km !== undefined && t("find.km", { n: km })}
              </span>
            }
          >
            {name(site.name)}
          </RadioChoice>
        ))}
      </Choices>
      {onSite && !all && reach.length > shown && (
        <Button kind="quiet" small className="selfstart" icon="pin" onPress={() => setAll(true)}>
          {t("find.where.more", { n: reach.length })}
        </Button>
      )}
    </div>
  );
}
