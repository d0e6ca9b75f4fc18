import { useEffect, useState } from "react";
import type { Call } from "../call/call";
import type { CallState, Participant } from "../call/state";
import { Banner } from "../components/Banner";
import { Button } from "../components/Button";
import { Nearline } from "../components/Nearline";
import { useText } from "../locales/useText";
import { clock } from "../locales/time";

/** While the media are away: that it comes back by itself. Nothing while sound and picture go on. */
export function Reconnecting({ state, phone }: { state: CallState; phone: string }) {
  const { t } = useText();
  const away = state.kind === "reconnecting" && state.media !== "connected";
  const [long, setLong] = useState(false);
  useEffect(() => {
    setLong(false);
    if (!away) return;
    const timer = setTimeout(() => setLong(true), 20_000);
    return () => clearTimeout(timer);
  }, [away]);
  if (!away) return null;
  return (
    <div className="call__notice" role="alert">
      <Nearline state="apart" />
      <p className="call__noticetitle">{t("staff.reconnecting.title")}</p>
      <p>{t("staff.reconnecting.text")}</p>
      {long && <p className="quiet">{t("staff.reconnecting.long", { phone })}</p>}
    </div>
  );
}

interface AdmitCardProps {
  readonly call: Call;
  readonly participant: Participant;
  readonly since: string;
}

/** Somebody waits; one press lets them in. */
export function AdmitCard({ call, participant, since }: AdmitCardProps) {
  const { t, language } = useText();
  const [pending, setPending] = useState(false);
  const [failed, setFailed] = useState<"gone" | "notAllowed" | "down" | null>(null);
  const admit = async (): Promise<void> => {
    setPending(true);
    setFailed(null);
    setFailed(await call.admit(participant.id));
    setPending(false);
  };
  const lost = participant.connection === "lost";
  return (
    <div className="admit" role="group" aria-label={t("admit.group", { name: participant.name })}>
      <div role="status">
        <p className="call__noticetitle">{t("admit.waits", { name: participant.name })}</p>
        <p className="quiet">{lost ? t("admit.lost") : t("admit.since", { time: clock(since, language) })}</p>
      </div>
      {failed !== null && <Banner kind="wait" role="alert" title={t(`admit.failed.${failed}`)} />}
      <Button kind="primary" icon="check-circle" isPending={pending} onPress={() => void admit()}>
        {t("admit.button")}
      </Button>
    </div>
  );
}
