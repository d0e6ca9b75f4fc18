// One RTCPeerConnection: what it sends, the spare receive m-lines, offers and answers. It knows nothing of who is who.
//
// The first offer holds our sending m-lines, then spare receiving ones; it goes out without waiting for candidates,
// because the server needs none of ours. A Media outlives the WebSocket; a transport that is lost for good gets a new one.

import type { MediaKind, OfferedPublication, Source } from "../signaling/messages";
import { encodingOf, profileOf } from "./sources";
import type { LocalSource, MediaLink } from "./state";

export interface Offered {
  readonly offer: string;
  readonly publications: readonly OfferedPublication[];
}

interface Sending {
  source: Source | null; // null: stopped, free for another source of its kind
  readonly kind: MediaKind;
  readonly transceiver: RTCRtpTransceiver;
  /** Replacements of the track, one after the other. */
  busy: Promise<void>;
}

type Counts = Readonly<Record<MediaKind, number>>;

const SPARE = 2; // more receivers than needed, when a new offer has to be made anyway

export class Media {
  readonly peer: RTCPeerConnection;
  readonly #changed: (link: MediaLink) => void;
  readonly #sending: Sending[] = [];
  readonly #receiving: RTCRtpTransceiver[] = [];
  #link: MediaLink = "connecting";
  #closed = false;

  constructor(peer: RTCPeerConnection, changed: (link: MediaLink) => void) {
    this.peer = peer;
    this.#changed = changed;
    peer.onconnectionstatechange = () => this.#stateChanged();
  }

  get link(): MediaLink {
    return this.#link;
  }

  /** Lost beyond an ICE restart. */
  get failed(): boolean {
    return this.peer.connectionState === "failed" || this.peer.connectionState === "closed";
  }

  /** Connected, and no offer of ours is without an answer. */
  get settled(): boolean {
    return this.#link === "connected" && this.peer.signalingState === "stable";
  }

  /** Whether an answer comes from the transport that we are connected to, and not from a new one. */
  continues(answer: string): boolean {
    const before = this.peer.currentRemoteDescription?.sdp ?? "";
    return transportOf(answer) === transportOf(before);
  }

  async firstOffer(sources: readonly LocalSource[], spare: Counts): Promise<Offered> {
    for (const source of sources) this.#send(source);
    // Audio and video in turn: the n-th of each kind share a stream in the answer, so they play in step.
    for (let n = 0; n < Math.max(spare.audio, spare.video); n++) {
      if (n < spare.audio) this.#receive("audio");
      if (n < spare.video) this.#receive("video");
    }
    return this.#offer({});
  }

  /** An offer for what is sent and needed now; m-lines already negotiated keep their place. */
  async nextOffer(sources: readonly LocalSource[], needed: Counts, iceRestart: boolean): Promise<Offered> {
    for (const source of sources) {
      if (!this.sends(source.source, source.kind)) this.#send(source);
    }
    for (const kind of ["audio", "video"] as const) {
      const missing = needed[kind] - this.receivers(kind);
      for (let n = 0; missing > 0 && n < missing + SPARE; n++) this.#receive(kind);
    }
    return this.#offer(iceRestart ? { iceRestart: true } : {});
  }

