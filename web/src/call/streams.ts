// From publications and receivers to streams to show: one for each participant and source, the same object for as long
// as the source is published, with whatever tracks carry it now.

import type { MediaKind, Publication } from "../signaling/messages";
import type { Roster } from "./roster";
import type { RemoteSource } from "./state";

export class Streams {
  readonly #create: () => MediaStream;
  readonly #streams = new Map<string, MediaStream>();
  #last: readonly RemoteSource[] = [];

  constructor(create: () => MediaStream) {
    this.#create = create;
  }

  /** The remote sources of the roster now; the same list, and the same items, where nothing has changed. */
  sync(roster: Roster, trackOf: (mid: string) => MediaStreamTrack | null): readonly RemoteSource[] {
    const groups = new Map<string, { video: Publication | null; audio: Publication | null }>();
    for (const publication of roster.publications) {
      const key = `${publication.participant}/${publication.source}`;
      const group = groups.get(key) ?? { video: null, audio: null };
      group[publication.kind] = publication;
      groups.set(key, group);
    }
    const list: RemoteSource[] = [];
    for (const [key, { video, audio }] of groups) {
      const publication = video ?? audio;
      const participant = publication === null ? null : roster.participant(publication.participant);
      if (publication === null || participant === null) continue;
      const stream = this.#stream(key);
      const showing = this.#bind(stream, "video", video, roster, trackOf);
      const sounding = this.#bind(stream, "audio", audio, roster, trackOf);
      const item: RemoteSource = { key, participant, source: publication.source, stream, video, audio, showing, sounding };
      const before = this.#last.find((one) => one.key === key);
      list.push(before !== undefined && same(before, item) ? before : item);
    }
    for (const key of [...this.#streams.keys()]) {
      if (!groups.has(key)) this.#streams.delete(key);
    }
    const unchanged = list.length === this.#last.length && list.every((item, n) => item === this.#last[n]);
    if (!unchanged) this.#last = list;
    return this.#last;
  }

  #stream(key: string): MediaStream {
    const stream = this.#streams.get(key) ?? this.#create();
    this.#streams.set(key, stream);
    return stream;
  }

  /** Makes the stream's track of one kind the one that carries the publication; says whether it is to be seen or heard. */
  #bind(
    stream: MediaStream,
    kind: MediaKind,
    publication: Publication | null,
    roster: Roster,
    trackOf: (mid: string) => MediaStreamTrack | null,
  ): boolean {
    const mid = publication === null ? null : roster.midOf(publication.id);
    const track = mid === null ? null : trackOf(mid);
    const there = kind === "video" ? stream.getVideoTracks() : stream.getAudioTracks();
    // While a publication waits for a receiver, the track before it stays: it holds the last picture.
    if (track === null && publication !== null) return false;
    for (const old of there) {
      if (old !== track) stream.removeTrack(old);
    }
    if (track !== null && !there.includes(track)) stream.addTrack(track);
    return track !== null && publication !== null && !publication.muted;
  }
}

function same(a: RemoteSource, b: RemoteSource): boolean {
  return (
    a.participant === b.participant &&
    a.stream === b.stream &&
    a.video === b.video &&
    a.audio === b.audio &&
    a.showing === b.showing &&
    a.sounding === b.sounding
  );
}
