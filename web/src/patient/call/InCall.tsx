import { Trans } from "@lingui/react";
import { useEffect, useState } from "react";
import type { Visit } from "../../api/types";
import { useBody, useTitle } from "../../app/page";
import type { Call } from "../../call/call";
import type { CallState, RemoteSource } from "../../call/state";
import { useQuality } from "../../call/view/useCall";
import { initials } from "../../components/Avatar";
import { Button } from "../../components/Button";
import { Icon } from "../../components/Icon";
import { Quality } from "../../components/Meters";
import { Nearline } from "../../components/Nearline";
import { phoneHref } from "../../components/Phone";
import { Sound, Tile } from "../../components/Tile";
import { useText } from "../../locales/useText";
import { DeviceFault } from "../DeviceFault";
import { useStreamOf, type OwnDevices } from "../devices";
import { ChatPanel } from "./ChatPanel";
import { Controls } from "./Controls";
import { qualityBars, remotePictures } from "./pictures";


interface InCallProps {
  call: Call;
  state: CallState;
  visit: Visit;
  devices: OwnDevices;
}

/** The call: who one talks with, large; oneself, small; words, and the way out. */
export function InCall({ call, state, visit, devices }: InCallProps) {
  const { t, name } = useText();
  useBody("patient stage callpage");
  const { room } = state;
  const { practitioner } = visit.appointment;
  useTitle(t("call.with", { name: practitioner.name }));
  const [chat, setChat] = useState(false);
  const [pressed, setPressed] = useState<string>();
  const [blocked, setBlocked] = useState(0);
  const quality = useQuality(call);
  const media = state.kind === "inCall" || state.kind === "reconnecting" ? state.media : "connecting";
  const pictures = remotePictures(room);
  const main = pictures.find(({ key }) => key === pressed) ?? pictures.find(({ showing }) => showing) ?? pictures[0];
  const lost = state.kind === "reconnecting" && media === "lost";
  const hostHere = room.participants.some(({ role }) => role === "host");
  return (
    <>
      <a className="skip" href="#controls">
        {t("call.skip")}
      </a>
      <main id="main" className={chat ? "call call--panel" : "call"}>
        <header className="call__top">
          <div className="call__who">
            <h1>{t("person.title", { name: practitioner.name, title: name(practitioner.title) })}</h1>
            <p className="call__q" role="status">
              <Quality bars={qualityBars(quality, media, pictures.some(({ showing }) => showing))} />
            </p>
          </div>
          <Minutes since={visit.startedAt} />
        </header>
        <div className={pictures.length > 1 ? "call__picture call__picture--many" : "call__picture"}>
          <MainPicture source={main} still={lost} hostHere={hostHere} visit={visit} pictures={pictures} />
          {lost && state.kind === "reconnecting" && <Reconnecting since={state.since} visit={visit} />}
          {state.kind === "reconnecting" && !lost && (
            <p className="captions call__captions" role="status">
              {t("call.textsDown")}
            </p>
          )}
          <SelfView call={call} devices={devices} state={state} />
          {pictures.length > 1 && <Strip pictures={pictures} main={main} onChoose={setPressed} />}
          {blocked > 0 && (
            <div className="call__notice" role="alert">
              <p>{t("call.soundBlocked")}</p>
              <Button kind="primary" icon="speaker" onPress={() => setBlocked(0)}>
                {t("call.soundOn")}
              </Button>
            </div>
          )}
          <div className="call__fault">
            <DeviceFault devices={devices} />
          </div>
        </div>
        {chat && <ChatPanel call={call} room={room} onClose={() => setChat(false)} />}
        <Controls call={call} room={room} visit={visit} devices={devices} chat={chat} onChat={() => setChat((open) => !open)} />
        {room.remote
          .filter(({ audio }) => audio !== null)
          .map((source) => (
            // A new key after a press: the element plays now that there was one.
            <Sound key={`${source.key}/${blocked === 0}`} stream={source.stream} speaker={devices.chosen.speaker} onBlocked={() => setBlocked((count) => count + 1)} />
          ))}
      </main>
    </>
  );
}

interface MainPictureProps {
  source: RemoteSource | undefined;
  still: boolean;
  hostHere: boolean;
  visit: Visit;
  pictures: readonly RemoteSource[];
}

