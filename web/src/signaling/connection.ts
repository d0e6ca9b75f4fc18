// One participant's signalling: joins, keeps joined, ends with a reason.
//
// A Connection asks `prepare` for a fresh ticket and offer, opens the WebSocket, says `join` first, and hands on what it
// hears. When the socket falls it does the same again after a growing pause, until somebody says `leave`, or the server
// says that there is nothing to come back to. It owns no media and no roster.

import { pauseBefore, shortPause } from "./backoff";
import { afterClose, type CloseReason, closeReason } from "./close";
import { DecodeFault } from "./decode";
import { type ClientMessage, encode, type ErrorCode, type Join, type Joined, type ServerMessage } from "./messages";
import { decodeServerMessage } from "./server";

export const SUBPROTOCOL = "nara.v1";

const JOIN_TIMEOUT = 10_000;
const REQUEST_TIMEOUT = 10_000;
const QUIET = 5_000; // nothing heard for so long: ask
const DEAD = 12_000; // nothing heard for so long: the socket is gone, whatever it says
const STEADY = 5_000; // joined for so long: the next trouble is a new one
const TICKETS = 3; // as many refused tickets in a row end it
const PENDING = 64; // open requests at most
const BUFFERED = 1 << 20; // bytes that the socket may hold back

/** The part of WebSocket that is used. */
export type Socket = Pick<
  WebSocket,
  "send" | "close" | "readyState" | "bufferedAmount" | "onopen" | "onmessage" | "onclose" | "onerror"
>;

/** What one attempt to join needs. */
export interface Attempt {
  readonly url: string;
  readonly join: Pick<Join, "ticket" | "offer" | "publications">;
}

/** Why a connection ended for good. `refused`: `prepare` said no (its error is there); `fault`: we did not understand each other. */
export type ConnectionEnd =
  | { readonly kind: "left" | "replaced" | "removed" | "closed" | "notAllowed" }
  | { readonly kind: "refused"; readonly error: unknown }
  | { readonly kind: "fault"; readonly detail: string };

export interface ConnectionHandlers {
  /** Joined, for the first time or again: everything known before is void. */
  joined(message: Joined): void;
  message(message: ServerMessage): void;
  /** The socket fell; the next attempt comes in `pause` milliseconds. */
  down(reason: CloseReason | "prepare", pause: number, error?: unknown): void;
  ended(end: ConnectionEnd): void;
  /** A message was not understood; for the log. */
  fault?(fault: DecodeFault): void;
}

export interface ConnectionOptions {
  /** Gets a new ticket and makes the offer. May throw: final errors end the connection, others are tried again. */
  readonly prepare: () => Promise<Attempt>;
  readonly isFinal: (error: unknown) => boolean;
  readonly open: (url: string, protocol: string) => Socket;
  readonly handlers: ConnectionHandlers;
  readonly random?: () => number;
}

/** The server refused a message; `code` says why. */
export class RequestRefused extends Error {
  readonly code: ErrorCode;
  constructor(code: ErrorCode, message: string) {
    super(message);
    this.name = "RequestRefused";
    this.code = code;
  }
}

/** No answer: the connection fell, or it took too long, or too much is under way. The message may have arrived. */
export class RequestLost extends Error {
  readonly why: "down" | "timeout" | "tooMany";
  constructor(why: RequestLost["why"]) {
    super(`no answer: ${why}`);
    this.name = "RequestLost";
    this.why = why;
  }
}

interface Pending {
  readonly resolve: (answer: ServerMessage) => void;
  readonly reject: (error: Error) => void;
  readonly timer: ReturnType<typeof setTimeout>;
}

type Requestable = Exclude<ClientMessage, { type: "join" | "leave" }>;

