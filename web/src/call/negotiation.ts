// Offers after the join: one at a time, and what is wanted meanwhile goes into the next.

import { RequestLost, RequestRefused } from "../signaling/connection";
import type { Answer, ServerMessage } from "../signaling/messages";
import type { Media, Offered } from "./media";

export interface NegotiationOptions {
  readonly offer: (media: Media, iceRestart: boolean) => Promise<Offered>;
  readonly request: (offered: Offered) => Promise<ServerMessage>;
  readonly answered: (answer: Answer) => void;
  /** `lasting`: neither refused nor made void by a lost connection, so the connection is in doubt. */
  readonly failed: (error: unknown, lasting: boolean) => void;
}

export class Negotiation {
  readonly #options: NegotiationOptions;
  #run = 0; // a change makes the offer under way void
  #busy = false;
  #again: { readonly media: Media; readonly iceRestart: boolean } | null = null;

  constructor(options: NegotiationOptions) {
    this.#options = options;
  }

  /** Offers what is sent and needed now, at once or after the offer under way. */
  want(media: Media, iceRestart: boolean): void {
    if (this.#busy) {
      this.#again = { media, iceRestart: iceRestart || (this.#again?.iceRestart ?? false) };
      return;
    }
    this.#busy = true;
    void this.#exchange(media, iceRestart, this.#run);
  }

  /** A join makes everything under way void: it has offered all there is. */
  forget(): void {
    this.#run += 1;
    this.#busy = false;
    this.#again = null;
  }

  async #exchange(media: Media, iceRestart: boolean, run: number): Promise<void> {
    const current = (): boolean => run === this.#run;
    try {
      const offered = await this.#options.offer(media, iceRestart);
      if (!current()) return;
      const answer = await this.#options.request(offered);
      if (!current()) return;
      if (answer.type !== "answer") throw new Error(`an offer was answered by ${answer.type}`);
      await media.accept(answer.answer);
      if (!current()) return;
      this.#options.answered(answer);
    } catch (error) {
      if (!current()) return;
      if (error instanceof RequestRefused) await media.rollback();
      const down = error instanceof RequestLost && error.why === "down";
      this.#options.failed(error, !down && !(error instanceof RequestRefused));
    }
    if (!current()) return;
    this.#busy = false;
    const again = this.#again;
    this.#again = null;
    if (again !== null) this.want(again.media, again.iceRestart);
  }
}
