// One thin client over fetch: same-origin JSON, problems as typed errors.
import { heardDate } from "./clock";
import type { ProblemBody } from "./types";

/** An answer that is not the one asked for. `code` is the slug that the texts are keyed by. */
export class Problem extends Error {
  /** The HTTP status; 0 when the server could not be reached. */
  readonly status: number;
  readonly code: string;
  /** What else the server said (RFC 9457). */
  readonly body: Partial<ProblemBody>;

  constructor(status: number, code: string, body: Partial<ProblemBody> = {}, options?: ErrorOptions) {
    super(`${status} ${code}`, options);
    this.name = "Problem";
    this.status = status;
    this.code = code;
    this.body = body;
  }
}

export function asProblem(error: unknown): Problem {
  return error instanceof Problem ? error : new Problem(0, "internal", {}, { cause: error });
}

interface Call {
  method?: "GET" | "POST" | "DELETE";
  query?: Record<string, string | number | undefined>;
  body?: unknown;
  /** Makes a POST safe to repeat: the same key has one effect. */
  idempotencyKey?: string;
  signal?: AbortSignal;
}

/** Asks the server; resolves with the decoded answer (undefined for 204), rejects with a `Problem`. */
export async function call<T>(path: string, { method = "GET", query, body, idempotencyKey, signal }: Call = {}): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path + search(query), {
      method,
      credentials: "same-origin",
      headers: {
        Accept: "application/json",
        ...(body !== undefined && { "Content-Type": "application/json" }),
        ...(idempotencyKey !== undefined && { "Idempotency-Key": idempotencyKey }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(signal && { signal }),
    });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new Problem(0, "offline", {}, { cause });
  }
  heardDate(response.headers.get("Date"));
  if (response.status === 204) return undefined as T;
  const answer: unknown = await response.json().catch(() => undefined);
  if (response.ok && answer !== undefined) return answer as T;
  throw problemOf(response.status, answer);
}

/** Trusts nothing about an error's body but that it may be one. */
export function problemOf(status: number, answer: unknown): Problem {
  const body: Partial<ProblemBody> = typeof answer === "object" && answer !== null ? answer : {};
  const slug = typeof body.code === "string" && body.code !== "" ? body.code : codeOf(status);
  return new Problem(status, slug, body);
}

function codeOf(status: number): string {
  switch (status) {
    case 401:
      return "sign-in-needed";
    case 403:
      return "not-allowed";
    case 404:
      return "not-found";
    case 429:
      return "too-many";
    case 502:
    case 503:
    case 504:
      return "unavailable";
    default:
      return "internal";
  }
}

export function search(query: Call["query"]): string {
  const pairs = Object.entries(query ?? {}).flatMap(([key, value]) => (value === undefined || value === "" ? [] : [[key, String(value)]]));
  return pairs.length === 0 ? "" : `?${new URLSearchParams(pairs)}`;
}
