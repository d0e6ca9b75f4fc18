// How the call goes, in three words each way, from the browser's statistics.

import type { Source } from "../signaling/messages";
import { type Grade, NO_QUALITY, type PictureFigures, type Quality } from "./state";
import { type Readable, Store } from "./store";

const EVERY = 1_000;
const SMALL = 300; // lines of a picture that looks poor on a screen

/** What one reading keeps for the next. */
export interface Totals {
  readonly at: number;
  readonly received: number;
  readonly lost: number;
  readonly freezes: number;
}

export interface Reading {
  readonly quality: Quality;
  readonly totals: Totals;
}

interface Inbound extends RTCInboundRtpStreamStats {
  readonly freezeCount?: number;
}

interface RemoteInbound extends RTCStats {
  readonly fractionLost?: number;
  readonly roundTripTime?: number;
}

/** One reading of the statistics. Pure; `before` is the reading a second ago. */
export function read(
  report: Iterable<RTCStats>,
  before: Totals | null,
  now: number,
  keyOf: (mid: string) => string | null,
  sourceOf: (mid: string) => Source | null,
): Reading {
  let received = 0;
  let lost = 0;
  let freezes = 0;
  let upLoss: number | null = null;
  let rtt: number | null = null;
  let limited = false;
  let sending = 0;
  const pictures: Record<string, PictureFigures> = {};
  const sent: Partial<Record<Source, PictureFigures>> = {};
  for (const stats of report) {
    if (stats.type === "inbound-rtp") {
      const inbound = stats as Inbound;
      received += inbound.packetsReceived ?? 0;
      lost += Math.max(0, inbound.packetsLost ?? 0);
      freezes += inbound.freezeCount ?? 0;
      const key = inbound.kind === "video" && inbound.mid !== undefined ? keyOf(inbound.mid) : null;
      if (key !== null && (inbound.framesDecoded ?? 0) > 0) pictures[key] = figures(inbound.framesDecoded, inbound);
    } else if (stats.type === "outbound-rtp") {
      const outbound = stats as RTCOutboundRtpStreamStats & { readonly mid?: string; readonly qualityLimitationReason?: string };
      sending += outbound.packetsSent ?? 0;
      if (outbound.kind !== "video") continue;
      // The browser calls itself limited long before anybody would see it.
      if (outbound.qualityLimitationReason === "bandwidth" && (outbound.frameHeight ?? 0) < SMALL) limited = true;
      const source = outbound.mid === undefined ? null : sourceOf(outbound.mid);
      if (source !== null && (outbound.framesEncoded ?? 0) > 0) sent[source] = figures(outbound.framesEncoded, outbound);
    } else if (stats.type === "remote-inbound-rtp") {
      const remote = stats as RemoteInbound;
      upLoss = Math.max(upLoss ?? 0, remote.fractionLost ?? 0);
      if (remote.roundTripTime !== undefined) rtt = Math.round(Math.max(rtt ?? 0, remote.roundTripTime * 1000));
    } else if (stats.type === "candidate-pair") {
      const pair = stats as RTCIceCandidatePairStats;
      if (rtt === null && pair.nominated && pair.currentRoundTripTime !== undefined) rtt = Math.round(pair.currentRoundTripTime * 1000);
    }
  }
  const totals: Totals = { at: now, received, lost, freezes };
  const down = gradeDown(totals, before, rtt);
  const up: Grade = sending === 0 ? "none" : grade(upLoss ?? 0, rtt, limited);
  return { quality: { up, down, rtt, pictures, sent }, totals };
}

function gradeDown(now: Totals, before: Totals | null, rtt: number | null): Grade {
  if (now.received === 0) return "none";
  const received = now.received - (before?.received ?? 0);
  const lost = Math.max(0, now.lost - (before?.lost ?? 0));
  if (before !== null && received <= 0 && lost === 0) return "none";
  const froze = before !== null && now.freezes > before.freezes;
  return grade(lost / Math.max(1, received + lost), rtt, froze);
}

function grade(loss: number, rtt: number | null, strained: boolean): Grade {
  if (loss > 0.1 || (rtt !== null && rtt > 800)) return "poor";
  if (loss > 0.03 || (rtt !== null && rtt > 350) || strained) return "fair";
  return "good";
}

function figures(
  frames: number | undefined,
  of: { readonly framesPerSecond?: number; readonly frameWidth?: number; readonly frameHeight?: number },
): PictureFigures {
  return {
    frames: frames ?? 0,
    fps: Math.round(of.framesPerSecond ?? 0),
    width: of.frameWidth ?? 0,
    height: of.frameHeight ?? 0,
  };
}

/** Reads the statistics each second while it runs. */
export class QualityProbe {
  readonly #peer: () => RTCPeerConnection | null;
  readonly #keyOf: (mid: string) => string | null;
  readonly #sourceOf: (mid: string) => Source | null;
  readonly #quality = new Store<Quality>(NO_QUALITY);
  #timer: ReturnType<typeof setInterval> | undefined;
  #of: RTCPeerConnection | null = null;
  #before: Totals | null = null;

  constructor(
    peer: () => RTCPeerConnection | null,
    keyOf: (mid: string) => string | null,
    sourceOf: (mid: string) => Source | null,
  ) {
    this.#peer = peer;
    this.#keyOf = keyOf;
    this.#sourceOf = sourceOf;
  }

  get quality(): Readable<Quality> {
    return this.#quality;
  }

  start(): void {
    clearInterval(this.#timer);
    this.#timer = setInterval(() => void this.#tick(), EVERY);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#quality.set(NO_QUALITY);
  }

  async #tick(): Promise<void> {
    const peer = this.#peer();
    if (peer === null || peer.connectionState === "closed") return;
    if (peer !== this.#of) {
      this.#of = peer;
      this.#before = null;
    }
    const report = await peer.getStats().catch(() => null);
    if (report === null || peer !== this.#of) return;
    const list: RTCStats[] = [];
    report.forEach((stats: RTCStats) => list.push(stats));
    const { quality, totals } = read(list, this.#before, Date.now(), this.#keyOf, this.#sourceOf);
    this.#before = totals;
    this.#quality.set(quality);
  }
}
