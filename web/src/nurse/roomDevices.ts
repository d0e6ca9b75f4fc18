// The devices of a site's room: which camera is the room's and which is for examining, which microphone, which
// loudspeaker. Remembered for each room on this computer; what is plugged in again comes back by itself.

import {
  browserDevices,
  type Device,
  type DeviceEnvironment,
  type DeviceFailure,
  DeviceList,
  deviceOf,
  type Devices,
  openCameraAndMicrophone,
  openDevice,
} from "../call/devices";
import { type Readable, Store } from "../call/store";
import { planOf, type Remembered, type RoomSource, ROOM_SOURCES } from "./roomPlan";

export type Slot =
  | { readonly kind: "none" }
  | { readonly kind: "opening"; readonly device: string }
  | { readonly kind: "open"; readonly device: string; readonly track: MediaStreamTrack }
  | { readonly kind: "failed"; readonly device: string; readonly failure: DeviceFailure };

export interface RoomDevicesState {
  readonly devices: Devices;
  readonly slots: Readonly<Record<RoomSource, Slot>>;
  /** The output device; "" is the system's own. */
  readonly speaker: string;
  /** A camera that was plugged in and has no use yet. */
  readonly found: Device | null;
  /** The first opening is over, whatever came of it. */
  readonly settled: boolean;
}

const NONE: Slot = { kind: "none" };

export class RoomDevices implements Readable<RoomDevicesState> {
  readonly #environment: DeviceEnvironment;
  readonly #key: string;
  readonly #storage: Pick<Storage, "getItem" | "setItem"> | null;
  readonly #list: DeviceList;
  readonly #store: Store<RoomDevicesState>;
  #remembered: Remembered;
  #known = new Set<string>();
  #run: Readonly<Record<RoomSource, number>> = { room: 0, exam: 0, microphone: 0 };
  #closed = false;
  #stop: (() => void) | null = null;

