import type { ReactNode } from "react";
import { Icon, type IconName } from "./Icon";

/** A state in a sign and a word. */
export function Badge({ kind, icon, children }: { kind?: "ready" | "wait" | "stop" | "sea" | "plain"; icon: IconName; children: ReactNode }) {
  return (
    <span className={kind ? `badge badge--${kind}` : "badge"}>
      <Icon name={icon} />
      {children}
    </span>
  );
}
