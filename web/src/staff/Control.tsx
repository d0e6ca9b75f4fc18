import type { ReactNode } from "react";
import { Icon, type IconName } from "../components/Icon";

interface ControlProps {
  readonly icon: IconName;
  readonly children: ReactNode;
  readonly onPress: () => void;
  /** For what is on or off; left out for what is done once. */
  readonly pressed?: boolean;
  readonly leave?: boolean;
}

/** A round button of the call with its word under it. */
export function Control({ icon, children, onPress, pressed, leave = false }: ControlProps) {
  return (
    <button
      type="button"
      className={leave ? "control control--leave" : "control"}
      aria-pressed={pressed}
      data-selected={pressed === true || undefined}
      onClick={onPress}
    >
      <span className="control__face">
        <Icon name={icon} />
      </span>
      {children}
    </button>
  );
}
