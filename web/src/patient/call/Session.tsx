import { useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import type { Visit } from "../../api/types";
import { ticket, visit as visitQuery } from "../../api/queries";
import { PatientFrame } from "../../app/PatientLayout";
import { type Call, createCall } from "../../call/call";
import type { CallState } from "../../call/state";
import { useCall } from "../../call/view/useCall";
import { Skeleton } from "../../components/Skeleton";
import { useText } from "../../locales/useText";
import { playMelody } from "../check/melody";
import { useDevices, type OwnDevices } from "../devices";
import { Ended } from "./Ended";
import { WaitingRoom } from "./WaitingRoom";

// The call's own page comes while the person waits, so that the waiting room opens at once.
const loadInCall = () => import("./InCall");
const InCall = lazy(() => loadInCall().then((module) => ({ default: module.InCall })));

interface SessionProps {
  visit: Visit;
  /** Starts anew, after the end. */
  onAgain: () => void;
}

/** Opens the devices, then the call, and shows whatever it is doing. */
export function Session({ visit, onAgain }: SessionProps) {
  const { t } = useText();
  const devices = useDevices();
  const { open } = devices;
  useEffect(() => open(), [open]);
  const call = useVisitCall(visit.id, devices);
  if (!call) {
    return (
      <PatientFrame>
        <main id="main" className="page narrowpage stack gap-5">
          <h1>{t("wait.entering")}</h1>
          <p className="lead" role="status">
            {t("check.asking")}
          </p>
          <Skeleton lines={[60, 100]} />
        </main>
      </PatientFrame>
    );
  }
  return <Live call={call} first={visit} devices={devices} onAgain={onAgain} />;
}

/** The call of a visit: made when the devices have answered, left when the page closes. */
function useVisitCall(id: string, { state, camera, microphone }: OwnDevices): Call | undefined {
  const [call, setCall] = useState<Call>();
  const ready = state.kind === "ready";
  const tracks = useRef({ camera, microphone });
  tracks.current = { camera, microphone };
  const ever = useRef(false);
  if (ready) ever.current = true;
  const begun = ever.current;

  useEffect(() => {
    if (!begun) return;
    const { camera: video, microphone: audio } = tracks.current;
    const made = createCall({
      ticket: () => ticket(id),
      local: [...(video ? [{ source: "camera", track: video } as const] : []), ...(audio ? [{ source: "microphone", track: audio } as const] : [])],
    });
    made.start();
    setCall(made);
    return () => made.leave();
  }, [id, begun]);

  // Another device, or one that opened on the second try.
  useEffect(() => {
    if (call && camera) call.publish("camera", camera);
  }, [call, camera]);
  useEffect(() => {
    if (call && microphone) call.publish("microphone", microphone);
  }, [call, microphone]);
  return call;
}

interface LiveProps {
  call: Call;
  first: Visit;
  devices: OwnDevices;
  onAgain: () => void;
}

function Live({ call, first, devices, onAgain }: LiveProps) {
  const state = useCall(call);
  const client = useQueryClient();
  const pushed = visitOf(state) ?? first;
  const wasInCall = useWasInCall(state);
  useEffect(() => void loadInCall(), []);
  useEffect(() => {
    client.setQueryData(visitQuery(first.id).queryKey, pushed);
  }, [client, first.id, pushed]);
  useFocusOn(state.kind === "ended" ? "ended" : inCallNow(state) ? "call" : "waiting");
  if (state.kind === "ended") return <Ended reason={state.reason} visit={pushed} wasInCall={wasInCall} onAgain={onAgain} />;
  if (inCallNow(state)) {
    return (
      <Suspense fallback={null}>
        <InCall call={call} state={state} visit={pushed} devices={devices} />
      </Suspense>
    );
  }
  return <WaitingRoom state={state} visit={pushed} devices={devices} onLeave={() => call.leave()} />;
}

export const inCallNow = (state: CallState): boolean => state.kind === "inCall" || (state.kind === "reconnecting" && state.was === "inCall");

/** What the server last pushed of the visit; it is the object of GET /v1/visits/{id}. */
function visitOf(state: CallState): Visit | undefined {
  const pushed = state.room.visit;
  return pushed !== null && typeof pushed.appointment === "object" && typeof pushed.you === "object" ? (pushed as unknown as Visit) : undefined;
}

/** Whether the person has been let in; the moment it happens there is a melody. */
function useWasInCall(state: CallState): boolean {
  const now = inCallNow(state);
  const [was, setWas] = useState(now);
  useEffect(() => {
    if (!now || was) return;
    setWas(true);
    void playMelody("").catch(() => undefined); // a browser that wants a press first stays silent
  }, [now, was]);
  return was;
}

/** Moves the focus to the heading when the page becomes another without changing its address. */
function useFocusOn(stage: string): void {
  const before = useRef(stage);
  useEffect(() => {
    if (before.current === stage) return;
    before.current = stage;
    const heading = document.querySelector<HTMLElement>("main h1");
    if (!heading) return;
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
  }, [stage]);
}
