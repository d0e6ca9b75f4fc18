import { dateOf } from "../../locales/time";
import { serverNow } from "../../api/clock";
import { dayScale } from "./cost";

/** What a wish costs, looked at rather than read: fourteen days from today. The words stand beside it. */
export function DayScale({ days }: { days: number }) {
  const cells = dayScale(dateOf(new Date(serverNow())), days);
  return (
    <span className="dayscale" aria-hidden="true">
      {cells.map((cell, index) => (
        <i key={index} className={cell === "weekend" ? "we" : cell === "rest" ? undefined : cell} />
      ))}
    </span>
  );
}
