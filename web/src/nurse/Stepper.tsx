import { type KeyboardEvent, useRef } from "react";
import type { Visit, VisitState } from "../api/types";
import { Icon } from "../components/Icon";
import { useText } from "../locales/useText";
import { nextStep, STEPS } from "./steps";

interface StepperProps {
  readonly visit: Visit;
  readonly onStep: (to: "rooming" | "ready" | "wrapUp" | "finished") => void;
}

/** Where in the visit we are. The step that comes next can be chosen here too; the others only show. */
export function Stepper({ visit, onStep }: StepperProps) {
  const { t } = useText();
  const group = useRef<HTMLDivElement>(null);
  const at = STEPS.indexOf(visit.state as (typeof STEPS)[number]);
  const next = nextStep(visit);
  const focus = (event: KeyboardEvent<HTMLDivElement>): void => {
    if (!event.key.startsWith("Arrow")) return;
    const free = [...(group.current?.querySelectorAll<HTMLButtonElement>("button:not([aria-disabled])") ?? [])];
    const here = free.indexOf(document.activeElement as HTMLButtonElement);
    const step = event.key === "ArrowRight" || event.key === "ArrowDown" ? 1 : -1;
    free[(here + step + free.length) % free.length]?.focus();
    event.preventDefault();
  };
  return (
    <div className="stepper" role="radiogroup" aria-label={t("step.where")} ref={group} onKeyDown={focus}>
      {STEPS.map((step, n) => {
        const current = n === at;
        const allowed = step === next;
        return (
          <button
            key={step}
            type="button"
            role="radio"
            aria-checked={current}
            aria-disabled={(!current && !allowed) || undefined}
            data-selected={current || undefined}
            data-done={n < at || undefined}
            tabIndex={current ? 0 : -1}
            onClick={() => {
              if (next !== null && allowed) onStep(next);
            }}
          >
            {n < at && <Icon name="check" size="s" />}
            {t(`step.${step satisfies VisitState}`)}
          </button>
        );
      })}
    </div>
  );
}
