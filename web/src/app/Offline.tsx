import { useEffect, useState } from "react";
import { Icon } from "../components/Icon";
import { clock } from "../locales/time";
import { useText } from "../locales/useText";

/** Since when there is no network, and that what was typed stays. */
export function Offline() {
  const { t } = useText();
  const since = useOfflineSince();
  return (
    <div role="status" className="offline">
      {since && (
        <div className="banner banner--wait">
          <Icon name="network-off" />
          <p>
            <span className="banner__title">{t("offline.title", { time: clock(since) })}</span> {t("offline.text")}
          </p>
        </div>
      )}
    </div>
  );
}

function useOfflineSince(): Date | undefined {
  const [since, setSince] = useState(() => (navigator.onLine ? undefined : new Date()));
  useEffect(() => {
    const gone = () => setSince((before) => before ?? new Date());
    const back = () => setSince(undefined);
    addEventListener("offline", gone);
    addEventListener("online", back);
    return () => {
      removeEventListener("offline", gone);
      removeEventListener("online", back);
    };
  }, []);
  return since;
}
