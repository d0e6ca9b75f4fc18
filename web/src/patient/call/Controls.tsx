import { useEffect, useRef, useState } from "react";
import type { Visit } from "../../api/types";
import type { Call } from "../../call/call";
import type { MediaKind, RoomView, Source } from "../../call/state";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { Icon, type IconName } from "../../components/Icon";
import { phoneHref } from "../../components/Phone";
import { Languages } from "../../components/Topbar";
import { useText } from "../../locales/useText";
import { DeviceSelect } from "../check/DeviceSelect";
import type { OwnDevices } from "../devices";

interface ControlsProps {
  call: Call;
  room: RoomView;
  visit: Visit;
  devices: OwnDevices;
  chat: boolean;
  onChat: () => void;
}

/** Sound, picture, text, more, leave: each a sign and a word. */
export function Controls({ call, room, visit, devices, chat, onChat }: ControlsProps) {
  const { t } = useText();
  const [open, setOpen] = useState<"leave" | "more">();
  const unread = useUnread(room, chat);
  const latest = room.chat.at(-1);
  return (
    <nav className="call__bar" id="controls" aria-label={t("call.label")}>
      <div className="controls">
        <MuteControl call={call} room={room} source="microphone" kind="audio" on={{ icon: "mic", word: t("call.micOn") }} off={{ icon: "mic-off", word: t("call.micOff") }} />
        <MuteControl call={call} room={room} source="camera" kind="video" on={{ icon: "video", word: t("call.camOn") }} off={{ icon: "video-off", word: t("call.camOff") }} />
        <Control icon="text" pressed={chat} onPress={onChat}>
          {unread > 0 ? t("call.textNew", { n: unread }) : t("call.text")}
        </Control>
        <Control icon="more" onPress={() => setOpen("more")}>
          {t("call.more")}
        </Control>
        <Control icon="leave" leave onPress={() => setOpen("leave")}>
          {t("call.leave")}
        </Control>
      </div>
      <p className="visually-hidden" role="status">
        {unread > 0 && latest && !latest.own ? t("call.wrote", { name: latest.name, text: latest.text }) : ""}
      </p>
      <Dialog
        open={open === "leave"}
        onClose={() => setOpen(undefined)}
        title={t("call.leaveTitle")}
        actions={
          <>
            <Button kind="danger" onPress={() => call.leave()}>
              {t("call.leave")}
            </Button>
            <Button onPress={() => setOpen(undefined)}>{t("call.stay")}</Button>
          </>
        }
      >
        <p>{t("call.leaveText")}</p>
      </Dialog>
      <Dialog open={open === "more"} onClose={() => setOpen(undefined)} title={t("call.more")} actions={<Button onPress={() => setOpen(undefined)}>{t("close")}</Button>}>
        <Languages />
        <div className="linklist">
          <a href="tel:112">
            <Icon name="alert" />
            <span>
              {t("sos.danger")} {t("sos.call")} 112
            </span>
            <Icon name="chevron-right" size="s" />
          </a>
          <a href={phoneHref(visit.appointment.supportPhone)}>
            <Icon name="phone" />
            <span>
              {t("wait.call")}
              <small>{visit.appointment.supportPhone}</small>
            </span>
            <Icon name="chevron-right" size="s" />
          </a>
        </div>
        <DeviceSelect kind="camera" icon="video" list={devices.list.cameras} devices={devices} />
        <DeviceSelect kind="microphone" icon="mic" list={devices.list.microphones} devices={devices} />
        <DeviceSelect kind="speaker" icon="speaker" list={devices.list.speakers} devices={devices} />
      </Dialog>
    </nav>
  );
}

interface MuteControlProps {
  call: Call;
  room: RoomView;
  source: Source;
  kind: MediaKind;
  on: { icon: IconName; word: string };
  off: { icon: IconName; word: string };
}

/** Says how it is now, and turns it. Without a device there is nothing to turn. */
function MuteControl({ call, room, source, kind, on, off }: MuteControlProps) {
  const local = room.local.find((one) => one.source === source && one.kind === kind);
  if (!local) return null;
  const face = local.muted ? off : on;
  return (
    <Control icon={face.icon} pressed={local.muted} onPress={() => call.setMuted(source, kind, !local.muted)}>
      {face.word}
    </Control>
  );
}

interface ControlProps {
  icon: IconName;
  pressed?: boolean;
  leave?: boolean;
  onPress: () => void;
  children: string;
}

function Control({ icon, pressed, leave = false, onPress, children }: ControlProps) {
  return (
    <button type="button" className={leave ? "control control--leave" : "control"} data-selected={pressed || undefined} aria-pressed={pressed} onClick={onPress}>
      <span className="control__face">
        <Icon name={icon} />
      </span>
      {children}
    </button>
  );
}

/** Lines of others that came while the panel was closed. */
function useUnread(room: RoomView, open: boolean): number {
  const others = room.chat.filter(({ own }) => !own).length;
  const seen = useRef(others);
  const [unread, setUnread] = useState(0);
  useEffect(() => {
    if (open) seen.current = others;
    setUnread(others - seen.current);
  }, [others, open]);
  return unread;
}
