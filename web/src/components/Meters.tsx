import { useText } from "../locales/useText";

const bars = 24;

/** A level between 0 and 1, as bars. Never announced while it moves. */
export function Level({ value, label }: { value: number; label: string }) {
  const on = Math.round(Math.min(1, Math.max(0, value)) * bars);
  return (
    <div className="level" role="meter" aria-label={label} aria-valuemin={0} aria-valuemax={bars} aria-valuenow={on}>
      {Array.from({ length: bars }, (_, index) => (
        <i key={index} data-on={index >= on ? undefined : index >= bars - 3 ? "hot" : ""} />
      ))}
    </div>
  );
}

/** How the connection is: four bars and the words that mean the same. */
export function Quality({ bars: on }: { bars: 1 | 2 | 3 | 4 }) {
  const { t } = useText();
  return (
    <span className="quality">
      <span className="quality__bars" aria-hidden="true">
        {[1, 2, 3, 4].map((bar) => (
          <i key={bar} data-on={bar <= on ? "" : undefined} />
        ))}
      </span>
      {t(`quality.${on}`)}
    </span>
  );
}
