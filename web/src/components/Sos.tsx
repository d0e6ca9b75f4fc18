import { Icon } from "./Icon";
import { useText } from "../locales/useText";

/** 112 and the medical helpline, always in sight until a call begins. */
export function Sos() {
  const { t } = useText();
  return (
    <aside className="sos" aria-label="112">
      <div className="sos__in">
        <a className="sos__alt" href="tel:116117">
          {t("sos.helpline")}
        </a>
        <a className="sos__112" href="tel:112">
          <span>
            {t("sos.danger")} <span className="sos__verb">{t("sos.call")}</span>
          </span>{" "}
          <b>
            <Icon name="phone" size="s" />
            112
          </b>
        </a>
      </div>
    </aside>
  );
}
