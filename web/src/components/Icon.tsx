import sprite from "./icons.svg?url";
import type { IconName } from "./iconNames";

export type { IconName } from "./iconNames";

/** A sign from the sprite. It never speaks alone: a word stands beside it, so it is hidden from screen readers. */
export function Icon({ name, size }: { name: IconName; size?: "s" | "l" }) {
  return (
    <svg className={size ? `icon icon--${size}` : "icon"} viewBox="0 0 24 24" aria-hidden="true">
      <use href={`${sprite}#i-${name}`} />
    </svg>
  );
}
