import type { ReactNode } from "react";
import { Icon, type IconName } from "./Icon";

const signs: Record<"info" | "wait" | "stop" | "ready", IconName> = {
  info: "info",
  wait: "clock",
  stop: "alert",
  ready: "check-circle",
};

interface BannerProps {
  kind?: "info" | "wait" | "stop" | "ready";
  icon?: IconName;
  title: ReactNode;
  children?: ReactNode;
  actions?: ReactNode;
  /** `status` for news, `alert` for what stops the person now; nothing for what was there from the start. */
  role?: "status" | "alert";
}

/** What happened and the way on, beside its cause. */
export function Banner({ kind = "info", icon, title, children, actions, role }: BannerProps) {
  return (
    <div className={["banner", kind !== "info" && `banner--${kind}`, actions && "banner--row"].filter(Boolean).join(" ")} role={role}>
      <Icon name={icon ?? signs[kind]} />
      <p>
        <span className="banner__title">{title}</span> {children}
      </p>
      {actions && <div className="banner__actions row gap-2">{actions}</div>}
    </div>
  );
}
