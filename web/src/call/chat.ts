// The chat: what was said, and what we are saying. A line of ours is shown at once and never lost: it waits for a
// connection, and one that the server refuses stays to be sent again.

import { RequestLost, RequestRefused } from "../signaling/connection";
import type { ChatMessage, ServerMessage } from "../signaling/messages";
import type { ChatLine } from "./state";

const UNSENT = 50; // lines of ours that wait at most

interface Outgoing extends ChatLine {
  readonly own: true;
  /** The number of the request under way; null while the line waits for a connection. */
  request: number | null;
  status: "sending" | "failed";
}

type Request = (text: string) => { readonly id: number; readonly answer: Promise<ServerMessage> };

/** A room that was opened anew after a restart may count its messages from one again. */
const identity = ({ id, at }: ChatMessage): string => `${id} ${at}`;

export class ChatLog {
  readonly #request: Request;
  readonly #changed: () => void;
  #me = "";
  #said: ChatLine[] = [];
  readonly #known = new Set<string>();
  readonly #keys = new Map<string, string>(); // of our own lines: message → the key they had while sending
  #outgoing: Outgoing[] = [];
  #count = 0;
  #lines: readonly ChatLine[] = [];
  #closed = false;

  constructor(request: Request, changed: () => void) {
    this.#request = request;
    this.#changed = changed;
  }

  get lines(): readonly ChatLine[] {
    return this.#lines;
  }

  say(text: string, name: string): boolean {
    if (this.#outgoing.length >= UNSENT) return false;
    this.#count += 1;
    const line: Outgoing = {
      key: `own-${this.#count}`,
      own: true,
      name,
      text,
      at: new Date().toISOString(),
      status: "sending",
      request: null,
    };
    this.#outgoing.push(line);
    this.#send(line);
    this.#publish();
    return true;
  }

  again(key: string): void {
    const line = this.#outgoing.find((one) => one.key === key && one.status === "failed");
    if (line === undefined) return;
    line.status = "sending";
    this.#send(line);
    this.#publish();
  }

  takeBack(key: string): string | null {
    const line = this.#outgoing.find((one) => one.key === key && one.status === "failed");
    if (line === undefined) return null;
    this.#outgoing = this.#outgoing.filter((one) => one !== line);
    this.#publish();
    return line.text;
  }

  /**
   * Joined, with what the room remembers. What we had under way may have arrived: a new line of ours with its text is it.
   * What we have heard stays, also when the room was opened anew and remembers nothing.
   */
  joined(me: string, history: readonly ChatMessage[]): void {
    this.#me = me;
    const arrived = history.filter((message) => message.from === me && !this.#known.has(identity(message)));
    for (const line of [...this.#outgoing]) {
      const index = arrived.findIndex((message) => message.text === line.text);
      const message = arrived[index];
      if (message === undefined) continue;
      arrived.splice(index, 1);
      this.#keys.set(identity(message), line.key);
      this.#outgoing = this.#outgoing.filter((one) => one !== line);
    }
    for (const message of history) this.#add(message);
    for (const line of this.#outgoing) {
      if (line.status === "sending") this.#send(line);
    }
    this.#publish();
  }

  heard(message: ChatMessage, request: number | undefined): void {
    // A line given up after a time-out may come back without its number.
    const line =
      this.#outgoing.find((one) => request !== undefined && one.request === request) ??
      this.#outgoing.find((one) => message.from === this.#me && one.status === "failed" && one.text === message.text);
    if (line !== undefined) {
      this.#keys.set(identity(message), line.key);
      this.#outgoing = this.#outgoing.filter((one) => one !== line);
    }
    this.#add(message);
    this.#publish();
  }

  /** The call is over: what waits has failed, and its text is still there. */
  close(): void {
    this.#closed = true;
    for (const line of this.#outgoing) line.status = "failed";
    this.#publish();
  }

  #add(message: ChatMessage): void {
    const which = identity(message);
    if (this.#known.has(which)) return;
    this.#known.add(which);
    const key = this.#keys.get(which) ?? which;
    this.#said.push({ key, own: message.from === this.#me, name: message.name, text: message.text, at: message.at, status: "sent" });
  }

  #send(line: Outgoing): void {
    const { id, answer } = this.#request(line.text);
    line.request = id;
    answer.then(
      () => undefined, // the answer is the chat message itself, which `heard` has seen
      (error: unknown) => {
        if (line.request !== id) return;
        line.request = null;
        const waits = error instanceof RequestLost && error.why === "down" && !this.#closed;
        if (!waits) line.status = "failed";
        if (error instanceof RequestRefused || !waits) this.#publish();
      },
    );
  }

  #publish(): void {
    this.#lines = [
      ...this.#said,
      ...this.#outgoing.map(({ key, own, name, text, at, status }): ChatLine => ({ key, own, name, text, at, status })),
    ];
    this.#changed();
  }
}