function MainPicture({ source, still, hostHere, visit, pictures }: MainPictureProps) {
  const { t } = useText();
  const host = visit.appointment.practitioner.name;
  if (source && (source.showing || still)) {
    const face = source.source === "camera";
    return (
      <Tile
        className="call__main"
        stream={source.stream}
        label={face ? source.participant.name : t("call.sourceOf", { source: t(`source.${source.source}`), name: source.participant.name })}
        contain={!face}
        still={still}
        name={pictures.length > 1 ? t("call.sourceOf", { source: t(`source.${source.source}`), name: source.participant.name }) : undefined}
      />
    );
  }
  const muted = source?.video?.muted === true;
  return (
    <div className="tile call__main call__main--audio">
      <div className="audiocard">
        <span className="audiocard__face" aria-hidden="true">
          {initials(host)}
        </span>
        <p className="audiocard__name">{host}</p>
        <div role="status" className="stack gap-1">
          <p className="strong">{hostHere ? (source ? t("call.audioOnly") : t("call.alone", { name: host })) : t("call.othersLeft", { name: host })}</p>
          <p className="quiet">
            {!hostHere ? t("call.othersLeftText") : !source ? t("call.aloneText") : muted ? t("call.audioOff", { name: host }) : t("call.audioWeak")}
          </p>
        </div>
      </div>
    </div>
  );
}

interface StripProps {
  pictures: readonly RemoteSource[];
  main: RemoteSource | undefined;
  onChoose: (key: string) => void;
}

/** All pictures of the others, small; a press makes one large. */
function Strip({ pictures, main, onChoose }: StripProps) {
  const { t } = useText();
  return (
    <div className="sources call__sources" role="group" aria-label={t("call.sources")}>
      {pictures.map((source) => {
        const selected = source.key === main?.key;
        return (
          <button key={source.key} type="button" className="source" data-selected={selected || undefined} aria-pressed={selected} onClick={() => onChoose(source.key)}>
            <Tile stream={source.stream} label={source.participant.name} contain={source.source !== "camera"} />
            <span className="source__label">
              {t(`source.${source.source}`)}
              <small>{source.participant.name}</small>
            </span>
          </button>
        );
      })}
    </div>
  );
}

function SelfView({ call, devices, state }: { call: Call; devices: OwnDevices; state: CallState }) {
  const { t } = useText();
  const stream = useStreamOf(devices.camera);
  const sent = state.room.local.find(({ source, kind }) => source === "camera" && kind === "video");
  const off = !stream || !sent || sent.muted || sent.lost;
  useEffect(() => {
    // A camera that fell away is asked for again when it comes back.
    if (sent?.lost) call.unpublish("camera", "video");
  }, [call, sent?.lost]);
  return (
    <Tile own className="call__own" stream={off ? null : stream} label={t("call.you")} name={t("call.you")}>
      {off && (
        <span className="call__ownoff">
          <Icon name="video-off" size="l" />
          <span className="visually-hidden">{t("call.ownOff")}</span>
        </span>
      )}
    </Tile>
  );
}

/** What is going on while the connection is away; the phone's number comes forward when it takes long. */
function Reconnecting({ since, visit }: { since: number; visit: Visit }) {
  const { t } = useText();
  const [long, setLong] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLong(true), Math.max(0, since + 20_000 - Date.now()));
    return () => clearTimeout(timer);
  }, [since]);
  const phone = visit.appointment.supportPhone;
  return (
    <div className="call__notice" role="alert">
      <Nearline state="apart" />
      <p className="call__noticetitle">{t("call.reconnecting")}</p>
      <p>{t("call.reconnectingText", { name: visit.appointment.practitioner.name })}</p>
      <p className={long ? "strong" : "quiet small-16"}>
        <Trans id={long ? "call.reconnectingLong" : "call.reconnectingPhone"} values={{ phone }} components={{ 0: <a href={phoneHref(phone)} /> }} />
      </p>
    </div>
  );
}

function Minutes({ since }: { since: string | undefined }) {
  const { t } = useText();
  const [opened] = useState(Date.now);
  const start = since === undefined ? opened : Date.parse(since);
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 15_000);
    return () => clearInterval(timer);
  }, []);
  return (
    <p className="call__time">
      <time>{t("call.minutes", { n: Math.max(0, Math.floor((now - start) / 60_000)) })}</time>
    </p>
  );
}
