import type { Visit } from "../api/types";
import type { CallState } from "../call/state";
import { Tile } from "../components/Tile";
import { useText } from "../locales/useText";
import { Reconnecting } from "../staff/Notices";
import { sourceIcon, sourceName } from "../staff/useRemote";

/** The remote professional, large: the patient sees the face. */
export function Remote({ visit, state }: { visit: Visit; state: CallState }) {
  const { t } = useText();
  const faces = state.room.remote.filter((one) => one.video !== null);
  const large = faces.find((one) => one.participant.role === "host") ?? faces[0] ?? null;
  const { name } = visit.appointment.practitioner;
  const still = state.kind === "reconnecting" && state.media !== "connected";
  const text = (): string => {
    if (state.kind === "connecting" || state.kind === "idle") return t("staff.call.connecting");
    if (state.room.participants.some((one) => one.role === "host")) return t("staff.picture.off", { name });
    return t(visit.state === "wrapUp" ? "console.gone" : "console.notHere", { name });
  };
  return (
    <div className="console__remote">
      <Tile
        stream={large?.showing === true || still ? (large?.stream ?? null) : null}
        label={large === null ? t("staff.picture.none") : t("staff.picture.of", { name: sourceName(t, large, t("source.exam")) })}
        ratio="2 / 1"
        still={still}
        {...(large !== null && { name: sourceName(t, large, t("source.exam")), icon: sourceIcon(large.source) })}
      >
        {large?.showing !== true && !still && <p className="call__ownoff">{text()}</p>}
      </Tile>
      <Reconnecting state={state} phone={visit.appointment.supportPhone} />
    </div>
  );
}