export class Connection {
  readonly #options: ConnectionOptions;
  readonly #random: () => number;
  readonly #pending = new Map<number, Pending>();
  #phase: "idle" | "preparing" | "joining" | "joined" | "pausing" | "ended" = "idle";
  #generation = 0; // a change makes everything that an older attempt still brings void
  #socket: Socket | null = null;
  #attempt = 0;
  #badTickets = 0;
  #request = 0;
  #heardAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #heartbeat: ReturnType<typeof setInterval> | undefined;
  #steady: ReturnType<typeof setTimeout> | undefined;
  #lastError = "";

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#random = options.random ?? Math.random;
  }

  get joined(): boolean {
    return this.#phase === "joined";
  }

  get ended(): boolean {
    return this.#phase === "ended";
  }

  start(): void {
    if (this.#phase === "idle") void this.#try();
  }

  /** Joins again from the start although the socket may be fine: the media needs a new connection. */
  rejoin(): void {
    if (this.#phase === "idle" || this.#phase === "ended" || this.#phase === "preparing") return;
    this.#drop("network");
    void this.#try();
  }

  /** Does not wait for the pause to end: the network came back. */
  hurry(): void {
    if (this.#phase === "pausing") void this.#try();
  }

  /** Leaves for good. */
  leave(): void {
    if (this.#phase === "ended") return;
    const socket = this.#socket;
    if (socket !== null && this.#phase === "joined" && socket.readyState === OPEN) {
      socket.send(encode({ type: "leave" }));
    }
    this.#end({ kind: "left" });
  }

  /** Says something that needs no answer. False when there is nobody to hear it. */
  send(message: Requestable): boolean {
    const socket = this.#socket;
    if (this.#phase !== "joined" || socket === null || socket.readyState !== OPEN) return false;
    if (socket.bufferedAmount > BUFFERED) {
      this.#fallen("slow");
      return false;
    }
    socket.send(encode(message));
    return true;
  }

  /** Says something and waits for the answer that repeats its number. Rejects with RequestRefused or RequestLost. */
  request(message: Requestable): { readonly id: number; readonly answer: Promise<ServerMessage> } {
    this.#request += 1;
    const id = this.#request;
    const answer = new Promise<ServerMessage>((resolve, reject) => {
      if (this.#pending.size >= PENDING) {
        reject(new RequestLost("tooMany"));
        return;
      }
      if (!this.send({ ...message, request: id })) {
        reject(new RequestLost("down"));
        return;
      }
      const timer = setTimeout(() => {
        this.#pending.delete(id);
        reject(new RequestLost("timeout"));
      }, REQUEST_TIMEOUT);
      this.#pending.set(id, { resolve, reject, timer });
    });
    return { id, answer };
  }

  async #try(): Promise<void> {
    this.#generation += 1;
    const generation = this.#generation;
    clearTimeout(this.#timer);
    this.#phase = "preparing";
    let attempt: Attempt;
    try {
      attempt = await this.#options.prepare();
    } catch (error) {
      if (generation !== this.#generation) return;
      if (this.#options.isFinal(error)) this.#end({ kind: "refused", error });
      else this.#pause("prepare", "pause", error);
      return;
    }
    if (generation !== this.#generation) return;
    this.#phase = "joining";
    let socket: Socket;
    try {
      socket = this.#options.open(attempt.url, SUBPROTOCOL);
    } catch (error) {
      this.#pause("network", "pause", error);
      return;
    }
    this.#socket = socket;
    this.#timer = setTimeout(() => this.#fallen("joinTimeout"), JOIN_TIMEOUT);
    socket.onopen = () => {
      if (generation !== this.#generation) return;
      socket.send(encode({ type: "join", ...attempt.join }));
    };
    socket.onmessage = (event) => {
      if (generation === this.#generation) this.#heard(event.data);
    };
    socket.onclose = (event) => {
      if (generation === this.#generation) this.#fallen(closeReason(event.code, event.reason));
    };
    socket.onerror = null; // a close follows every error
  }

  #heard(data: unknown): void {
    this.#heardAt = Date.now();
    let message: ServerMessage;
    try {
      message = decodeServerMessage(data);
    } catch (error) {
      if (!(error instanceof DecodeFault)) throw error;
      this.#options.handlers.fault?.(error);
      // A type of a newer server changes nothing we know; anything else may have, so get the whole picture again.
      if (error.kind !== "unknownType") this.#fallen("network");
      return;
    }
    if (message.type === "error") this.#lastError = `${message.code}: ${message.message}`;
    if (message.type === "joined" && this.#phase === "joining") this.#hasJoined(message);
    else if (this.#phase === "joined") this.#dispatch(message);
  }

  #hasJoined(message: Joined): void {
    clearTimeout(this.#timer);
    this.#phase = "joined";
    this.#badTickets = 0;
    this.#steady = setTimeout(() => {
      this.#attempt = 0;
    }, STEADY);
    this.#heartbeat = setInterval(() => this.#beat(), QUIET / 2);
    this.#options.handlers.joined(message);
  }

  #dispatch(message: ServerMessage): void {
    if (message.request !== undefined) {
      const pending = this.#pending.get(message.request);
      if (pending !== undefined) {
        this.#pending.delete(message.request);
        clearTimeout(pending.timer);
        if (message.type === "error") pending.reject(new RequestRefused(message.code, message.message));
        else pending.resolve(message);
      }
    }
    if (message.type !== "pong") this.#options.handlers.message(message);
  }

  #beat(): void {
    const quiet = Date.now() - this.#heardAt;
    if (quiet > DEAD) this.#fallen("network");
    else if (quiet > QUIET) this.send({ type: "ping" });
  }

  /** The socket of the current attempt is gone, or as good as. */
  #fallen(reason: CloseReason): void {
    if (reason === "badTicket") this.#badTickets += 1;
    this.#drop(reason);
    const next = this.#badTickets >= TICKETS ? "stop" : afterClose(reason);
    if (next === "stop") this.#end(endOf(reason, this.#lastError));
    else this.#pause(reason, next);
  }

  /** Lets go of the socket and of everything that waits for it. */
  #drop(reason: CloseReason): void {
    this.#generation += 1;
    clearTimeout(this.#timer);
    clearTimeout(this.#steady);
    clearInterval(this.#heartbeat);
    const socket = this.#socket;
    this.#socket = null;
    if (socket !== null) {
      socket.onopen = null;
      socket.onmessage = null;
      socket.onclose = null;
      if (socket.readyState <= OPEN) socket.close(1000, reason === "left" ? "left" : "rejoin");
    }
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const request of pending) {
      clearTimeout(request.timer);
      request.reject(new RequestLost("down"));
    }
  }

  #pause(reason: CloseReason | "prepare", next: "again" | "pause", error?: unknown): void {
    this.#phase = "pausing";
    const short = next === "again" && this.#attempt === 0;
    const pause = short ? shortPause(this.#random) : pauseBefore(this.#attempt, this.#random);
    this.#attempt += 1;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#try(), pause);
    this.#options.handlers.down(reason, pause, error);
  }

  #end(end: ConnectionEnd): void {
    this.#drop(end.kind === "left" ? "left" : "network");
    this.#phase = "ended";
    this.#options.handlers.ended(end);
  }
}

const OPEN = 1; // WebSocket.OPEN, which a place without a browser does not have

function endOf(reason: CloseReason, lastError: string): ConnectionEnd {
  switch (reason) {
    case "left":
    case "replaced":
    case "removed":
    case "closed":
    case "notAllowed":
      return { kind: reason };
    case "badTicket":
    case "origin":
      return { kind: "notAllowed" };
    default:
      return { kind: "fault", detail: lastError === "" ? reason : `${reason}, ${lastError}` };
  }
}
