import type { ReactNode } from "react";
import { useTitle } from "../app/page";
import { useText } from "../locales/useText";
import { Nearline } from "./Nearline";

interface ProblemPageProps {
  title: string;
  text: ReactNode;
  /** Between the words and the ways on: the new time, for example. */
  facts?: ReactNode;
  /** The request's id, to name when calling. */
  code?: string | undefined;
  /** The ways on; the first is the primary one. */
  children: ReactNode;
  footer?: ReactNode;
  state?: "apart" | "moved";
}

/** A page whose whole content is that something is not as expected, and the way on. */
export function ProblemPage({ title, text, facts, code, children, footer, state = "apart" }: ProblemPageProps) {
  const { t } = useText();
  useTitle(title);
  return (
    <main id="main" className="page narrowpage stack gap-5">
      <Nearline state={state} />
      <div className="stack gap-3">
        <h1>{title}</h1>
        <p className="lead">{text}</p>
      </div>
      {facts}
      <div className="stack gap-3">{children}</div>
      {footer}
      {code && <p className="quiet">{t("problem.code", { code: code.slice(-6).toUpperCase() })}</p>}
    </main>
  );
}
