// A short melody of four soft notes, so that one knows it is a test and not a fault.
const notes = [523.25, 659.25, 783.99, 1046.5];
const length = 0.28;

interface Routable extends AudioContext {
  setSinkId(id: string): Promise<void>;
}

/** Plays the melody on a loudspeaker ("" is the system's); resolves when it is over. */
export async function playMelody(speaker: string): Promise<void> {
  const context = new AudioContext();
  try {
    if (speaker !== "" && "setSinkId" in context) await (context as Routable).setSinkId(speaker).catch(() => undefined);
    await context.resume();
    const start = context.currentTime + 0.05;
    notes.forEach((frequency, index) => {
      const at = start + index * length;
      const tone = context.createOscillator();
      const volume = context.createGain();
      tone.frequency.value = frequency;
      volume.gain.setValueAtTime(0, at);
      volume.gain.linearRampToValueAtTime(0.22, at + 0.03);
      volume.gain.exponentialRampToValueAtTime(0.001, at + length * 1.6);
      tone.connect(volume).connect(context.destination);
      tone.start(at);
      tone.stop(at + length * 1.7);
    });
    await new Promise((resolve) => setTimeout(resolve, (notes.length * length + 0.6) * 1000));
  } finally {
    await context.close();
  }
}
