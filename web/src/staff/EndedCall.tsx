import type { ReactNode } from "react";
import { problemText } from "../api/problems";
import type { EndReason } from "../call/state";
import { Nearline } from "../components/Nearline";
import type { PlainKey } from "../locales/useText";
import { useText } from "../locales/useText";

const texts: Readonly<Record<Exclude<EndReason["kind"], "refused">, readonly [PlainKey, PlainKey]>> = {
  left: ["staff.ended.left", "staff.ended.left.text"],
  closed: ["staff.ended.closed", "staff.ended.closed.text"],
  removed: ["staff.ended.removed", "staff.ended.removed.text"],
  replaced: ["staff.ended.replaced", "staff.ended.replaced.text"],
  notAllowed: ["staff.ended.notAllowed", "staff.ended.notAllowed.text"],
  unsupported: ["staff.ended.unsupported", "staff.ended.unsupported.text"],
  fault: ["staff.ended.fault", "staff.ended.fault.text"],
};

/** Why the call is over, and the ways on. */
export function EndedCall({ reason, children }: { reason: EndReason; children: ReactNode }) {
  const { t } = useText();
  const [title, text] = reason.kind === "refused" ? (["staff.ended.refused", null] as const) : texts[reason.kind];
  return (
    <div className="call__notice call__notice--ended" role="alert">
      <Nearline state="apart" />
      <p className="call__noticetitle">{t(title)}</p>
      <p>{reason.kind === "refused" ? problemText(t, reason.error) : text === null ? "" : t(text)}</p>
      <div className="row gap-2">{children}</div>
    </div>
  );
}