  async accept(answer: string): Promise<void> {
    if (this.#closed) return;
    await this.peer.setRemoteDescription({ type: "answer", sdp: answer });
    for (const sending of this.#sending) void this.#tune(sending);
  }

  /** Takes an offer back that the server refused. */
  async rollback(): Promise<void> {
    if (!this.#closed && this.peer.signalingState === "have-local-offer") {
      await this.peer.setLocalDescription({ type: "rollback" }).catch(() => undefined);
    }
  }

  sends(source: Source, kind: MediaKind): boolean {
    return this.#find(source, kind) !== undefined;
  }

  /** Puts another track, or none, into the sender of a source; in the order of the calls. */
  setTrack(source: Source, kind: MediaKind, track: MediaStreamTrack | null): void {
    const sending = this.#find(source, kind);
    if (sending === undefined) return;
    sending.busy = sending.busy.then(async () => {
      if (!this.#closed) await sending.transceiver.sender.replaceTrack(track).catch(() => undefined);
    });
  }

  /** Frees the m-line of a source; the next offer says so. */
  stop(source: Source, kind: MediaKind): void {
    const sending = this.#find(source, kind);
    if (sending === undefined) return;
    this.setTrack(source, kind, null);
    sending.source = null;
    sending.transceiver.direction = "inactive";
  }

  receivers(kind: MediaKind): number {
    return this.#receiving.filter((one) => one.receiver.track.kind === kind).length;
  }

  /** The track that the receive m-line `mid` brings. */
  track(mid: string): MediaStreamTrack | null {
    return this.#receiving.find((one) => one.mid === mid)?.receiver.track ?? null;
  }

  /** The source that the send m-line `mid` carries. */
  sourceOf(mid: string): Source | null {
    return this.#sending.find((one) => one.transceiver.mid === mid)?.source ?? null;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.peer.onconnectionstatechange = null;
    this.peer.close();
  }

  #find(source: Source, kind: MediaKind): Sending | undefined {
    return this.#sending.find((one) => one.source === source && one.kind === kind);
  }

  #send(local: LocalSource): void {
    const track = local.muted || local.lost ? null : local.track;
    const free = this.#sending.find((one) => one.source === null && one.kind === local.kind);
    if (free !== undefined) {
      free.source = local.source;
      free.transceiver.direction = "sendonly";
      this.setTrack(local.source, local.kind, track);
      return;
    }
    const transceiver = this.peer.addTransceiver(track ?? local.kind, {
      direction: "sendonly",
      sendEncodings: [encodingOf(local.source, local.kind)],
    });
    this.#sending.push({ source: local.source, kind: local.kind, transceiver, busy: Promise.resolve() });
  }

  #receive(kind: MediaKind): void {
    this.#receiving.push(this.peer.addTransceiver(kind, { direction: "recvonly" }));
  }

  async #offer(options: RTCOfferOptions): Promise<Offered> {
    const description = await this.peer.createOffer(options);
    await this.peer.setLocalDescription(description);
    const publications: OfferedPublication[] = [];
    for (const { source, transceiver } of this.#sending) {
      if (source !== null && transceiver.mid !== null) publications.push({ mid: transceiver.mid, source });
    }
    return { offer: description.sdp ?? "", publications };
  }

  /** Detail or motion; browsers that do not know it keep their own way. */
  async #tune(sending: Sending): Promise<void> {
    if (sending.source === null || sending.kind !== "video") return;
    const { sender } = sending.transceiver;
    const parameters: RTCRtpSendParameters & { degradationPreference?: string } = sender.getParameters();
    const wanted = profileOf(sending.source, sending.kind).degradation;
    if (parameters.encodings.length === 0 || parameters.degradationPreference === wanted) return;
    parameters.degradationPreference = wanted;
    const encoding = parameters.encodings[0];
    if (encoding !== undefined) Object.assign(encoding, encodingOf(sending.source, sending.kind));
    await sender.setParameters(parameters).catch(() => undefined);
  }

  #stateChanged(): void {
    const next = linkOf(this.peer.connectionState, this.#link);
    if (next === this.#link && !(next === "lost" && this.failed)) return;
    this.#link = next;
    this.#changed(next);
  }
}

function linkOf(state: RTCPeerConnectionState, before: MediaLink): MediaLink {
  switch (state) {
    case "connected":
      return "connected";
    case "disconnected":
    case "failed":
    case "closed":
      return "lost";
    default:
      return before === "connecting" ? "connecting" : "lost";
  }
}

function transportOf(sdp: string): string {
  const first = (line: string): string => new RegExp(`^a=${line}:(.*)$`, "m").exec(sdp)?.[1]?.trim() ?? "";
  return `${first("ice-ufrag")} ${first("fingerprint")}`;
}
