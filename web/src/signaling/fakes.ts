// A WebSocket for tests: the test is the server.

import type { Socket } from "./connection";
import type { ClientMessage, ServerMessage } from "./messages";

export class FakeSocket implements Socket {
  readonly url: string;
  readonly protocol: string;
  readonly sent: ClientMessage[] = [];
  readyState: Socket["readyState"] = 0;
  bufferedAmount = 0;
  closedWith: { code: number | undefined; reason: string | undefined } | null = null;
  onopen: Socket["onopen"] = null;
  onmessage: Socket["onmessage"] = null;
  onclose: Socket["onclose"] = null;
  onerror: Socket["onerror"] = null;

  constructor(url: string, protocol: string) {
    this.url = url;
    this.protocol = protocol;
  }

  send(data: string | ArrayBufferLike | Blob | ArrayBufferView): void {
    if (typeof data !== "string") throw new Error("only text is sent");
    this.sent.push(JSON.parse(data) as ClientMessage);
  }

  close(code?: number, reason?: string): void {
    this.readyState = 3;
    this.closedWith = { code, reason };
  }

  // --- the server's side ---

  opens(): void {
    this.readyState = 1;
    this.onopen?.call(this as unknown as WebSocket, { type: "open" } as Event);
  }

  says(message: ServerMessage | Record<string, unknown> | string): void {
    const data = typeof message === "string" ? message : JSON.stringify(message);
    this.onmessage?.call(this as unknown as WebSocket, { data } as MessageEvent);
  }

  closes(code: number, reason = ""): void {
    this.readyState = 3;
    this.onclose?.call(this as unknown as WebSocket, { code, reason } as CloseEvent);
  }

  last(): ClientMessage | undefined {
    return this.sent.at(-1);
  }

  of<T extends ClientMessage["type"]>(type: T): Extract<ClientMessage, { type: T }>[] {
    return this.sent.filter((message): message is Extract<ClientMessage, { type: T }> => message.type === type);
  }
}

/** Lets everything that is already settled go on, without any time passing. */
export async function settle(): Promise<void> {
  for (let n = 0; n < 30; n++) await Promise.resolve();
}
