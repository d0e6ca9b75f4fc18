// How loud a microphone is, for a meter.

import { type Readable, Store } from "./store";

const EVERY = 60; // milliseconds: faster than an eye follows a bar

/** The loudness of samples between −1 and 1 as 0…1, on a scale that speech fills: −60 dB is silence, −10 dB is full. */
export function loudness(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const rms = Math.sqrt(sum / Math.max(1, samples.length));
  if (rms === 0) return 0;
  const decibels = 20 * Math.log10(rms);
  return Math.min(1, Math.max(0, (decibels + 60) / 50));
}

/** Measures a track until `close`. `heard` turns true at the first sound that may be speech, and stays. */
export class LevelMeter implements Readable<number> {
  readonly #level = new Store(0);
  readonly #context: AudioContext;
  readonly #source: MediaStreamAudioSourceNode;
  readonly #timer: ReturnType<typeof setInterval>;
  #heard = false;

  constructor(track: MediaStreamTrack) {
    this.#context = new AudioContext();
    this.#source = this.#context.createMediaStreamSource(new MediaStream([track]));
    const analyser = this.#context.createAnalyser();
    analyser.fftSize = 1024;
    this.#source.connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    this.#timer = setInterval(() => {
      // A context that was made before the first press sleeps until then.
      if (this.#context.state === "suspended") void this.#context.resume();
      analyser.getFloatTimeDomainData(samples);
      const level = loudness(samples);
      if (level > 0.35) this.#heard = true;
      this.#level.set(level);
    }, EVERY);
  }

  get heard(): boolean {
    return this.#heard;
  }

  readonly get = (): number => this.#level.get();
  readonly subscribe = (listener: () => void): (() => void) => this.#level.subscribe(listener);

  close(): void {
    clearInterval(this.#timer);
    this.#source.disconnect();
    void this.#context.close();
  }
}

/** Plays a short soft tone through an output device, so that the person hears whether it works. */
export async function playTone(output = ""): Promise<void> {
  const context = new AudioContext();
  try {
    if (output !== "" && "setSinkId" in context) await (context as AudioContext & { setSinkId(id: string): Promise<void> }).setSinkId(output);
    const tone = context.createOscillator();
    const volume = context.createGain();
    tone.frequency.value = 523;
    const now = context.currentTime;
    volume.gain.setValueAtTime(0, now);
    volume.gain.linearRampToValueAtTime(0.2, now + 0.05);
    volume.gain.linearRampToValueAtTime(0, now + 0.7);
    tone.connect(volume).connect(context.destination);
    tone.start(now);
    tone.stop(now + 0.75);
    await new Promise<void>((resolve) => {
      tone.onended = () => resolve();
    });
  } finally {
    await context.close();
  }
}
