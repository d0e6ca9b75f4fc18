import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { asProblem, call, type Problem } from "../api/client";
import { problemText } from "../api/problems";
import { me } from "../api/queries";
import type { ExchangedLink } from "../api/types";
import { useTitle } from "../app/page";
import { Banner } from "../components/Banner";
import { Button, LinkButton } from "../components/Button";
import { Icon } from "../components/Icon";
import { PhoneText } from "../components/Phone";
import { ProblemPage } from "../components/ProblemPage";
import { Skeleton } from "../components/Skeleton";
import { capital, longMoment } from "../locales/time";
import { useText } from "../locales/useText";

// The secret lives in memory only, from the moment that it leaves the address bar.
let secretOfThisPage: string | undefined;

/** Takes the secret out of the address bar, so that it is in no history, no screenshot and no shoulder's view. */
function takeSecret(): string {
  const secret = location.hash.slice(1);
  if (secret !== "") {
    secretOfThisPage = secret;
    history.replaceState(history.state, "", location.pathname);
  }
  return secretOfThisPage ?? "";
}

/** Where a personal visit link leads: one question at most, then the visit. */
export function LinkPage() {
  const { t } = useText();
  const [secret, setSecret] = useState(takeSecret);
  const exchange = useExchange(secret);
  const { mutate } = exchange;
  useTitle(t("link.title"));

  useEffect(() => {
    const again = () => setSecret(takeSecret());
    addEventListener("hashchange", again);
    return () => removeEventListener("hashchange", again);
  }, []);
  const asked = useRef<string>(undefined);
  useEffect(() => {
    if (secret === "" || asked.current === secret) return;
    asked.current = secret;
    mutate(undefined);
  }, [secret, mutate]);

  if (secret === "") return <Unusable code="link-unknown" />;
  const problem = exchange.error ? asProblem(exchange.error) : undefined;
  if (problem && isFactor(problem)) return <Factor exchange={exchange} problem={problem} />;
  // Once asked, the question stays while the answer is on its way.
  if (exchange.isPending && exchange.variables !== undefined) return <Factor exchange={exchange} problem={undefined} />;
  if (problem) return <Unusable code={problem.code} problem={problem} onRetry={() => mutate(exchange.variables)} />;
  return (
    <main id="main" className="page narrowpage stack gap-5">
      <h1>{t("link.opening")}</h1>
      <Skeleton lines={[60, 100]} />
    </main>
  );
}

const isFactor = ({ code, body }: Problem): boolean => code === "factor-needed" || (code === "factor-wrong" && body.triesLeft !== 0) || code === "invalid";

function useExchange(secret: string) {
  const client = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: (yearOfBirth: number | undefined) =>
      call<ExchangedLink>("/v1/links/exchange", { method: "POST", body: { secret, ...(yearOfBirth !== undefined && { yearOfBirth }) } }),
    onSuccess: async ({ visit }) => {
      secretOfThisPage = undefined;
      client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== "directory" });
      await client.prefetchQuery(me);
      await navigate({ to: "/visit/$id", params: { id: visit }, replace: true });
    },
  });
}

interface FactorProps {
  exchange: ReturnType<typeof useExchange>;
  problem: Problem | undefined;
}

