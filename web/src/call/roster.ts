// Who is in the room and what they publish, kept from the server's messages. `joined` replaces everything.

import type {
  Answer,
  Assignment,
  Joined,
  MediaKind,
  Participant,
  Publication,
  ServerMessage,
  Source,
  VisitObject,
} from "../signaling/messages";

export class Roster {
  #me: Participant | null = null;
  #others = new Map<string, Participant>();
  #publications = new Map<string, Publication>();
  #assigned = new Map<string, string>(); // mid → publication id
  #visit: VisitObject | null = null;
  #list: readonly Participant[] = [];

  get me(): Participant | null {
    return this.#me;
  }

  /** The others in order of arrival; the same list until one of them changes. */
  get others(): readonly Participant[] {
    return this.#list;
  }

  get visit(): VisitObject | null {
    return this.#visit;
  }

  /** Every publication of the others, in order of arrival. */
  get publications(): readonly Publication[] {
    return [...this.#publications.values()].filter((one) => one.participant !== this.#me?.id);
  }

  participant(id: string): Participant | null {
    return this.#me?.id === id ? this.#me : (this.#others.get(id) ?? null);
  }

  publicationsOfOthers(kind: MediaKind): number {
    return this.publications.filter((one) => one.kind === kind).length;
  }

  /** Our own publication of a source, as the server knows it. */
  own(source: Source, kind: MediaKind): Publication | null {
    for (const one of this.#publications.values()) {
      if (one.participant === this.#me?.id && one.source === source && one.kind === kind) return one;
    }
    return null;
  }

  /** What the receive m-line carries. */
  assigned(mid: string): Publication | null {
    const id = this.#assigned.get(mid);
    return id === undefined ? null : (this.#publications.get(id) ?? null);
  }

  /** The receive m-line that carries the publication. */
  midOf(publication: string): string | null {
    for (const [mid, id] of this.#assigned) {
      if (id === publication) return mid;
    }
    return null;
  }

  joined(message: Joined): void {
    this.#me = message.you;
    this.#others = new Map(message.participants.filter((one) => one.id !== message.you.id).map((one) => [one.id, one]));
    this.#publications = new Map(message.publications.map((one) => [one.id, one]));
    this.#assigned = new Map();
    this.#assign(message.assignments);
    if (message.visit !== undefined) this.#visit = message.visit;
    this.#relist();
  }

  /** The answer to an offer of ours: its `publications` are the whole of our own. */
  answered(message: Answer): void {
    for (const [id, one] of this.#publications) {
      if (one.participant === this.#me?.id) this.#publications.delete(id);
    }
    for (const one of message.publications) this.#publications.set(one.id, one);
    this.#assign(message.assignments);
  }

  markMuted(id: string, muted: boolean): void {
    const publication = this.#publications.get(id);
    if (publication !== undefined) this.#publications.set(id, { ...publication, muted });
  }

  apply(message: ServerMessage): void {
    switch (message.type) {
      case "participantJoined":
      case "participantChanged":
        if (message.participant.id === this.#me?.id) this.#me = message.participant;
        else this.#others.set(message.participant.id, message.participant);
        this.#relist();
        return;
      case "participantLeft":
        if (!this.#others.delete(message.participant)) return;
        for (const [id, one] of this.#publications) {
          if (one.participant === message.participant) this.#remove(id);
        }
        this.#relist();
        return;
      case "publicationAdded":
      case "publicationChanged":
        this.#publications.set(message.publication.id, message.publication);
        return;
      case "publicationRemoved":
        this.#remove(message.publication);
        return;
      case "assign":
        this.#assign(message.assignments);
        return;
      case "visit":
        this.#visit = message.visit;
        return;
      case "joined":
      case "answer":
      case "chat":
      case "error":
      case "pong":
        return; // not the roster's
    }
  }

  #assign(assignments: readonly Assignment[]): void {
    for (const { mid, publication } of assignments) {
      if (publication === null) this.#assigned.delete(mid);
      else this.#assigned.set(mid, publication);
    }
  }

  #remove(id: string): void {
    this.#publications.delete(id);
    for (const [mid, publication] of this.#assigned) {
      if (publication === id) this.#assigned.delete(mid);
    }
  }

  #relist(): void {
    this.#list = [...this.#others.values()];
  }
}
