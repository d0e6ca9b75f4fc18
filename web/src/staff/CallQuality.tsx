import { useEffect, useState } from "react";
import type { Call } from "../call/call";
import type { CallState, Grade, Quality } from "../call/state";
import { useQuality } from "../call/view/useCall";
import { Quality as Bars } from "../components/Meters";
import { useText } from "../locales/useText";

/** How the call is, in bars and words; announced when the words change, at most each five seconds. */
export function CallQuality({ call, state }: { call: Call; state: CallState }) {
  const { t } = useText();
  const quality = useQuality(call);
  const bars = useCalm(barsOf(state, quality));
  if (state.kind === "connecting" || state.kind === "idle") return <span role="status">{t("staff.call.connecting")}</span>;
  return <span role="status">{bars === null ? "" : <Bars bars={bars} />}</span>;
}

function barsOf(state: CallState, quality: Quality): 1 | 2 | 3 | 4 | null {
  // Messages alone are away: sound and picture go on, so say how they go.
  if (state.kind === "reconnecting") return state.media === "connected" ? graded(quality) : 1;
  return state.kind === "inCall" && state.media === "connected" ? graded(quality) : null;
}

function graded(quality: Quality): 2 | 3 | 4 | null {
  const worst = [quality.up, quality.down].filter((grade) => grade !== "none");
  if (worst.length === 0) return null;
  const rank: Readonly<Record<Grade, number>> = { good: 0, fair: 1, poor: 2, none: 0 };
  const low = Math.max(...worst.map((grade) => rank[grade]));
  return low === 0 ? 4 : low === 1 ? 3 : 2;
}

/** The value, but never another one sooner than five seconds after the last change; a fall to 1 shows at once. */
function useCalm<T>(value: T): T {
  const [shown, setShown] = useState({ value, at: 0 });
  useEffect(() => {
    if (Object.is(value, shown.value)) return;
    const wait = value === 1 ? 0 : Math.max(0, shown.at + 5_000 - Date.now());
    const timer = setTimeout(() => setShown({ value, at: Date.now() }), wait);
    return () => clearTimeout(timer);
  }, [value, shown]);
  return shown.value;
}
