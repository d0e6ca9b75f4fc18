import type { ReactNode } from "react";
import { Icon } from "./Icon";

interface ChoiceProps {
  selected: boolean;
  onSelect: () => void;
  disabled?: boolean;
  /** The words; a second line goes into `note`, what it costs or takes into `end`. */
  children: ReactNode;
  note?: ReactNode;
  end?: ReactNode;
  /** Drawn under the words, over the whole width: the day scale. */
  below?: ReactNode;
}

/** One of several cards: native radio, so arrow keys move between cards of one `name`. Put it in a `Choices`. */
export function RadioChoice({ name, ...props }: ChoiceProps & { name: string }) {
  return <Card {...props} input={{ type: "radio", name }} tick={<span className="tick tick--radio" />} />;
}

/** A card that can be on or off. */
export function CheckChoice(props: ChoiceProps) {
  return (
    <Card
      {...props}
      input={{ type: "checkbox" }}
      tick={
        <span className="tick">
          <Icon name="check" />
        </span>
      }
    />
  );
}

/** The group of cards; `label` is the id of its heading. */
export function Choices({ labelledBy, radio = false, children }: { labelledBy: string; radio?: boolean; children: ReactNode }) {
  return (
    <div className="choices" role={radio ? "radiogroup" : "group"} aria-labelledby={labelledBy}>
      {children}
    </div>
  );
}

function Card({
  selected,
  onSelect,
  disabled = false,
  children,
  note,
  end,
  below,
  input,
  tick,
}: ChoiceProps & { input: { type: "radio" | "checkbox"; name?: string }; tick: ReactNode }) {
  return (
    <label className="choice" data-selected={selected || undefined} data-disabled={disabled || undefined}>
      <span className="visually-hidden">
        <input {...input} checked={selected} disabled={disabled} onChange={onSelect} />
      </span>
      {tick}
      <span>
        <span className="medium">{children}</span>
        {note !== undefined && <span className="choice__text choice__text--line">{note}</span>}
      </span>
      {end}
      {below}
    </label>
  );
}
