import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { ticket, visit as visitQuery } from "../api/queries";
import type { Visit } from "../api/types";
import { type Call, createCall } from "../call/call";
import { type CallState, EMPTY_ROOM } from "../call/state";
import type { Readable } from "../call/store";
import { useReadable } from "../call/view/useCall";

const IDLE: CallState = { kind: "idle", room: EMPTY_ROOM };
const nothing: Readable<CallState> = { get: () => IDLE, subscribe: () => () => undefined };

/**
 * The call of a visit, for as long as the page is there; what the server says of the visit goes to the query cache.
 * Another `attempt` is another call.
 */
export function useVisitCall(id: string, wanted: boolean, role?: "room", attempt = 0): { readonly call: Call | null; readonly state: CallState } {
  const client = useQueryClient();
  const [call, setCall] = useState<Call | null>(null);
  useEffect(() => {
    if (!wanted) return;
    const made = createCall({ ticket: () => ticket(id, role) });
    setCall(made);
    return () => {
      made.leave();
      setCall(null);
    };
  }, [id, role, wanted, attempt]);
  const state = useReadable<CallState>(call ?? nothing);
  const pushed = state.room.visit;
  useEffect(() => {
    if (pushed === null || pushed.id !== id) return;
    // The same object as the API's, so it has `you` when it is meant for us; what it lacks stays as it was.
    client.setQueryData<Visit>(visitQuery(id).queryKey, (before) =>
      before === undefined ? before : { ...before, ...(pushed as Partial<Visit>) },
    );
  }, [client, id, pushed]);
  return { call, state };
}
