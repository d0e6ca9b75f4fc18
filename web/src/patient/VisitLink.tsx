import { useState } from "react";
import { Button } from "../components/Button";
import { Icon } from "../components/Icon";
import { useText } from "../locales/useText";
import { kept } from "./storage";

/** The personal link, in the tab where the visit was booked and nowhere else: only its hash is stored. */
export function VisitLink({ id }: { id: string }) {
  const { t } = useText();
  const link = kept(`link.${id}`);
  const [copied, setCopied] = useState<"no" | "yes" | "failed">("no");
  if (link === undefined) return null;
  const copy = () => {
    navigator.clipboard.writeText(link).then(
      () => setCopied("yes"),
      () => setCopied("failed"),
    );
  };
  return (
    <div className="card card--mark stack gap-3">
      <h2 className="h-small">{t("visit.link")}</h2>
      <p className="quiet small-16">{t("visit.linkText")}</p>
      <input className="input" readOnly value={link} aria-label={t("visit.link")} onFocus={(event) => event.target.select()} />
      <div className="row">
        <Button small icon="link" onPress={copy}>
          {t("visit.copy")}
        </Button>
        <p role="status" className="statusline">
          {copied !== "no" && <Icon name={copied === "yes" ? "check-circle" : "info"} size="s" />}
          {copied === "yes" ? t("visit.copied") : copied === "failed" ? t("visit.copyFailed") : ""}
        </p>
      </div>
    </div>
  );
}
