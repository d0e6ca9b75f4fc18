import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { Visit } from "../api/types";
import { Badge } from "../components/Badge";
import { Button, LinkButton } from "../components/Button";
import { useText } from "../locales/useText";
import { stateWords } from "../staff/words";
import { useNow } from "../staff/useNow";
import { CloseDialog, closingStep } from "./CloseDialog";
import { VisitFactsList } from "../staff/VisitFactsList";

/** A visit without a call: by phone, in person, or over. */
export function PlainVisit({ visit }: { visit: Visit }) {
  const { t, language } = useText();
  const navigate = useNavigate();
  const now = useNow();
  const [closing, setClosing] = useState(false);
  const state = stateWords(t, language, visit, now);
  const step = closingStep(visit);
  return (
    <main id="main" className="staffmain staffmain--narrow">
      <div className="pagehead">
        <h1>{t("staff.person.age", { name: visit.appointment.patient.name, age: visit.appointment.patient.age })}</h1>
        <Badge icon={state.icon} {...(state.kind !== undefined && { kind: state.kind })}>
          {state.text}
        </Badge>
      </div>
      <section className="panel">
        <VisitFactsList visit={visit} />
        <div className="row gap-2">
          {step !== null && (
            <Button kind="primary" icon="check" onPress={() => setClosing(true)}>
              {t("staff.close.button")}
            </Button>
          )}
          <LinkButton to="/day" kind={step === null ? "primary" : undefined}>
            {t("staff.visit.toDay")}
          </LinkButton>
        </div>
      </section>
      {step !== null && (
        <CloseDialog visit={visit} step={step} open={closing} onCancel={() => setClosing(false)} onClosed={() => void navigate({ to: "/day" })} />
      )}
    </main>
  );
}
