import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, Navigate, useNavigate, useRouter } from "@tanstack/react-router";
import { useState, type ReactNode } from "react";
import { problemText } from "../api/problems";
import { me, signOut } from "../api/queries";
import type { Principal } from "../api/types";
import "./staff.css";
import { Offline } from "../app/Offline";
import { useBody } from "../app/page";
import { Banner } from "../components/Banner";
import { Button } from "../components/Button";
import { Skeleton } from "../components/Skeleton";
import { Topbar } from "../components/Topbar";
import { useText } from "../locales/useText";

/** Shows its children to staff, and the way to sign in to everybody else. */
export function StaffGate({ children }: { children: (principal: Principal) => ReactNode }) {
  const { t } = useText();
  const { data, error, refetch } = useQuery(me);
  const { state } = useRouter();
  // Where one wanted to go, not where the redirection is on its way to.
  const [here] = useState(state.location.pathname);
  if (data !== undefined) {
    if (data.principal?.kind === "staff") return children(data.principal);
    return <Navigate to="/sign-in" search={{ to: here }} replace />;
  }
  return (
    <StaffGround>
      {error === null ? (
        <Skeleton />
      ) : (
        <Banner kind="stop" role="alert" title={problemText(t, error)} actions={<Button onPress={() => void refetch()}>{t("retry")}</Button>} />
      )}
    </StaffGround>
  );
}

/** The ground of a staff page that has nothing else yet. */
export function StaffGround({ children }: { children: ReactNode }) {
  useBody("staff");
  return (
    <main id="main" className="staffmain">
      {children}
    </main>
  );
}

interface StaffFrameProps {
  readonly principal: Principal;
  /** The site's name for its own pages; the unit's otherwise. */
  readonly owner?: string | undefined;
  readonly children: ReactNode;
}

/** Bar, menu and ground of a staff page. */
export function StaffFrame({ principal, owner, children }: StaffFrameProps) {
  useBody("staff");
  const { t, name } = useText();
  const navigate = useNavigate();
  const client = useQueryClient();
  const leave = async (): Promise<void> => {
    await signOut().catch(() => undefined);
    client.clear();
    await navigate({ to: "/sign-in" });
  };
  const nurse = principal.roles.includes("nurse");
  return (
    <>
      <Topbar
        home={nurse && principal.sites[0] !== undefined ? `/sites/${principal.sites[0].id}` : "/day"}
        owner={owner ?? (principal.unit === undefined ? t("county") : name(principal.unit.name))}
        compact
        who={{ name: principal.name, title: t(nurse ? "role.nurse" : "role.physician") }}
        nav={
          nurse ? (
            principal.sites.map((site) => (
              <Link key={site.id} to="/sites/$site" params={{ site: site.id }}>
                {principal.sites.length === 1 ? t("nav.today") : name(site.name)}
              </Link>
            ))
          ) : (
            <Link to="/day">{t("staff.day")}</Link>
          )
        }
        end={
          <Button kind="quiet" small onPress={() => void leave()}>
            {t("signOut")}
          </Button>
        }
      />
      <Offline />
      {children}
    </>
  );
}
