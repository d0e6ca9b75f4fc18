import { type ReactNode, useState } from "react";
import type { Visit } from "../api/types";
import { Badge } from "../components/Badge";
import { Button, LinkButton } from "../components/Button";
import { useText } from "../locales/useText";
import { VisitFactsList } from "../staff/VisitFactsList";
import { stateWords } from "../staff/words";
import { useNow } from "../staff/useNow";
import { CheckIn } from "./CheckIn";

/** Before the patient has come, after the visit is over, and for visits without a remote professional. */
export function ConsoleWithoutCall({ visit, timeline }: { visit: Visit; timeline: ReactNode }) {
  const { t, language } = useText();
  const now = useNow();
  const [checkingIn, setCheckingIn] = useState(false);
  const { appointment } = visit;
  const state = stateWords(t, language, visit, now);
  const mayCheckIn = visit.you.actions.includes("checkIn");
  return (
    <main id="main" className="staffmain">
      {timeline}
      <section className="panel" aria-labelledby="now">
        <div className="panel__head">
          <h2 id="now">{t("staff.person.age", { name: appointment.patient.name, age: appointment.patient.age })}</h2>
          <Badge icon={state.icon} {...(state.kind !== undefined && { kind: state.kind })}>
            {state.text}
          </Badge>
        </div>
        <VisitFactsList visit={visit} />
        <div className="row gap-2">
          {mayCheckIn && (
            <Button kind="primary" icon="card-id" onPress={() => setCheckingIn(true)}>
              {t("staff.checkIn.button")}
            </Button>
          )}
          {appointment.site !== undefined && (
            <LinkButton to="/sites/$site" params={{ site: appointment.site.id }} kind={mayCheckIn ? undefined : "primary"}>
              {t("console.toSite")}
            </LinkButton>
          )}
        </div>
      </section>
      <CheckIn visit={visit} open={checkingIn} onClose={() => setCheckingIn(false)} />
    </main>
  );
}
