import { useEffect, useRef, useState } from "react";
import type { Visit } from "../../api/types";
import { useTitle } from "../../app/page";
import { PatientFrame } from "../../app/PatientLayout";
import type { CallState } from "../../call/state";
import { Badge } from "../../components/Badge";
import { Banner } from "../../components/Banner";
import { Icon } from "../../components/Icon";
import { Path } from "../../components/Path";
import { phoneHref } from "../../components/Phone";
import { Tile } from "../../components/Tile";
import { useText } from "../../locales/useText";
import { DeviceFault } from "../DeviceFault";
import { useLevel, useStreamOf, type OwnDevices } from "../devices";
import { useNow } from "../useNow";
import { waitingPath, waitingTitle } from "./waiting";

interface WaitingRoomProps {
  state: CallState;
  visit: Visit;
  devices: OwnDevices;
  onLeave: () => void;
}

/** The truth, pushed by the server, with a time on it; one's own picture beside it. */
export function WaitingRoom({ state, visit, devices, onLeave }: WaitingRoomProps) {
  const { t, language } = useText();
  useTitle(t("wait.title"));
  const now = useNow(5_000);
  const connected = state.kind === "waiting";
  const { title, lead } = waitingTitle(visit, now, t, language);
  const heading = state.kind === "connecting" || state.kind === "idle" ? t("wait.entering") : title;
  const phone = visit.appointment.supportPhone;
  return (
    <PatientFrame>
      <main id="main" className="page page--two page--wait">
        <section className="stack gap-5">
          <div className="stack gap-3" role="status">
            <h1>{heading}</h1>
            {lead !== undefined && <p className="lead">{lead}</p>}
          </div>
          {state.kind === "reconnecting" && <Banner kind="wait" role="alert" icon="network-off" title={t("wait.reconnect")} />}
          <Path steps={waitingPath(visit, now, t, language)} />
          {connected && <Updated visit={visit} />}
        </section>
        <section className="stack gap-5">
          <DeviceFault devices={devices} />
          <SelfCard devices={devices} state={state} />
          <div className="stack gap-3">
            <h2 className="h-small">{t("wait.else")}</h2>
            <div className="linklist">
              <a href={phoneHref(phone)}>
                <Icon name="phone" />
                <span>
                  {t("wait.call")}
                  <small>{phone}</small>
                </span>
                <Icon name="chevron-right" size="s" />
              </a>
              <button type="button" onClick={onLeave}>
                <Icon name="close" />
                <span>
                  {t("wait.leave")}
                  <small>{t("wait.leaveText")}</small>
                </span>
                <Icon name="chevron-right" size="s" />
              </button>
            </div>
          </div>
        </section>
      </main>
    </PatientFrame>
  );
}

/** How long ago the server last said something, by our own clock; what changes comes at once. */
function Updated({ visit }: { visit: Visit }) {
  const { t } = useText();
  const heard = useRef({ visit, at: Date.now() });
  if (heard.current.visit !== visit) heard.current = { visit, at: Date.now() };
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.max(0, Math.round((now - heard.current.at) / 1000));
  return (
    <p className="statusline">
      <Icon name="check-circle" size="s" />
      <span>
        {seconds < 60 ? t("wait.updated", { n: seconds }) : t("wait.updatedMinutes", { n: Math.floor(seconds / 60) })}. {t("wait.live")}
      </span>
    </p>
  );
}

function SelfCard({ devices, state }: { devices: OwnDevices; state: CallState }) {
  const { t } = useText();
  const stream = useStreamOf(devices.camera);
  const { heard } = useLevel(devices.microphone);
  const media = state.kind === "waiting" || state.kind === "reconnecting" ? state.media : "connecting";
  return (
    <div className="selfcard">
      <Tile stream={stream} label={t("wait.you")} mirrored name={t("wait.you")} icon="person">
        {!stream && (
          <span className="call__ownoff">
            <Icon name="video-off" size="l" />
          </span>
        )}
      </Tile>
      <div role="status">
        <ul className="selfcard__state">
          <li>
            {devices.microphone ? (
              <Badge kind={heard ? "ready" : undefined} icon="mic">
                {t(heard ? "wait.micOk" : "check.microphone")}
              </Badge>
            ) : (
              <Badge kind="wait" icon="mic-off">
                {t("wait.micOff")}
              </Badge>
            )}
          </li>
          <li>
            {devices.camera ? (
              <Badge kind="ready" icon="video">
                {t("wait.camOk")}
              </Badge>
            ) : (
              <Badge kind="wait" icon="video-off">
                {t("wait.camOff")}
              </Badge>
            )}
          </li>
          <li>
            <Badge kind={media === "connected" ? "ready" : "wait"} icon={media === "lost" ? "network-off" : "network"}>
              {t(media === "connected" ? "wait.netOk" : media === "lost" ? "wait.netGone" : "wait.netConnecting")}
            </Badge>
          </li>
        </ul>
      </div>
    </div>
  );
}
