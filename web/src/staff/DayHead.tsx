import { Button } from "../components/Button";
import { Icon } from "../components/Icon";
import { clock, shortDay } from "../locales/time";
import { useText } from "../locales/useText";

interface DayNavigationProps {
  readonly date: string;
  readonly today: string;
  readonly previous: string;
  readonly next: string;
  readonly onChange: (date: string) => void;
}

/** From day to day. */
export function DayNavigation({ date, today, previous, next, onChange }: DayNavigationProps) {
  const { t, language } = useText();
  return (
    <nav className="row gap-2" aria-label={t("day.navigation")}>
      <Button small icon="chevron-left" aria-label={t("day.previous", { day: shortDay(previous, language) })} onPress={() => onChange(previous)}>
        {shortDay(previous, language)}
      </Button>
      {date !== today && (
        <Button small onPress={() => onChange(today)}>
          {t("day.today")}
        </Button>
      )}
      <button
        type="button"
        className="button button--small"
        aria-label={t("day.following", { day: shortDay(next, language) })}
        onClick={() => onChange(next)}
      >
        {shortDay(next, language)}
        <Icon name="chevron-right" size="s" />
      </button>
    </nav>
  );
}

/** Nothing while the list is live; since when it is not, otherwise. */
export function LiveLine({ downSince }: { downSince: Date | null }) {
  const { t, language } = useText();
  return (
    <div role="status" className="liveline">
      {downSince !== null && (
        <p className="banner banner--wait">
          <Icon name="network-off" />
          <span>{t("day.stale", { time: clock(downSince, language) })}</span>
        </p>
      )}
    </div>
  );
}
