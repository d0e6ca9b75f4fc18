import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { asProblem } from "../api/client";
import { me } from "../api/queries";

/** Answers that asking again does not change. */
const final = (error: unknown): boolean => {
  const { status } = asProblem(error);
  return status >= 400 && status < 500 && status !== 429;
};

/** A session that has ended meanwhile: pages hear who one is now, and lead to sign-in where one must be somebody. */
const heard = (error: unknown): void => {
  if (asProblem(error).status === 401) void queryClient.invalidateQueries({ queryKey: me.queryKey });
};

export const queryClient: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError: heard }),
  mutationCache: new MutationCache({ onError: heard }),
  defaultOptions: {
    // "always": without a network a request fails and says so, instead of waiting in silence.
    queries: { networkMode: "always", retry: (count, error) => count < 2 && !final(error), refetchOnWindowFocus: true, refetchOnReconnect: true },
    mutations: { networkMode: "always", retry: false },
  },
});
