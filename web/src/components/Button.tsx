import type { ComponentProps, ReactNode, Ref } from "react";
import { createLink, type LinkComponent } from "@tanstack/react-router";
import { Icon, type IconName } from "./Icon";

export interface ButtonLook {
  kind?: "primary" | "danger" | "urgent" | "quiet" | undefined;
  small?: boolean | undefined;
  wide?: boolean | undefined;
  icon?: IconName | undefined;
  /** A second line in smaller words. */
  note?: ReactNode;
  className?: string | undefined;
}

const classOf = ({ kind, small, wide, className }: ButtonLook): string =>
  ["button", kind && `button--${kind}`, small && "button--small", wide && "button--wide", className].filter(Boolean).join(" ");

function Face({ icon, note, small, children }: ButtonLook & { children?: ReactNode }) {
  return (
    <>
      {icon && <Icon name={icon} {...(small && { size: "s" as const })} />}
      {note === undefined ? (
        children
      ) : (
        <span>
          {children}
          <span className="button__note">{note}</span>
        </span>
      )}
    </>
  );
}

export interface ButtonProps extends ButtonLook {
  children: ReactNode;
  onPress?: (() => void) | undefined;
  type?: "button" | "submit";
  isDisabled?: boolean | undefined;
  /** Its work runs: it keeps the focus and its words, and does nothing more until then. */
  isPending?: boolean | undefined;
  autoFocus?: boolean;
  ref?: Ref<HTMLButtonElement>;
  "aria-label"?: string;
  "aria-describedby"?: string | undefined;
  "aria-expanded"?: boolean;
  "aria-pressed"?: boolean;
}

/** Something to press. The native element, so that it weighs nothing on a weak connection. */
export function Button({ kind, small, wide, icon, note, className, children, onPress, type = "button", isDisabled, isPending, ...rest }: ButtonProps) {
  return (
    <button
      {...rest}
      type={type}
      className={classOf({ kind, small, wide, className })}
      disabled={isDisabled}
      aria-disabled={isPending || undefined}
      data-pending={isPending || undefined}
      onClick={(event) => {
        if (isPending) event.preventDefault();
        else onPress?.();
      }}
    >
      <Face icon={icon} note={note} small={small}>
        {children}
      </Face>
    </button>
  );
}

type AnchorProps = ButtonLook & Omit<ComponentProps<"a">, "className">;

function Anchor({ kind, small, wide, icon, note, className, children, ...rest }: AnchorProps) {
  return (
    <a {...rest} className={classOf({ kind, small, wide, className })}>
      <Face icon={icon} note={note} small={small}>
        {children}
      </Face>
    </a>
  );
}

const Routed = createLink(Anchor);

/** Somewhere to go, looking like a button: `<LinkButton to="/find" kind="primary">`. */
export const LinkButton: LinkComponent<typeof Anchor> = (props) => <Routed preload="intent" {...props} />;
