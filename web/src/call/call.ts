// A call: the room client of the visit, for every page that shows one.
//
// How a page uses it:
//
//     const call = createCall({
//       ticket: () => api.ticket(visit),                 // POST /v1/visits/{id}/ticket → {ticket, url}; a new one each time
//       local: [{ source: "camera", track: video }, { source: "microphone", track: audio }],
//     });
//     call.start();                                      // connects, joins, keeps joined
//     const state = useCall(call);                       // view/useCall: useSyncExternalStore(call.subscribe, call.get)
//
//     switch (state.kind) {
//       case "connecting": …                             // first attempt, or the next: state.attempt
//       case "waiting": …                                // in the waiting room; ICE and DTLS are up before admission
//       case "inCall": …                                 // state.room.remote: pictures and sounds of the others
//       case "reconnecting": …                           // state.media === "lost": dim the last picture; else sound goes on
//       case "ended": …                                  // state.reason.kind says why; nothing starts it again: make a new Call
//     }
//
// `state.room` is there in every kind: me, participants, waiting (who knocks), remote, local, chat, visit (as pushed by
// the server; the object of GET /v1/visits/{id}). Admission needs no act of the client: `waiting` turns to `inCall`.
//
// What there is to show: one RemoteSource for each participant and source. `remote.stream` is one MediaStream, the same
// object over reconnections; give it to <Tile stream> when `showing`, and once to <Sound stream> when `audio` is there. A
// camera and a microphone are two sources of one participant. `remoteOf(room, role, source)` of view/useCall finds one.
//
// What one does: publish(source, track) (also later: a camera plugged in; also instead of the track there: another
// device), unpublish, setMuted (the track stays with the page, nothing is sent), say (chat; the line appears at once as
// `sending`; a `failed` one is kept for `sayAgain`), admit, leave. Devices are the page's: it opens and stops the tracks
// (devices.ts); a call never stops a track. `quality` is a store of its own: {up, down, pictures[key].width …}.
//
// Everything is safe to call in every state; after the end nothing has any effect.

import { type Attempt, Connection, type ConnectionEnd, RequestRefused } from "../signaling/connection";
import { CHAT_LIMIT, type MediaKind, type ServerMessage, type Source } from "../signaling/messages";
import { ChatLog } from "./chat";
import { browserEnvironment, type Environment } from "./environment";
import { Locals } from "./locals";
import { Media, type Offered } from "./media";
import { Negotiation } from "./negotiation";
import { QualityProbe } from "./quality";
import { Roster } from "./roster";
import { type CallState, EMPTY_ROOM, type EndReason, type MediaLink, type Quality, type RoomView } from "./state";
import { type Readable, Store } from "./store";
import { Streams } from "./streams";

export interface Ticket {
  readonly ticket: string;
  /** Absolute, or a path on this host. */
  readonly url: string;
}

export interface CallOptions {
  /** Gets a new ticket; called for each attempt to join. An error with a `status` of 400–499 (408, 429 apart) ends the call. */
  readonly ticket: () => Promise<Ticket>;
  /** What is sent from the start. */
  readonly local?: readonly { readonly source: Source; readonly track: MediaStreamTrack; readonly muted?: boolean }[];
  /** How many pictures and sounds can be received before a new offer is needed; 4 each by default. */
  readonly spare?: { readonly video: number; readonly audio: number };
  readonly environment?: Environment;
  /** A sentence for the developer's console, never with a name in it. */
  readonly log?: (line: string) => void;
}

/** Why letting someone in did not happen. */
export type AdmitFailure = "gone" | "notAllowed" | "down";

const ICE_PATIENCE = 6_000; // after an ICE restart: then a new connection
const MEDIA_PATIENCE = [10_000, 15_000, 20_000, 30_000] as const; // after a join: then a new one

export function createCall(options: CallOptions): Call {
  return new Call(options);
}

