import type { Call } from "../call/call";
import type { RoomView } from "../call/state";
import { Icon } from "../components/Icon";
import { Tile } from "../components/Tile";
import { useText } from "../locales/useText";
import { useTrackStream } from "../staff/useTrackStream";
import type { RoomDevicesState, Slot } from "./roomDevices";

interface OwnSourcesProps {
  readonly call: Call | null;
  readonly room: RoomView;
  readonly devices: RoomDevicesState;
  /** What the exam camera is called. */
  readonly exam: string;
}

/** The room's own pictures; a press stops or starts sending one. */
export function OwnSources({ call, room, devices, exam }: OwnSourcesProps) {
  const { t } = useText();
  return (
    <div className="sources" role="group" aria-label={t("console.sources")}>
      {(["room", "exam"] as const).map((source) => {
        const local = room.local.find((one) => one.source === source && one.kind === "video");
        return (
          <OwnSource
            key={source}
            source={source}
            name={source === "exam" ? exam : t(`source.${source}`)}
            slot={devices.slots[source]}
            muted={local?.muted ?? false}
            onToggle={() => call?.setMuted(source, "video", !(local?.muted ?? false))}
          />
        );
      })}
    </div>
  );
}

interface OwnSourceProps {
  readonly source: "room" | "exam";
  readonly name: string;
  readonly slot: Slot;
  readonly muted: boolean;
  readonly onToggle: () => void;
}

function OwnSource({ source, name, slot, muted, onToggle }: OwnSourceProps) {
  const { t } = useText();
  const stream = useTrackStream(slot.kind === "open" ? slot.track : null);
  const open = slot.kind === "open";
  const words = (
    <>
      <Tile stream={muted ? null : stream} label={t("staff.picture.of", { name })}>
        {!open && <span className="call__ownoff small">{t(slot.kind === "opening" ? "console.source.opening" : "console.source.none")}</span>}
        {open && muted && <span className="call__ownoff small">{t("console.source.paused")}</span>}
      </Tile>
      <span className="source__label">
        <Icon name={source === "exam" ? "exam" : "room-cam"} />
        {name}
        <small>{open ? t(muted ? "console.source.off" : "console.source.on") : ""}</small>
      </span>
    </>
  );
  // Without a camera there is nothing to press.
  if (!open) return <div className="source">{words}</div>;
  return (
    <button type="button" className="source" data-source={source} aria-pressed={!muted} data-selected={!muted || undefined} onClick={onToggle}>
      {words}
    </button>
  );
}
