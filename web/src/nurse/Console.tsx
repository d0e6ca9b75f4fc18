import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { problemText } from "../api/problems";
import type { Visit } from "../api/types";
import { Badge } from "../components/Badge";
import { Banner } from "../components/Banner";
import { Button, LinkButton } from "../components/Button";
import { Sound } from "../components/Tile";
import { clock } from "../locales/time";
import { useText } from "../locales/useText";
import { transition } from "../staff/actions";
import { CallQuality } from "../staff/CallQuality";
import { ChatPanel } from "../staff/ChatPanel";
import { Control } from "../staff/Control";
import { type DeviceFault, DeviceFaults } from "../staff/DeviceFaults";
import { EndedCall } from "../staff/EndedCall";
import { takeIn } from "../staff/live";
import { examName } from "../staff/useRemote";
import { useNow } from "../staff/useNow";
import { useVisitCall } from "../staff/useVisitCall";
import { stateWords } from "../staff/words";
import { DevicePanel } from "./DevicePanel";
import { OwnSources } from "./OwnSources";
import { Remote } from "./Remote";
import type { RoomDevices, RoomDevicesState } from "./roomDevices";
import { Stepper } from "./Stepper";
import { nextStep } from "./steps";
import { useRoomDevices } from "./useRoomDevices";

type To = "rooming" | "ready" | "wrapUp" | "finished";

/** The console of a room while the patient is there. */
export function Console({ visit, timeline }: { visit: Visit; timeline: ReactNode }) {
  const { t, language, name } = useText();
  const now = useNow();
  const navigate = useNavigate();
  const client = useQueryClient();
  const [attempt, setAttempt] = useState(0);
  const { call, state } = useVisitCall(visit.id, true, "room", attempt);
  const { devices, state: own } = useRoomDevices(String(visit.appointment.room?.id ?? visit.id), call);
  const [blocked, setBlocked] = useState(false);
  const chat = useRef<HTMLTextAreaElement>(null);
  const words = stateWords(t, language, visit, now);
  const { patient, practitioner, site } = visit.appointment;

  const step = useMutation({
    mutationFn: (to: To) => transition(visit.id, { to }),
    onSuccess: (changed) => {
      client.setQueryData(["visit", visit.id], changed);
      const { you: _you, ...facts } = changed;
      takeIn(client, facts, undefined);
    },
    onError: () => void client.invalidateQueries({ queryKey: ["visit", visit.id] }),
  });
  // A refused step is told until the visit moves on.
  const { reset } = step;
  useEffect(() => reset(), [visit.state, reset]);

  const microphone = state.room.local.find((one) => one.source === "microphone");
  const silent = microphone === undefined || microphone.muted || microphone.lost;
  const leave = (): void => {
    call?.leave();
    void (site === undefined ? navigate({ to: "/day" }) : navigate({ to: "/sites/$site", params: { site: site.id } }));
  };
  return (
    <main id="main" className="staffmain">
      {timeline}
      <div className="equip">
        <Equipment own={own} />
        <span className="badge badge--plain">{call !== null && <CallQuality call={call} state={state} />}</span>
      </div>
      {devices !== null && <DeviceFaults faults={faultsOf(devices, own, { room: t("source.room"), exam: examName(t, name, visit) })} />}
      <div className="console console--acts">
        <div className="console__act">
          <NextAct visit={visit} pending={step.isPending} onStep={(to) => step.mutate(to)} />
          {step.error !== null && <Banner kind="stop" role="alert" title={problemText(t, step.error)} />}
          {blocked && (
            <Button kind="urgent" icon="speaker" onPress={() => setBlocked(false)}>
              {t("staff.call.soundOn")}
            </Button>
          )}
        </div>
        <div className="console__picture">
          <section className="panel" aria-labelledby="now">
            <div className="panel__head">
              <div>
                <h2 id="now">{t("staff.person.age", { name: patient.name, age: patient.age })}</h2>
                <p className="small quiet">
                  {[`${clock(visit.appointment.start, language)} ${practitioner.name}`, visit.appointment.reason ?? "", t(`speaks.${visit.appointment.language}`)]
                    .filter((word) => word !== "")
                    .join(" · ")}
                </p>
              </div>
              <span role="status">
                <Badge icon={words.icon} {...(words.kind !== undefined && { kind: words.kind })}>
                  {words.text}
                </Badge>
              </span>
            </div>
            <Stepper visit={visit} onStep={(to) => step.mutate(to)} />
            {state.kind === "ended" && state.reason.kind !== "left" ? (
              <EndedCall reason={state.reason}>
                {state.reason.kind !== "closed" && (
                  <Button kind="primary" onPress={() => setAttempt(attempt + 1)}>
                    {t("staff.ended.again")}
                  </Button>
                )}
                {site !== undefined && (
                  <LinkButton to="/sites/$site" params={{ site: site.id }}>
                    {t("console.toSite")}
                  </LinkButton>
                )}
              </EndedCall>
            ) : (
              <Remote visit={visit} state={state} />
            )}
            <OwnSources call={call} room={state.room} devices={own} exam={examName(t, name, visit)} />
            <div className="controls console__controls">
              {own.slots.microphone.kind === "open" && (
                <Control icon={silent ? "mic-off" : "mic"} pressed={silent} onPress={() => call?.setMuted("microphone", "audio", !silent)}>
                  {t(silent ? "staff.call.microphone.off" : "staff.call.microphone.on")}
                </Control>
              )}
              <Control icon="text" onPress={() => chat.current?.focus()}>
                {t("staff.call.text")}
              </Control>
              <Control icon="leave" leave onPress={leave}>
                {t("console.leave")}
              </Control>
            </div>
          </section>
        </div>
        <div className="console__right">
          <div className="panel">
            <ChatPanel call={call} room={state.room} field={chat} />
          </div>
        </div>
        <div className="console__left">{devices !== null && <DevicePanel devices={devices} state={own} />}</div>
      </div>
      {!blocked &&
        state.room.remote
          .filter((one) => one.audio !== null)
          .map((one) => <Sound key={one.key} stream={one.stream} speaker={own.speaker} onBlocked={() => setBlocked(true)} />)}
    </main>
  );
}

