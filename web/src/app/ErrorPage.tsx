import { Link, type ErrorComponentProps } from "@tanstack/react-router";
import { useEffect } from "react";
import { asProblem } from "../api/client";
import { problemText } from "../api/problems";
import { ProblemPage } from "../components/ProblemPage";
import { Button, LinkButton } from "../components/Button";
import { useText } from "../locales/useText";
import { PatientFrame } from "./PatientLayout";

/** When a page could not be drawn or fetched: says so and offers the ways on. */
export function ErrorPage({ error, reset }: ErrorComponentProps) {
  const { t } = useText();
  useEffect(() => console.error(error), [error]);
  // A chunk of a version that is no longer there: the new one comes with a reload.
  const outdated = /dynamically imported module|module script failed|Loading chunk/i.test(String(error));
  return (
    <PatientFrame>
      <ProblemPage title={t("problem.title")} text={outdated ? t("problem.unavailable") : problemText(t, error)} code={asProblem(error).body.request}>
        <Button kind="primary" wide onPress={() => (outdated ? location.reload() : reset())}>
          {t("retry")}
        </Button>
        <LinkButton to="/" wide>
          {t("toStart")}
        </LinkButton>
      </ProblemPage>
    </PatientFrame>
  );
}

export function NotFoundPage() {
  const { t } = useText();
  return (
    <PatientFrame>
      <ProblemPage title={t("notFound.title")} text={t("notFound.text")}>
        <Link className="button button--primary button--wide" to="/">
          {t("toStart")}
        </Link>
      </ProblemPage>
    </PatientFrame>
  );
}
