import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useNavigate, useRouter } from "@tanstack/react-router";
import { call } from "../api/client";
import { problemText } from "../api/problems";
import { demoAccounts, me } from "../api/queries";
import type { DemoAccount, Me } from "../api/types";
import { useTitle } from "../app/page";
import { Badge } from "../components/Badge";
import { Banner } from "../components/Banner";
import { Button } from "../components/Button";
import { Icon, type IconName } from "../components/Icon";
import { PhoneText } from "../components/Phone";
import { Skeleton } from "../components/Skeleton";
import { hasChosenLanguage, speak } from "../locales";
import { useText } from "../locales/useText";

const route = getRouteApi("/patient/sign-in");

const signs: Record<DemoAccount["kind"], IconName> = { patient: "person", nurse: "stethoscope", physician: "video" };

/** Saying who one is. Only ways that work on this server are shown. */
export function SignInPage() {
  const { t } = useText();
  useTitle(t("signIn"));
  const { to } = route.useSearch();
  const who = useQuery(me);
  return (
    <main id="main" className="page page--two signin">
      <section className="stack gap-5">
        <div className="stack gap-3">
          <h1>{t("signIn")}</h1>
          <p className="lead">{t(to?.startsWith("/find") ? "signin.leadKeep" : "signin.lead")}</p>
        </div>
        {who.data && !who.data.demo && <Banner title={t("signin.none")} />}
        {who.isError && (
          <Banner kind="stop" role="alert" title={problemText(t, who.error)} actions={<Button small onPress={() => void who.refetch()}>{t("retry")}</Button>} />
        )}
        <p className="quiet">
          <PhoneText id="signin.phone" />
        </p>
      </section>
      {who.isPending && <Skeleton lines={[100, 100, 100]} height={4} />}
      {who.data?.demo && <Demo to={to} />}
    </main>
  );
}

function Demo({ to }: { to: string | undefined }) {
  const { t, name } = useText();
  const accounts = useQuery(demoAccounts);
  const client = useQueryClient();
  const navigate = useNavigate();
  const router = useRouter();
  const signIn = useMutation({
    mutationFn: (account: string) => call<Me>("/v1/demo/sign-in", { method: "POST", body: { account } }),
    onSuccess: async (answer) => {
      client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== "directory" && queryKey[0] !== "demo" });
      client.setQueryData(me.queryKey, answer);
      if (!hasChosenLanguage() && answer.principal) await speak(answer.principal.language);
      const site = answer.principal?.sites[0];
      if (answer.principal?.kind !== "staff") router.history.push(to ?? "/");
      else if (answer.principal.roles.includes("nurse") && site) await navigate({ to: "/sites/$site", params: { site: site.id } });
      else await navigate({ to: "/day" });
    },
  });
  return (
    <section className="demo stack gap-4" aria-labelledby="demo">
      <div className="stack gap-2">
        <p>
          <Badge kind="wait" icon="practice">
            {t("practice")}
          </Badge>
        </p>
        <h2 id="demo">{t("signin.try")}</h2>
        <p className="quiet">{t("signin.tryText")}</p>
      </div>
      {signIn.isError && <Banner kind="stop" role="alert" title={problemText(t, signIn.error)} />}
      {accounts.isPending && <Skeleton lines={[100, 100, 100]} height={3.75} />}
      <ul className="roles">
        {accounts.data?.accounts.map((account) => (
          <li key={account.id}>
            <button type="button" className="role" aria-disabled={signIn.isPending || undefined} onClick={() => signIn.isPending || signIn.mutate(account.id)}>
              <Icon name={signs[account.kind]} />
              <span>
                <b>{t(`signin.kind.${account.kind}`)}</b>
                <small>
                  {account.name}, {name(account.detail)}
                </small>
              </span>
              <Icon name="chevron-right" size="s" />
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