export class Call implements Readable<CallState> {
  readonly #options: CallOptions;
  readonly #environment: Environment;
  readonly #state = new Store<CallState>({ kind: "idle", room: EMPTY_ROOM });
  readonly #connection: Connection;
  readonly #roster = new Roster();
  readonly #streams: Streams;
  readonly #chat: ChatLog;
  readonly #locals: Locals;
  readonly #probe: QualityProbe;
  readonly #negotiation: Negotiation;

  #media: Media | null = null; // what we see and send through
  #next: Media | null = null; // the one that a running attempt to join has offered; may be the same
  #keep = false; // the next attempt goes on with the peer connection we have
  #down = true; // no signalling
  #hadMedia = false;
  #attempt = 0;
  #watch: ReturnType<typeof setTimeout> | undefined;
  #rejoins = 0;
  #stopNetwork: (() => void) | null = null;
  #end: EndReason | null = null;

  constructor(options: CallOptions) {
    this.#options = options;
    this.#environment = options.environment ?? browserEnvironment();
    this.#streams = new Streams(this.#environment.mediaStream);
    this.#locals = new Locals(() => this.#changed());
    this.#probe = new QualityProbe(() => this.#media?.peer ?? null, (mid) => this.#keyOf(mid), (mid) => this.#media?.sourceOf(mid) ?? null);
    this.#connection = new Connection({
      prepare: () => this.#prepare(),
      isFinal: isFinalRefusal,
      open: this.#environment.socket,
      handlers: {
        joined: (message) => this.#joined(message),
        message: (message) => this.#heard(message),
        down: (reason, pause, error) => {
          // The server keeps a place for a while when nothing but the WebSocket is gone; then media need not notice.
          this.#keep = reason === "network" || reason === "slow";
          this.#fell(`${reason}, again in ${pause} ms${error === undefined ? "" : `: ${String(error)}`}`);
        },
        ended: (end) => this.#ended(endReason(end)),
        fault: (fault) => this.#log(`not understood: ${fault.message}`),
      },
    });
    this.#chat = new ChatLog((text) => this.#connection.request({ type: "chat", text }), () => this.#changed());
    this.#negotiation = new Negotiation({
      offer: (media, iceRestart) => media.nextOffer(this.#locals.sending(), this.#needed(), iceRestart),
      request: (offered) => this.#connection.request({ type: "offer", ...offered }).answer,
      answered: (answer) => {
        this.#roster.answered(answer);
        this.#tellMuted();
        this.#changed();
      },
      failed: (error, lasting) => {
        this.#log(`offer failed: ${String(error)}`);
        if (lasting) this.#rejoin();
      },
    });
    for (const one of options.local ?? []) this.#locals.set(one.source, one.track, one.muted ?? false);
    this.#changed();
  }

  /** The current state; with `subscribe` fit for useSyncExternalStore. */
  readonly get = (): CallState => this.#state.get();
  readonly subscribe = (listener: () => void): (() => void) => this.#state.subscribe(listener);

  get quality(): Readable<Quality> {
    return this.#probe.quality;
  }

  /** Connects and joins; once. */
  start(): void {
    if (this.#state.get().kind !== "idle" || this.#end !== null) return;
    if (!this.#environment.supported()) {
      this.#ended({ kind: "unsupported" });
      return;
    }
    this.#set({ kind: "connecting", room: this.#room(), since: Date.now(), attempt: 1 });
    this.#stopNetwork = this.#environment.network(() => this.#networkChanged());
    this.#connection.start();
  }

  /** Leaves for good; nothing of the call is left running. The page stops its own tracks. */
  leave(): void {
    if (this.#end === null) this.#connection.leave();
  }

  /**
   * Sends a track under a source: a new source by a new offer, another device for a source that is there by replacing its
   * track. Before `start` it joins with the rest.
   */
  publish(source: Source, track: MediaStreamTrack, options: { readonly muted?: boolean } = {}): void {
    if (this.#end !== null) return;
    const kind: MediaKind = track.kind === "audio" ? "audio" : "video";
    const known = this.#locals.get(source, kind);
    this.#locals.set(source, track, options.muted ?? known?.muted ?? false);
    for (const media of this.#each()) media.setTrack(source, kind, this.#locals.sent(source, kind));
    if (known === null) this.#negotiate();
    this.#changed();
  }

  /** Stops sending a source (or one kind of it). */
  unpublish(source: Source, kind?: MediaKind): void {
    let removed = false;
    for (const local of this.#locals.all()) {
      if (local.source !== source || (kind !== undefined && local.kind !== kind)) continue;
      this.#locals.remove(source, local.kind);
      for (const media of this.#each()) media.stop(source, local.kind);
      removed = true;
    }
    if (!removed || this.#end !== null) return;
    this.#negotiate();
    this.#changed();
  }

  /** Stops or starts sending a source of ours, and tells the others. */
  setMuted(source: Source, kind: MediaKind, muted: boolean): void {
    const local = this.#locals.get(source, kind);
    if (local === null || local.muted === muted) return;
    this.#locals.mute(source, kind, muted);
    for (const media of this.#each()) media.setTrack(source, kind, this.#locals.sent(source, kind));
    this.#tellMuted();
    this.#changed();
  }

  /**
   * Says something in the chat. The line appears at once as `sending`, is sent when there is a connection, and stays as
   * `failed` when the server refuses it. False when nothing was taken: empty, longer than 2000 characters, or over.
   */
  say(text: string): boolean {
    const trimmed = text.trim();
    const me = this.#roster.me;
    if (trimmed === "" || [...trimmed].length > CHAT_LIMIT || me === null || this.#end !== null) return false;
    return this.#chat.say(trimmed, me.name);
  }

  /** Sends a failed line again. */
  sayAgain(key: string): void {
    if (this.#end === null) this.#chat.again(key);
  }

  /** Takes a failed line away and gives its text back, for the field it was typed in. */
  takeBack(key: string): string | null {
    return this.#chat.takeBack(key);
  }

  /** Lets a waiting participant in; resolves with null when it is done, or with why not. */
  async admit(participant: string): Promise<AdmitFailure | null> {
    const admitted = (): boolean => this.#roster.participant(participant)?.state === "admitted";
    if (admitted()) return null;
    const done = new Promise<null>((resolve) => {
      const stop = this.subscribe(() => {
        if (admitted()) {
          stop();
          resolve(null);
        } else if (this.#end !== null) stop();
      });
    });
    const refused = this.#connection.request({ type: "admit", participant }).answer.then(
      () => null,
      (error: unknown): AdmitFailure | null => {
        if (admitted()) return null;
        if (!(error instanceof RequestRefused)) return "down";
        return error.code === "no-such-participant" || error.code === "wrong-state" ? "gone" : "notAllowed";
      },
    );
    return Promise.race([done, refused]);
  }

  // --- joining -------------------------------------------------------------------------------------------------

  async #prepare(): Promise<Attempt> {
    this.#attempt += 1;
    this.#changed();
    if (this.#next !== this.#media) this.#next?.close();
    const { ticket, offered } = this.#keep && this.#media?.settled === true ? await this.#offerAgain(this.#media) : await this.#offerAnew();
    return {
      url: this.#environment.address(ticket.url),
      join: { ticket: ticket.ticket, offer: offered.offer, publications: offered.publications },
    };
  }

  async #offerAnew(): Promise<{ readonly ticket: Ticket; readonly offered: Offered }> {
    const media = new Media(this.#environment.peer(), (link) => this.#mediaChanged(media, link));
    this.#next = media;
    const spare = this.#options.spare ?? { video: 4, audio: 4 };
    const wanted = {
      video: Math.max(spare.video, this.#roster.publicationsOfOthers("video") + 1),
      audio: Math.max(spare.audio, this.#roster.publicationsOfOthers("audio") + 1),
    };
    const [ticket, offered] = await Promise.all([this.#options.ticket(), media.firstOffer(this.#locals.sending(), wanted)]);
    return { ticket, offered };
  }

  async #offerAgain(media: Media): Promise<{ readonly ticket: Ticket; readonly offered: Offered }> {
    this.#keep = false; // once; the attempt after it starts anew
    const ticket = await this.#options.ticket();
    this.#next = media;
    return { ticket, offered: await media.nextOffer(this.#locals.sending(), this.#needed(), false) };
  }

  #needed(): { readonly video: number; readonly audio: number } {
    return { video: this.#roster.publicationsOfOthers("video"), audio: this.#roster.publicationsOfOthers("audio") };
  }

  #joined(message: Extract<ServerMessage, { type: "joined" }>): void {
    const media = this.#next;
    if (media === null || this.#end !== null) return;
    this.#next = null;
    if (media === this.#media && !media.continues(message.answer)) {
      // The server does not know this peer connection any more.
      this.#rejoin();
      return;
    }
    this.#down = false;
    this.#attempt = 0;
    this.#negotiation.forget();
    const before = this.#media;
    this.#media = media;
    this.#roster.joined(message);
    this.#chat.joined(message.you.id, message.chat);
    this.#log(`joined, ${message.you.state}`);
    media.accept(message.answer).then(
      () => {
        if (before !== media) before?.close();
        this.#negotiateIfShort();
      },
      (error: unknown) => {
        if (before === media) this.#rejoin();
        else this.#ended({ kind: "fault", detail: `answer refused: ${String(error)}` });
      },
    );
    this.#tellMuted();
    this.#watchMedia(MEDIA_PATIENCE[Math.min(this.#rejoins, MEDIA_PATIENCE.length - 1)] ?? ICE_PATIENCE);
    // What was published while the offer was on its way is in no m-line yet.
    if (this.#locals.sending().some((local) => !media.sends(local.source, local.kind))) this.#negotiate();
    this.#probe.start();
    this.#changed();
  }

  #fell(why: string): void {
    if (!this.#down) this.#log(`signalling down: ${why}`);
    this.#down = true;
    this.#negotiation.forget();
    this.#changed();
  }

  #ended(reason: EndReason): void {
    if (this.#end !== null) return;
    this.#end = reason;
    clearTimeout(this.#watch);
    this.#negotiation.forget();
    this.#stopNetwork?.();
    this.#probe.stop();
    this.#connection.leave();
    this.#next?.close();
    this.#media?.close();
    this.#locals.close();
    this.#chat.close();
    this.#log(`ended: ${reason.kind}`);
    this.#changed();
  }

  // --- messages ------------------------------------------------------------------------------------------------

  #heard(message: ServerMessage): void {
    if (message.type === "chat") {
      this.#chat.heard(message.message, message.request);
      return;
    }
    if (message.type === "error") {
      if (message.request === undefined) this.#log(`refused: ${message.code}`);
      return;
    }
    this.#roster.apply(message);
    if (message.type === "publicationAdded" || message.type === "participantChanged") this.#negotiateIfShort();
    this.#changed();
  }

  #tellMuted(): void {
    for (const local of this.#locals.all()) {
      const own = this.#roster.own(local.source, local.kind);
      if (own !== null && own.muted !== local.muted) {
        if (this.#connection.send({ type: "mute", publication: own.id, muted: local.muted })) this.#roster.markMuted(own.id, local.muted);
      }
    }
  }

  // --- negotiation ---------------------------------------------------------------------------------------------

  #negotiateIfShort(): void {
    const media = this.#media;
    if (media === null || this.#roster.me?.state !== "admitted") return;
    const short = (["video", "audio"] as const).some((kind) => this.#roster.publicationsOfOthers(kind) > media.receivers(kind));
    if (short) this.#negotiate();
  }

  #negotiate(iceRestart = false): void {
    // Without signalling the next join offers everything.
    if (!this.#down && this.#end === null && this.#media !== null) this.#negotiation.want(this.#media, iceRestart);
  }

  // --- media ---------------------------------------------------------------------------------------------------

  #mediaChanged(media: Media, link: MediaLink): void {
    if (media !== this.#media || this.#end !== null) return;
    if (link === "connected") {
      this.#hadMedia = true;
      this.#rejoins = 0;
      clearTimeout(this.#watch);
    } else if (link === "lost") {
      this.#log("media lost");
      if (media.failed) this.#rejoin();
      else {
        this.#negotiate(true);
        this.#watchMedia(ICE_PATIENCE);
      }
    }
    this.#changed();
  }

  #watchMedia(patience: number): void {
    clearTimeout(this.#watch);
    this.#watch = setTimeout(() => {
      if (this.#end === null && this.#media?.link !== "connected") this.#rejoin();
    }, patience);
  }

  #rejoin(): void {
    this.#rejoins += 1;
    this.#down = true;
    this.#keep = false;
    this.#connection.rejoin();
    this.#changed();
  }

  /** Another network: what runs over the old one is as good as dead, although nobody has said so yet. */
  #networkChanged(): void {
    if (this.#end !== null) return;
    this.#log("network changed");
    if (this.#connection.joined) this.#rejoin();
    else this.#connection.hurry();
  }

  #each(): Media[] {
    return [...new Set([this.#media, this.#next])].filter((media) => media !== null);
  }

  #keyOf(mid: string): string | null {
    const publication = this.#roster.assigned(mid);
    return publication === null ? null : `${publication.participant}/${publication.source}`;
  }

  // --- state ---------------------------------------------------------------------------------------------------

  #room(): RoomView {
    const media = this.#media;
    const view: RoomView = {
      me: this.#roster.me,
      participants: this.#roster.others,
      waiting: this.#roster.others.filter((participant) => participant.state === "waiting"),
      remote: this.#streams.sync(this.#roster, (mid) => media?.track(mid) ?? null),
      local: this.#locals.all(),
      chat: this.#chat.lines,
      visit: this.#roster.visit,
    };
    return view;
  }

  #changed(): void {
    const before = this.#state.get();
    const room = this.#room();
    if (this.#end !== null) {
      if (before.kind !== "ended") this.#set({ kind: "ended", room, since: Date.now(), reason: this.#end });
      return;
    }
    if (before.kind === "idle") {
      this.#set({ kind: "idle", room });
      return;
    }
    const since = (kind: CallState["kind"]): number => (before.kind === kind && "since" in before ? before.since : Date.now());
    const me = this.#roster.me;
    if (me === null) {
      this.#set({ kind: "connecting", room, since: since("connecting"), attempt: Math.max(1, this.#attempt) });
      return;
    }
    const now = me.state === "admitted" ? "inCall" : "waiting";
    const link = this.#link();
    if (this.#down || link === "lost") {
      this.#set({ kind: "reconnecting", room, since: since("reconnecting"), was: now, media: link });
    } else {
      this.#set({ kind: now, room, since: since(now), media: link });
    }
  }

  #link(): MediaLink {
    const link = this.#media?.link ?? "connecting";
    return link === "connecting" && this.#hadMedia ? "lost" : link;
  }

  #set(state: CallState): void {
    this.#state.set(state);
  }

  #log(line: string): void {
    this.#options.log?.(line);
  }
}

function isFinalRefusal(error: unknown): boolean {
  if (typeof error !== "object" || error === null || !("status" in error)) return false;
  const { status } = error;
  return typeof status === "number" && status >= 400 && status < 500 && status !== 408 && status !== 429;
}

function endReason(end: ConnectionEnd): EndReason {
  return end;
}
