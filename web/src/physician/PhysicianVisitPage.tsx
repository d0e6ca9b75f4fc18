import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { problemText } from "../api/problems";
import { visit as visitQuery } from "../api/queries";
import type { Visit } from "../api/types";
import { useTitle } from "../app/page";
import { Banner } from "../components/Banner";
import { Button, LinkButton } from "../components/Button";
import { Skeleton } from "../components/Skeleton";
import { useText } from "../locales/useText";
import { hasCall, isOver } from "../staff/actions";
import { StaffFrame, StaffGate, StaffGround } from "../staff/StaffGate";
import { PlainVisit } from "./PlainVisit";
import { VisitStage } from "./VisitStage";

/** A visit as the one sees it who leads it: a call where there is one, the facts where there is none. */
export function PhysicianVisitPage() {
  const { id } = useParams({ from: "/staff/staff/visit/$id" });
  return (
    <StaffGate>
      {(principal) => (
        <VisitOf
          key={id}
          id={id}
          plain={(visit) => (
            <StaffFrame principal={principal}>
              <PlainVisit visit={visit} />
            </StaffFrame>
          )}
        />
      )}
    </StaffGate>
  );
}

function VisitOf({ id, plain }: { id: string; plain: (visit: Visit) => ReactNode }) {
  const { t } = useText();
  const navigate = useNavigate();
  const { data, error, refetch } = useQuery(visitQuery(id));
  useTitle(data?.appointment.patient.name ?? t("staff.visit.title"));
  if (data === undefined) {
    return (
      <StaffGround>
        {error === null ? (
          <Skeleton lines={[40, 100, 100]} height={6} />
        ) : (
          <Banner
            kind="stop"
            role="alert"
            title={problemText(t, error)}
            actions={
              <>
                <Button onPress={() => void refetch()}>{t("retry")}</Button>
                <LinkButton to="/day">{t("staff.visit.toDay")}</LinkButton>
              </>
            }
          />
        )}
      </StaffGround>
    );
  }
  if (!hasCall(data) || isOver(data)) return plain(data);
  return <VisitStage visit={data} onDone={() => void navigate({ to: "/day" })} />;
}
