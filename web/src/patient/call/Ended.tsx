import type { ReactNode } from "react";
import { asProblem } from "../../api/client";
import { problemText } from "../../api/problems";
import type { Visit } from "../../api/types";
import { useTitle } from "../../app/page";
import { PatientFrame } from "../../app/PatientLayout";
import type { EndReason } from "../../call/state";
import { Button, LinkButton } from "../../components/Button";
import { Path } from "../../components/Path";
import { oneLine, PhoneText } from "../../components/Phone";
import { useText } from "../../locales/useText";

interface EndedProps {
  reason: EndReason;
  visit: Visit;
  wasInCall: boolean;
  onAgain: () => void;
}

/** After the call: why it ended, the way back if there is one, and what happens next. */
export function Ended({ reason, visit, wasInCall, onAgain }: EndedProps) {
  const { t } = useText();
  const { title, text, again, next } = useWords(reason, visit, wasInCall);
  useTitle(title);
  const toVisit = (primary: boolean): ReactNode => (
    <LinkButton kind={primary ? "primary" : undefined} wide to="/visit/$id" params={{ id: visit.id }}>
      {t("ended.visit")}
    </LinkButton>
  );
  return (
    <PatientFrame>
      <main id="main" className="page narrowpage stack gap-5">
        <div className="stack gap-3">
          <h1>{title}</h1>
          <p className="lead">{text}</p>
        </div>
        {next && (
          <div className="stack gap-4">
            <h2>{t("next")}</h2>
            <Path
              steps={[
                { state: "now", icon: "doc", what: t("next.notes", { name: visit.appointment.practitioner.name }) },
                { state: "next", icon: "phone", what: t("next.call", { phone: oneLine(visit.appointment.supportPhone) }) },
                { state: "next", icon: "calendar", what: t("next.book") },
              ]}
            />
          </div>
        )}
        <div className="stack gap-3">
          {again !== undefined && (
            <Button kind="primary" wide icon="video" onPress={onAgain}>
              {again}
            </Button>
          )}
          {toVisit(again === undefined)}
        </div>
        <p className="quiet">
          <PhoneText id="phone.instead" phone={visit.appointment.supportPhone} />
        </p>
      </main>
    </PatientFrame>
  );
}

function useWords(reason: EndReason, visit: Visit, wasInCall: boolean): { title: string; text: string; again?: string; next?: boolean } {
  const { t } = useText();
  switch (reason.kind) {
    case "left":
      return wasInCall
        ? { title: t("ended.leftTitle"), text: t("ended.leftText"), again: t("ended.back"), next: true }
        : { title: t("ended.leftWaitTitle"), text: t("ended.leftWaitText"), again: t("ended.back") };
    case "closed":
      return { title: t("ended.closedTitle"), text: t("ended.closedText"), next: true };
    case "removed":
      return { title: t("ended.removedTitle"), text: t("ended.removedText", { name: visit.appointment.practitioner.name }) };
    case "replaced":
      return { title: t("ended.replacedTitle"), text: t("ended.replacedText"), again: t("ended.replacedHere") };
    case "notAllowed":
      return { title: t("ended.refusedTitle"), text: t("ended.refusedText") };
    case "refused": {
      const { code } = asProblem(reason.error);
      const title = t(code === "too-early" ? "problem.tooEarlyTitle" : "ended.refusedTitle");
      return { title, text: code === "wrong-state" ? t("ended.refusedText") : problemText(t, reason.error), again: t("retry") };
    }
    case "unsupported":
      return { title: t("fault.unsupported.title"), text: t("fault.unsupported.text") };
    case "fault":
      return { title: t("ended.faultTitle"), text: t("ended.faultText"), again: t("ended.back") };
  }
}