/** What works, in a row of signs. What does not work has a sentence of its own below. */
function Equipment({ own }: { own: RoomDevicesState }) {
  const { t } = useText();
  return (["room", "exam", "microphone"] as const).map((source) => {
    const slot = own.slots[source];
    const name = t(source === "room" ? "console.camera.room" : `source.${source}`);
    if (slot.kind === "open") {
      return (
        <Badge key={source} kind="ready" icon="check">
          {name}
        </Badge>
      );
    }
    if (slot.kind === "opening") {
      return (
        <Badge key={source} icon="clock">
          {name}
        </Badge>
      );
    }
    return (
      <Badge key={source} kind="wait" icon="alert">
        {t("console.missing", { name })}
      </Badge>
    );
  });
}

function faultsOf(devices: RoomDevices, own: RoomDevicesState, names: Readonly<Record<"room" | "exam", string>>): DeviceFault[] {
  const faults: DeviceFault[] = [];
  for (const source of ["room", "exam", "microphone"] as const) {
    const slot = own.slots[source];
    if (slot.kind !== "failed") continue;
    faults.push({
      key: source,
      kind: source === "microphone" ? "microphone" : "camera",
      failure: slot.failure,
      retry: () => devices.retry(source),
      ...(source !== "microphone" && { name: names[source] }),
    });
  }
  return faults;
}

/** The one large button of this step, or whom we wait for. */
function NextAct({ visit, pending, onStep }: { visit: Visit; pending: boolean; onStep: (to: To) => void }) {
  const { t } = useText();
  const next = nextStep(visit);
  const { name } = visit.appointment.practitioner;
  if (next === null) {
    return (
      <div className="bigacts" role="status">
        {visit.state === "ready" && (
          <Banner kind="ready" title={t("act.waiting", { name })}>
            {t(`act.professional.${visit.professional}`)}
          </Banner>
        )}
        {visit.state === "inProgress" && <Banner kind="info" icon="video" title={t("act.withDoctor", { name })} />}
      </div>
    );
  }
  return (
    <div className="bigacts">
      <Button
        kind="primary"
        icon={next === "ready" || next === "finished" ? "check-circle" : "arrow-right"}
        isPending={pending}
        note={next === "ready" ? t("act.ready.note", { name }) : t(`act.${next}.note`)}
        onPress={() => onStep(next)}
      >
        {t(`act.${next}`)}
      </Button>
    </div>
  );
}
