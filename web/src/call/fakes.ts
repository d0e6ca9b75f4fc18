// A browser for tests: peer connections, tracks and streams that do what the test says.

import type { Environment } from "./environment";
import { FakeSocket } from "../signaling/fakes";

export class FakeTrack extends EventTarget {
  readonly id: string;
  readonly kind: "audio" | "video";
  enabled = true;
  contentHint = "";
  readyState: MediaStreamTrackState = "live";

  constructor(kind: "audio" | "video", id: string) {
    super();
    this.kind = kind;
    this.id = id;
  }

  /** The device is unplugged. */
  ends(): void {
    this.readyState = "ended";
    this.dispatchEvent(new Event("ended"));
  }

  get real(): MediaStreamTrack {
    return this as unknown as MediaStreamTrack;
  }
}

export class FakeStream {
  #tracks: MediaStreamTrack[] = [];
  addTrack(track: MediaStreamTrack): void {
    if (!this.#tracks.includes(track)) this.#tracks.push(track);
  }
  removeTrack(track: MediaStreamTrack): void {
    this.#tracks = this.#tracks.filter((one) => one !== track);
  }
  getTracks(): MediaStreamTrack[] {
    return [...this.#tracks];
  }
  getVideoTracks(): MediaStreamTrack[] {
    return this.#tracks.filter((track) => track.kind === "video");
  }
  getAudioTracks(): MediaStreamTrack[] {
    return this.#tracks.filter((track) => track.kind === "audio");
  }
}

export class FakeTransceiver {
  mid: string | null = null;
  direction: RTCRtpTransceiverDirection;
  readonly kind: string;
  readonly encodings: RTCRtpEncodingParameters[];
  readonly receiver: { readonly track: MediaStreamTrack };
  track: MediaStreamTrack | null;
  parameters: Record<string, unknown> | null = null;

  constructor(kind: "audio" | "video", track: MediaStreamTrack | null, init: RTCRtpTransceiverInit, id: string) {
    this.kind = kind;
    this.track = track;
    this.direction = init.direction ?? "sendrecv";
    this.encodings = init.sendEncodings ?? [];
    this.receiver = { track: new FakeTrack(kind, id).real };
  }

  readonly sender = {
    replaceTrack: (track: MediaStreamTrack | null): Promise<void> => {
      this.track = track;
      return Promise.resolve();
    },
    getParameters: () => ({ encodings: this.encodings.map((one) => ({ ...one })) }),
    setParameters: (parameters: Record<string, unknown>): Promise<void> => {
      this.parameters = parameters;
      return Promise.resolve();
    },
  };
}

export class FakePeer {
  readonly name: string;
  readonly transceivers: FakeTransceiver[] = [];
  readonly answers: string[] = [];
  readonly offers: RTCOfferOptions[] = [];
  connectionState: RTCPeerConnectionState = "new";
  signalingState: RTCSignalingState = "stable";
  onconnectionstatechange: (() => void) | null = null;
  stats: RTCStats[] = [];
  currentRemoteDescription: { readonly sdp: string } | null = null;
  #mid = 0;

  constructor(name: string) {
    this.name = name;
  }

  addTransceiver(trackOrKind: MediaStreamTrack | string, init: RTCRtpTransceiverInit): FakeTransceiver {
    const track = typeof trackOrKind === "string" ? null : trackOrKind;
    const kind = (track?.kind ?? trackOrKind) === "audio" ? "audio" : "video";
    const transceiver = new FakeTransceiver(kind, track, init, `${this.name}-in-${this.transceivers.length}`);
    this.transceivers.push(transceiver);
    return transceiver;
  }

  createOffer(options: RTCOfferOptions): Promise<RTCSessionDescriptionInit> {
    this.offers.push(options);
    return Promise.resolve({ type: "offer", sdp: `${this.name} offer ${this.offers.length}` });
  }

  setLocalDescription(description: RTCSessionDescriptionInit): Promise<void> {
    if (description.type === "rollback") {
      this.signalingState = "stable";
      return Promise.resolve();
    }
    if (this.signalingState !== "stable") return Promise.reject(new Error("two offers at once"));
    this.signalingState = "have-local-offer";
    for (const transceiver of this.transceivers) transceiver.mid ??= String(this.#mid++);
    return Promise.resolve();
  }

  setRemoteDescription(description: RTCSessionDescriptionInit): Promise<void> {
    if (this.signalingState !== "have-local-offer") return Promise.reject(new Error("an answer to nothing"));
    this.signalingState = "stable";
    this.answers.push(description.sdp ?? "");
    this.currentRemoteDescription = { sdp: description.sdp ?? "" };
    return Promise.resolve();
  }

  getStats(): Promise<RTCStatsReport> {
    return Promise.resolve(new Map(this.stats.map((one) => [one.id, one])) as unknown as RTCStatsReport);
  }

  close(): void {
    this.connectionState = "closed";
  }

  becomes(state: RTCPeerConnectionState): void {
    this.connectionState = state;
    this.onconnectionstatechange?.();
  }

  /** The m-lines as `audio>` (sent) and `<audio` (received), in order. */
  get lines(): string[] {
    return this.transceivers.map(({ kind, direction }) => (direction === "sendonly" ? `${kind}>` : direction === "recvonly" ? `<${kind}` : `${kind}-`));
  }
}

export interface FakeBrowser {
  readonly environment: Environment;
  readonly peers: FakePeer[];
  readonly sockets: FakeSocket[];
  changesNetwork(): void;
  supported: boolean;
}

export function fakeBrowser(): FakeBrowser {
  let network: (() => void) | null = null;
  const browser: FakeBrowser = {
    peers: [],
    sockets: [],
    supported: true,
    changesNetwork: () => network?.(),
    environment: {
      supported: () => browser.supported,
      peer: () => {
        const peer = new FakePeer(`peer-${browser.peers.length + 1}`);
        browser.peers.push(peer);
        return peer as unknown as RTCPeerConnection;
      },
      mediaStream: () => new FakeStream() as unknown as MediaStream,
      socket: (url, protocol) => {
        const socket = new FakeSocket(url, protocol);
        browser.sockets.push(socket);
        return socket;
      },
      address: (url) => `ws://here${url}`,
      network: (changed) => {
        network = changed;
        return () => {
          network = null;
        };
      },
    },
  };
  return browser;
}
