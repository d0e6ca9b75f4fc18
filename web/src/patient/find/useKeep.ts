import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { asProblem, call } from "../../api/client";
import { hold } from "../../api/queries";
import type { Hold, Slot } from "../../api/types";
import { keep } from "../storage";
import type { FindSearch } from "./search";
import { newHold } from "./slotKey";

/**
 * Keeps a time and goes on to confirm it. Who is not signed in is asked to, with the choice kept; the page then opens
 * with `keep` and takes the time at once.
 */
export function useKeep(search: FindSearch) {
  const client = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: (slot: Slot) => call<Hold>("/v1/holds", { method: "POST", body: newHold(slot, search.move) }),
    onSuccess: async (made) => {
      client.setQueryData(hold(made.id).queryKey, made);
      await navigate({ to: "/confirm/$hold", params: { hold: made.id }, search: search.move ? { move: search.move } : {} });
    },
    onError: async (error, slot) => {
      if (asProblem(error).status === 401) {
        keep("choice", JSON.stringify(slot));
        const query = new URLSearchParams(Object.entries({ ...search, keep: true }).map(([key, value]) => [key, String(value)]));
        await navigate({ to: "/sign-in", search: { to: `/find?${query}` } });
        return;
      }
      void client.invalidateQueries({ queryKey: ["slots"] });
    },
  });
}
