// What we send, whatever the connection is doing. The tracks belong to the page; a mute is kept over reconnections.

import type { MediaKind, Source } from "../signaling/messages";
import { profileOf } from "./sources";
import type { LocalSource } from "./state";

export class Locals {
  readonly #changed: () => void;
  readonly #watched = new Map<string, { readonly track: MediaStreamTrack; readonly ended: () => void }>();
  #list: readonly LocalSource[] = [];

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  all(): readonly LocalSource[] {
    return this.#list;
  }

  get(source: Source, kind: MediaKind): LocalSource | null {
    return this.#list.find((local) => local.source === source && local.kind === kind) ?? null;
  }

  /** What the m-lines carry: everything published, a muted one as an empty sender. */
  sending(): readonly LocalSource[] {
    return this.#list;
  }

  /** The track to put into the sender: none while muted or lost. */
  sent(source: Source, kind: MediaKind): MediaStreamTrack | null {
    const local = this.get(source, kind);
    return local === null || local.muted || local.lost ? null : local.track;
  }

  set(source: Source, track: MediaStreamTrack, muted: boolean): void {
    const kind: MediaKind = track.kind === "audio" ? "audio" : "video";
    this.#unwatch(source, kind);
    const ended = (): void => this.#replace(source, kind, (local) => (local.track === track ? { ...local, lost: true } : local));
    track.addEventListener("ended", ended);
    this.#watched.set(key(source, kind), { track, ended });
    if ("contentHint" in track) track.contentHint = profileOf(source, kind).hint;
    track.enabled = !muted;
    const local: LocalSource = { source, kind, track, muted, lost: track.readyState === "ended" };
    const there = this.#list.some((one) => one.source === source && one.kind === kind);
    this.#list = there
      ? this.#list.map((one) => (one.source === source && one.kind === kind ? local : one))
      : [...this.#list, local];
  }

  mute(source: Source, kind: MediaKind, muted: boolean): void {
    this.#replace(source, kind, (local) => {
      local.track.enabled = !muted;
      return { ...local, muted };
    });
  }

  remove(source: Source, kind: MediaKind): void {
    this.#unwatch(source, kind);
    this.#list = this.#list.filter((local) => local.source !== source || local.kind !== kind);
  }

  close(): void {
    for (const local of this.#list) this.#unwatch(local.source, local.kind);
  }

  #replace(source: Source, kind: MediaKind, change: (local: LocalSource) => LocalSource): void {
    this.#list = this.#list.map((local) => (local.source === source && local.kind === kind ? change(local) : local));
    this.#changed();
  }

  #unwatch(source: Source, kind: MediaKind): void {
    const watched = this.#watched.get(key(source, kind));
    watched?.track.removeEventListener("ended", watched.ended);
    this.#watched.delete(key(source, kind));
  }
}

function key(source: Source, kind: MediaKind): string {
  return `${source}/${kind}`;
}
