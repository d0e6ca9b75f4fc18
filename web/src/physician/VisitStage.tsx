import { useRef, useState } from "react";
import type { Visit } from "../api/types";
import { useBody } from "../app/page";
import type { Call } from "../call/call";
import type { CallState } from "../call/state";
import { useQuality } from "../call/view/useCall";
import { Badge } from "../components/Badge";
import { Button, LinkButton } from "../components/Button";
import { Sound, Tile } from "../components/Tile";
import { clock } from "../locales/time";
import { useText } from "../locales/useText";
import { CallQuality } from "../staff/CallQuality";
import { ChatPanel } from "../staff/ChatPanel";
import { Control } from "../staff/Control";
import { DeviceFaults } from "../staff/DeviceFaults";
import { EndedCall } from "../staff/EndedCall";
import { AdmitCard, Reconnecting } from "../staff/Notices";
import { SourceStrip } from "../staff/SourceStrip";
import { useOwnDevices } from "../staff/useOwnDevices";
import { examName, picturesOf, sourceIcon, sourceName, useLarge } from "../staff/useRemote";
import { useNow } from "../staff/useNow";
import { useTrackStream } from "../staff/useTrackStream";
import { useVisitCall } from "../staff/useVisitCall";
import { pixels, placeWords, waitedMinutes } from "../staff/words";
import { CloseDialog, closingStep } from "./CloseDialog";
import { VisitFactsList } from "../staff/VisitFactsList";

/** The visit as a call: pictures large, who waits, chat, the way out. */
export function VisitStage({ visit, onDone }: { visit: Visit; onDone: () => void }) {
  useBody("staff stage");
  const { t, name } = useText();
  const [closing, setClosing] = useState(false);
  const [attempt, setAttempt] = useState(0);
  const { call, state } = useVisitCall(visit.id, true, undefined, attempt);
  const own = useOwnDevices(call);
  const chat = useRef<HTMLTextAreaElement>(null);
  const step = closingStep(visit);
  const { patient } = visit.appointment;
  const leave = (): void => {
    call?.leave();
    onDone();
  };
  const muted = (source: "microphone" | "camera"): boolean => {
    const local = state.room.local.find((one) => one.source === source);
    return local === undefined || local.muted || local.lost;
  };
  return (
    <>
      <a className="skip" href="#controls">
        {t("staff.call.toControls")}
      </a>
      <main id="main" className="exam">
        <header className="exam__top">
          <h1>{t("staff.person.age", { name: patient.name, age: patient.age })}</h1>
          <span className="quiet">{placeWords(t, name, visit)}</span>
          <span className="call__q exam__quality">{call !== null && <CallQuality call={call} state={state} />}</span>
          <Elapsed since={visit.startedAt} />
        </header>
        <section className="exam__picture" aria-label={t("staff.picture.region")}>
          {call !== null && (
            <Stage
              call={call}
              state={state}
              visit={visit}
              onDone={onDone}
              onAgain={() => setAttempt(attempt + 1)}
              phone={visit.appointment.supportPhone}
            />
          )}
        </section>
        <aside className="exam__side" aria-label={t("staff.visit.about")}>
          <DeviceFaults
            faults={[
              ...(own.microphone === null ? [] : [{ key: "microphone", kind: "microphone" as const, failure: own.microphone, retry: own.retry }]),
              ...(own.camera === null ? [] : [{ key: "camera", kind: "camera" as const, failure: own.camera, retry: own.retry }]),
            ]}
          />
          <section className="stack gap-2">
            <h2>{t("staff.visit.about")}</h2>
            <VisitFactsList visit={visit} />
          </section>
          <ChatPanel call={call} room={state.room} field={chat} />
          {step !== null && (
            <Button wide icon="check" kind={state.room.waiting.length > 0 ? undefined : "primary"} onPress={() => setClosing(true)}>
              {t(step === "wrapUp" ? "staff.close.wrapUp.button" : "staff.close.button")}
            </Button>
          )}
        </aside>
        <nav className="exam__bar" id="controls" aria-label={t("staff.call.controls")}>
          <div className="controls">
            {own.microphone === null && (
              <Control
                icon={muted("microphone") ? "mic-off" : "mic"}
                pressed={muted("microphone")}
                onPress={() => call?.setMuted("microphone", "audio", !muted("microphone"))}
              >
                {t(muted("microphone") ? "staff.call.microphone.off" : "staff.call.microphone.on")}
              </Control>
            )}
            {own.camera === null && (
              <Control
                icon={muted("camera") ? "video-off" : "video"}
                pressed={muted("camera")}
                onPress={() => call?.setMuted("camera", "video", !muted("camera"))}
              >
                {t(muted("camera") ? "staff.call.camera.off" : "staff.call.camera.on")}
              </Control>
            )}
            <Control icon="text" onPress={() => chat.current?.focus()}>
              {t("staff.call.text")}
            </Control>
          </div>
          <div className="controls">
            <Control icon="leave" leave onPress={leave}>
              {t("staff.call.leave")}
            </Control>
          </div>
        </nav>
      </main>
      {step !== null && (
        <CloseDialog visit={visit} step={step} open={closing} onCancel={() => setClosing(false)} onClosed={leave} />
      )}
    </>
  );
}

