import { clock } from "../locales/time";
import { useText } from "../locales/useText";
import { Icon, type IconName } from "./Icon";

export interface PathStep {
  state: "done" | "now" | "next";
  icon: IconName;
  what: string;
  more?: string | undefined;
  /** An instant, shown as a clock… */
  at?: string | undefined;
  /** …or words in its place. */
  when?: string | undefined;
}

/** What has been, what is now, what comes: the path that tells the truth. */
export function Path({ steps }: { steps: readonly PathStep[] }) {
  const { language } = useText();
  return (
    <ol className="path">
      {steps.map((step, index) => (
        <li
          key={index}
          data-now={step.state === "now" || undefined}
          data-next={step.state === "next" || undefined}
          aria-current={step.state === "now" ? "step" : undefined}
        >
          <span className="path__dot">
            <Icon name={step.icon} />
          </span>
          <span className="path__what">{step.what}</span>
          {step.when !== undefined ? <time>{step.when}</time> : step.at !== undefined ? <time dateTime={step.at}>{clock(step.at, language)}</time> : null}
          {step.more && <span className="path__more">{step.more}</span>}
        </li>
      ))}
    </ol>
  );
}
