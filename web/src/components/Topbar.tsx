import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { languages, speak } from "../locales";
import { useText } from "../locales/useText";
import { Avatar } from "./Avatar";

interface TopbarProps {
  /** Where the mark leads: "/" for patients, a staff member's own day for staff. */
  home?: "/" | "/day" | string;
  /** Whose house it is; the county when left out, the unit or the site for staff. */
  owner?: string;
  /** Links of the main menu (`<Link>`s; the current one gets aria-current by itself). */
  nav?: ReactNode;
  /** Who is signed in. */
  who?: { name: string; title: string };
  /** More at the far end, such as signing out. */
  end?: ReactNode;
  /** Short language names, where the bar holds more than the mark. */
  compact?: boolean;
}

/** The bar at the top of every page: mark, menu, languages, who. */
export function Topbar({ home = "/", owner, nav, who, end, compact = false }: TopbarProps) {
  const { t } = useText();
  return (
    <>
      <a className="skip" href="#main">
        {t("skip")}
      </a>
      <header className="topbar">
        <div className="topbar__in">
          <Link className="brand" to={home}>
            <Mark />
            <span className="brand__name">Nära</span>
            <span className="brand__owner">{owner ?? t("county")}</span>
          </Link>
          {nav && (
            <nav className="nav" aria-label={t("menu")}>
              {nav}
            </nav>
          )}
          <Languages compact={compact} />
          {who && (
            <span className="who">
              <Avatar name={who.name} />
              <span>
                {who.name}, {who.title}
              </span>
            </span>
          )}
          {end}
        </div>
      </header>
    </>
  );
}

export function Mark() {
  return (
    <svg className="brand__mark" viewBox="0 0 32 32" aria-hidden="true">
      <circle cx="11" cy="16" r="7.5" fill="currentColor" />
      <circle cx="22.25" cy="16" r="6.1" fill="none" stroke="currentColor" strokeWidth="2.8" />
    </svg>
  );
}

/** Every page in the language one reads best; the choice is remembered on this device. */
export function Languages({ compact = false }: { compact?: boolean }) {
  const { t, language } = useText();
  return (
    <nav className="langs" aria-label={t("language")}>
      {languages.map(({ code, name, short }) => (
        <button
          key={code}
          type="button"
          lang={code}
          aria-current={code === language ? "true" : undefined}
          onClick={() => void speak(code, true)}
        >
          {compact ? short : name}
          {compact && <span className="visually-hidden"> {name}</span>}
        </button>
      ))}
    </nav>
  );
}
