import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Navigate } from "@tanstack/react-router";
import { useState } from "react";
import { asProblem } from "../../api/client";
import { problemText } from "../../api/problems";
import { visit as visitQuery } from "../../api/queries";
import { PatientFrame } from "../../app/PatientLayout";
import { Button, LinkButton } from "../../components/Button";
import { ProblemPage } from "../../components/ProblemPage";
import { Skeleton } from "../../components/Skeleton";
import { useText } from "../../locales/useText";
import { isStaff, staffPage } from "../state";
import { Session } from "./Session";

const route = getRouteApi("/visit/$id/call");

/** Waiting room, call and what comes after: one page, because one connection carries them all. */
export function CallPage() {
  const { t } = useText();
  const { id } = route.useParams();
  const found = useQuery(visitQuery(id));
  const [attempt, setAttempt] = useState(0);
  if (found.data && isStaff(found.data)) return <Navigate to={staffPage(found.data)} params={{ id }} replace />;
  if (found.data) return <Session key={attempt} visit={found.data} onAgain={() => setAttempt((before) => before + 1)} />;
  if (!found.isError) {
    return (
      <PatientFrame>
        <main id="main" className="page stack gap-5">
          <h1>{t("wait.entering")}</h1>
          <Skeleton lines={[80, 60, 100]} height={2} />
        </main>
      </PatientFrame>
    );
  }
  const { status, body } = asProblem(found.error);
  return (
    <PatientFrame>
      <ProblemPage title={t("ended.refusedTitle")} text={problemText(t, found.error)} code={body.request}>
        {status >= 400 && status < 500 ? (
          <LinkButton kind="primary" wide to="/sign-in" search={{ to: `/visit/${id}` }}>
            {t("signIn")}
          </LinkButton>
        ) : (
          <Button kind="primary" wide onPress={() => void found.refetch()}>
            {t("retry")}
          </Button>
        )}
      </ProblemPage>
    </PatientFrame>
  );
}