  constructor(room: string, environment: DeviceEnvironment = browserDevices(), storage: Pick<Storage, "getItem" | "setItem"> | null = own()) {
    this.#environment = environment;
    this.#key = `nara.room.${room}`;
    this.#storage = storage;
    this.#list = new DeviceList(environment);
    this.#remembered = recall(storage, this.#key);
    this.#store = new Store<RoomDevicesState>({
      devices: this.#list.get(),
      slots: { room: NONE, exam: NONE, microphone: NONE },
      speaker: this.#remembered.speaker ?? "",
      found: null,
      settled: false,
    });
  }

  readonly get = (): RoomDevicesState => this.#store.get();
  readonly subscribe = (listener: () => void): (() => void) => this.#store.subscribe(listener);

  /** Opens what the room has, as it was last time. */
  async start(): Promise<void> {
    let devices = await this.#list.refresh();
    const spare: MediaStreamTrack[] = [];
    let failures: Partial<Record<RoomSource, DeviceFailure>> = {};
    if (devices.cameras.length === 0 || devices.microphones.length === 0) {
      // Before the person has agreed, the browser names nothing.
      const both = await openCameraAndMicrophone({}, this.#environment);
      for (const opened of [both.camera, both.microphone]) if (opened.kind === "open") spare.push(opened.track);
      failures = {
        ...(both.camera.kind === "failed" && { room: both.camera.failure }),
        ...(both.microphone.kind === "failed" && { microphone: both.microphone.failure }),
      };
      devices = await this.#list.refresh();
    }
    if (this.#closed) {
      for (const track of spare) track.stop();
      return;
    }
    this.#set({ devices });
    this.#known = new Set(devices.cameras.map((one) => one.id));
    const plan = planOf(devices, this.#remembered);
    await Promise.all(
      ROOM_SOURCES.map(async (source) => {
        const device = plan[source];
        if (device === null) {
          const failure = failures[source];
          if (failure !== undefined) this.#slot(source, { kind: "failed", device: "", failure });
          return;
        }
        const track = spare.find((one) => one.readyState === "live" && deviceOf(one) === device);
        if (track === undefined) await this.#open(source, device);
        else {
          spare.splice(spare.indexOf(track), 1);
          this.#hold(source, device, track);
        }
      }),
    );
    for (const track of spare) track.stop();
    if (this.#closed) return;
    this.#set({ settled: true });
    this.#stop = this.#list.subscribe(() => this.#plugged());
    this.#list.start();
  }

  /** Uses a device for a source from now on, or none (""). The two cameras change places when it is the other's. */
  choose(source: RoomSource, device: string): void {
    const before = deviceIn(this.get().slots[source]);
    if (source !== "microphone" && device !== "") {
      const other: RoomSource = source === "room" ? "exam" : "room";
      if (deviceIn(this.get().slots[other]) === device) this.#use(other, before);
    }
    this.#use(source, device);
    this.#set({ found: this.get().found?.id === device ? null : this.get().found });
  }

  chooseSpeaker(device: string): void {
    this.#remember({ speaker: device });
    this.#set({ speaker: device });
  }

  /** Tries a device that failed once more. */
  retry(source: RoomSource): void {
    const slot = this.get().slots[source];
    if (slot.kind === "failed") void this.#open(source, slot.device);
  }

  /** Leaves the found camera without a use. */
  ignoreFound(): void {
    this.#set({ found: null });
  }

  close(): void {
    this.#closed = true;
    this.#stop?.();
    this.#list.stop();
    for (const source of ROOM_SOURCES) this.#release(source);
  }

  #use(source: RoomSource, device: string): void {
    const all = [...this.get().devices.cameras, ...this.get().devices.microphones];
    const label = all.find((one) => one.id === device)?.label ?? "";
    this.#remember({ [source]: { id: device, label } });
    if (device === "") {
      this.#release(source);
      this.#slot(source, NONE);
    } else void this.#open(source, device);
  }

  async #open(source: RoomSource, device: string): Promise<void> {
    this.#release(source);
    this.#run = { ...this.#run, [source]: this.#run[source] + 1 };
    const run = this.#run[source];
    this.#slot(source, { kind: "opening", device });
    const opened = await openDevice(source, device, this.#environment);
    if (this.#closed || run !== this.#run[source]) {
      if (opened.kind === "open") opened.track.stop();
      return;
    }
    if (opened.kind === "open") this.#hold(source, device === "" ? deviceOf(opened.track) : device, opened.track);
    else this.#slot(source, { kind: "failed", device, failure: opened.failure });
  }

  #hold(source: RoomSource, device: string, track: MediaStreamTrack): void {
    track.addEventListener("ended", () => {
      const slot = this.get().slots[source];
      if (slot.kind === "open" && slot.track === track) this.#slot(source, { kind: "failed", device, failure: "overconstrained" });
    });
    this.#slot(source, { kind: "open", device, track });
  }

  #release(source: RoomSource): void {
    const slot = this.get().slots[source];
    this.#run = { ...this.#run, [source]: this.#run[source] + 1 };
    if (slot.kind === "open") slot.track.stop();
  }

  /** Something was plugged in or pulled out. */
  #plugged(): void {
    if (this.#closed) return;
    const devices = this.#list.get();
    const { slots, found } = this.get();
    const there = (id: string): boolean => [...devices.cameras, ...devices.microphones].some((one) => one.id === id);
    const fresh = devices.cameras.filter((one) => !this.#known.has(one.id));
    this.#known = new Set(devices.cameras.map((one) => one.id));
    this.#set({ devices, found: found !== null && there(found.id) ? found : null });
    const plan = planOf(devices, this.#remembered);
    for (const source of ROOM_SOURCES) {
      const slot = slots[source];
      if (slot.kind === "failed" && slot.device !== "" && there(slot.device)) void this.#open(source, slot.device);
      else if (slot.kind === "none") {
        const device = plan[source];
        const known = this.#remembered[source];
        if (device !== null && known !== undefined && known.id !== "") void this.#open(source, device);
      }
    }
    const used = new Set(Object.values(this.get().slots).map(deviceIn));
    const unused = fresh.find((one) => !used.has(one.id));
    if (unused !== undefined) this.#set({ found: unused });
  }

  #slot(source: RoomSource, slot: Slot): void {
    this.#set({ slots: { ...this.get().slots, [source]: slot } });
  }

  #set(change: Partial<RoomDevicesState>): void {
    this.#store.set({ ...this.get(), ...change });
  }

  #remember(change: Remembered): void {
    this.#remembered = { ...this.#remembered, ...change };
    try {
      this.#storage?.setItem(this.#key, JSON.stringify(this.#remembered));
    } catch {
      // A browser that forbids storage asks again next time.
    }
  }
}

export function deviceIn(slot: Slot): string {
  return slot.kind === "none" ? "" : slot.device;
}

function own(): Storage | null {
  try {
    return globalThis.localStorage;
  } catch {
    return null;
  }
}

function recall(storage: Pick<Storage, "getItem"> | null, key: string): Remembered {
  try {
    const value: unknown = JSON.parse(storage?.getItem(key) ?? "{}");
    if (typeof value !== "object" || value === null) return {};
    const of = value as Record<string, unknown>;
    const device = (name: string): Device | undefined => {
      const one = of[name];
      if (typeof one !== "object" || one === null || !("id" in one) || !("label" in one)) return undefined;
      return typeof one.id === "string" && typeof one.label === "string" ? { id: one.id, label: one.label } : undefined;
    };
    const [room, exam, microphone] = [device("room"), device("exam"), device("microphone")];
    return {
      ...(room !== undefined && { room }),
      ...(exam !== undefined && { exam }),
      ...(microphone !== undefined && { microphone }),
      ...(typeof of["speaker"] === "string" && { speaker: of["speaker"] }),
    };
  } catch {
    return {};
  }
}