function Factor({ exchange, problem }: FactorProps) {
  const { t } = useText();
  const [year, setYear] = useState("");
  const [malformed, setMalformed] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const wrong = problem?.code === "factor-wrong";
  useTitle(t("link.factorTitle"));
  useEffect(() => {
    if (wrong) input.current?.select();
  }, [wrong, problem]);
  const fault = malformed
    ? t("link.yearBad")
    : wrong
      ? t("link.yearWrong", { n: problem.body.triesLeft ?? 0 })
      : problem?.code === "invalid"
        ? t("link.yearBad")
        : undefined;
  return (
    <main id="main" className="page narrowpage stack gap-5">
      <div className="stack gap-3">
        <h1>{t("link.factorTitle")}</h1>
        <p className="lead">{t("link.factorText")}</p>
      </div>
      <form
        className="stack gap-5"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          const good = /^(18|19|20)\d{2}$/.test(year.trim());
          setMalformed(!good);
          if (good) exchange.mutate(Number(year));
          else input.current?.focus();
        }}
      >
        <div className="field" data-invalid={fault !== undefined || undefined}>
          <label className="field__label" htmlFor="year">
            {t("link.year")}
          </label>
          <span className="field__hint" id="year-hint">
            {t("link.yearHint")}
          </span>
          <input
            ref={input}
            id="year"
            className="input year"
            inputMode="numeric"
            autoComplete="bday-year"
            maxLength={4}
            value={year}
            onChange={(event) => {
              setYear(event.target.value.replace(/\D/g, ""));
              setMalformed(false);
            }}
            aria-invalid={fault !== undefined}
            aria-describedby="year-hint year-fault"
          />
          <span id="year-fault" role="alert" className={fault === undefined ? undefined : "field__error"}>
            {fault !== undefined && <Icon name="alert" size="s" />}
            {fault}
          </span>
        </div>
        <Button kind="primary" wide type="submit" isPending={exchange.isPending}>
          {t("link.open")}
        </Button>
      </form>
      <p className="quiet">
        <PhoneText id="phone.instead" />
      </p>
    </main>
  );
}

interface UnusableProps {
  code: string;
  problem?: Problem;
  onRetry?: () => void;
}

/** A link that does not open its visit: why, and the way on. The number to call is always there. */
function Unusable({ code, problem, onRetry }: UnusableProps) {
  const { t, name, language } = useText();
  const footer = (
    <p className="quiet">
      <PhoneText id="link.phone" phone={problem?.body.supportPhone} />
    </p>
  );
  const signIn = (
    <LinkButton to="/sign-in" wide>
      {t("link.signIn")}
    </LinkButton>
  );
  const book = (
    <LinkButton to="/" kind="primary" wide>
      {t("visit.bookNew")}
    </LinkButton>
  );
  const shared = { footer, code: problem?.body.request };
  switch (code) {
    case "link-moved": {
      const { start, service } = problem?.body.moved ?? {};
      return (
        <ProblemPage
          {...shared}
          state="moved"
          title={t("link.movedTitle")}
          text={t("link.movedText")}
          facts={
            start !== undefined && (
              <div className="card">
                <dl className="facts factcol">
                  <dt>{t("link.newTime")}</dt>
                  <dd className="big">{capital(longMoment(start, language))}</dd>
                  {service && (
                    <>
                      <dt>{t("confirm.what")}</dt>
                      <dd>{name(service)}</dd>
                    </>
                  )}
                </dl>
              </div>
            )
          }
        >
          <LinkButton to="/sign-in" kind="primary" wide>
            {t("link.signIn")}
          </LinkButton>
        </ProblemPage>
      );
    }
    case "link-cancelled":
      return (
        <ProblemPage {...shared} title={t("link.cancelledTitle")} text={t("link.cancelledText")}>
          {book}
          {signIn}
        </ProblemPage>
      );
    case "link-expired":
      return (
        <ProblemPage {...shared} title={t("link.expiredTitle")} text={t("link.expiredText")}>
          {book}
          {signIn}
        </ProblemPage>
      );
    case "factor-wrong":
    case "too-many":
      return (
        <ProblemPage {...shared} title={t("link.lockedTitle")} text={t("link.lockedText")}>
          {signIn}
        </ProblemPage>
      );
    case "link-unknown":
    case "not-found":
      return (
        <ProblemPage {...shared} title={t("link.unknownTitle")} text={t("link.unknownText")}>
          {signIn}
        </ProblemPage>
      );
    default:
      return (
        <main id="main" className="page narrowpage stack gap-5">
          <h1>{t("link.title")}</h1>
          <Banner kind="stop" role="alert" title={problemText(t, problem)} />
          {onRetry && (
            <Button kind="primary" wide onPress={onRetry}>
              {t("retry")}
            </Button>
          )}
          {footer}
        </main>
      );
  }
}
