import { type KeyboardEvent, useRef } from "react";
import type { RemoteSource } from "../call/state";
import { Icon } from "../components/Icon";
import { Tile } from "../components/Tile";
import { useText } from "../locales/useText";
import { sourceIcon, sourceName } from "./useRemote";

interface SourceStripProps {
  readonly pictures: readonly RemoteSource[];
  readonly selected: string | null;
  readonly onSelect: (key: string) => void;
  readonly label: string;
  /** What the exam camera is called. */
  readonly exam: string;
}

/** The pictures side by side; one of them is the large one. Arrow keys choose. */
export function SourceStrip({ pictures, selected, onSelect, label, exam }: SourceStripProps) {
  const { t } = useText();
  const group = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    const step = event.key === "ArrowRight" || event.key === "ArrowDown" ? 1 : event.key === "ArrowLeft" || event.key === "ArrowUp" ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const at = pictures.findIndex((one) => one.key === selected);
    const next = pictures[(at + step + pictures.length) % pictures.length];
    if (next === undefined) return;
    onSelect(next.key);
    const at2 = pictures.indexOf(next);
    group.current?.querySelectorAll<HTMLButtonElement>("button")[at2]?.focus();
  };
  return (
    <div className="sources" role="radiogroup" aria-label={label} ref={group} onKeyDown={onKeyDown}>
      {pictures.map((one) => {
        const name = sourceName(t, one, exam);
        const chosen = one.key === selected;
        return (
          <button
            key={one.key}
            type="button"
            className="source"
            role="radio"
            aria-checked={chosen}
            data-selected={chosen || undefined}
            data-source={one.source}
            tabIndex={chosen || (selected === null && one === pictures[0]) ? 0 : -1}
            onClick={() => onSelect(one.key)}
          >
            <Tile stream={one.stream} label={t("staff.picture.of", { name })} />
            <span className="source__label">
              <Icon name={sourceIcon(one.source)} />
              {name}
              {!one.showing && <small>{t("staff.source.off")}</small>}
            </span>
          </button>
        );
      })}
    </div>
  );
}