interface StageProps {
  readonly call: Call;
  readonly state: CallState;
  readonly visit: Visit;
  readonly phone: string;
  readonly onDone: () => void;
  readonly onAgain: () => void;
}

/** The large picture with what lies on it, and the strip of the others. */
function Stage({ call, state, visit, phone, onDone, onAgain }: StageProps) {
  const { t, name } = useText();
  const exam = examName(t, name, visit);
  const quality = useQuality(call);
  const [blocked, setBlocked] = useState(false);
  const pictures = picturesOf(state.room);
  const [large, choose] = useLarge(pictures);
  const size = large === null ? undefined : quality.pictures[large.key];
  const camera = state.room.local.find((one) => one.source === "camera");
  const self = useTrackStream(camera === undefined || camera.muted || camera.lost ? null : camera.track);
  const still = state.kind === "reconnecting" && state.media !== "connected";
  const over = state.kind === "ended" && state.reason.kind !== "left";
  const [waiting] = state.room.waiting;
  return (
    <>
      <div className="exam__main">
        <Tile
          stream={large?.stream ?? null}
          label={large === null ? t("staff.picture.none") : t("staff.picture.of", { name: sourceName(t, large, exam) })}
          contain={large?.source === "exam" || large?.source === "screen"}
          still={still || over}
          {...(large !== null && { name: sourceName(t, large, exam), icon: sourceIcon(large.source) })}
        >
          {large === null && state.kind !== "ended" && waiting === undefined && <NobodyYet visit={visit} state={state} />}
          {large !== null && !large.showing && !still && !over && <p className="call__ownoff">{t("staff.picture.off", { name: sourceName(t, large, exam) })}</p>}
        </Tile>
        {large !== null && size !== undefined && large.showing && (large.source === "exam" || large.source === "screen") && (
          <div className="exam__hud">
            <Badge icon={sourceIcon(large.source)}>{t("staff.picture.size", { width: pixels(size.width), height: pixels(size.height) })}</Badge>
          </div>
        )}
        {self !== null && state.kind !== "ended" && (
          <Tile stream={self} own label={t("staff.picture.you")} name={t("staff.chat.you")} className="call__own exam__own" />
        )}
        {waiting !== undefined && state.kind !== "ended" && (
          <div className="call__notice call__notice--admit">
            {state.room.waiting.map((one) => (
              <AdmitCard key={one.id} call={call} participant={one} since={visit.waitingSince ?? one.joinedAt} />
            ))}
          </div>
        )}
        <Reconnecting state={state} phone={phone} />
        {state.kind === "ended" && state.reason.kind !== "left" && (
          <EndedCall reason={state.reason}>
            <LinkButton to="/day" kind="primary" onClick={onDone}>
              {t("staff.visit.toDay")}
            </LinkButton>
            {state.reason.kind !== "closed" && <Button onPress={onAgain}>{t("staff.ended.again")}</Button>}
          </EndedCall>
        )}
        {blocked && (
          <div className="call__notice">
            <Button kind="primary" icon="speaker" onPress={() => setBlocked(false)}>
              {t("staff.call.soundOn")}
            </Button>
          </div>
        )}
      </div>
      {pictures.length > 1 && <SourceStrip pictures={pictures} selected={large?.key ?? null} onSelect={choose} label={t("staff.picture.large")} exam={exam} />}
      {!blocked &&
        state.room.remote
          .filter((one) => one.audio !== null)
          .map((one) => <Sound key={one.key} stream={one.stream} onBlocked={() => setBlocked(true)} />)}
    </>
  );
}

function NobodyYet({ visit, state }: { visit: Visit; state: CallState }) {
  const { t } = useText();
  const text = (): string => {
    if (state.kind === "connecting" || state.kind === "idle") return t("staff.call.connecting");
    if (visit.patient === "left") return t("staff.stage.left", { name: visit.appointment.patient.name });
    if (visit.appointment.modality === "video") return t(visit.patient === "absent" ? "staff.stage.notHere" : "staff.stage.noPicture");
    return t(visit.state === "ready" || visit.state === "inProgress" ? "staff.stage.noPicture" : "staff.stage.preparing");
  };
  return <p className="call__ownoff">{text()}</p>;
}

function Elapsed({ since }: { since: string | undefined }) {
  const { t, language } = useText();
  const now = useNow();
  if (since === undefined) return <time className="quiet">{clock(now, language)}</time>;
  return <time className="quiet">{t("minutes.short", { n: waitedMinutes(since, now) })}</time>;
}
