import { QueryClient } from "@tanstack/react-query";
import { asProblem } from "../api/client";

/** Answers that asking again does not change. */
const final = (error: unknown): boolean => {
  const { status } = asProblem(error);
  return status >= 400 && status < 500 && status !== 429;
};

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: { retry: (count, error) => count < 2 && !final(error), refetchOnWindowFocus: true },
    mutations: { retry: false },
  },
});
