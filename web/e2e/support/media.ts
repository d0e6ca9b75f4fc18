import { expect, type Locator, type Page } from "@playwright/test";

interface Seen {
  frames: number;
  width: number;
  height: number;
  /** A small picture of it, to tell whether it moves. */
  pixels: number[];
}

const look = (video: Locator): Promise<Seen> =>
  video.evaluate((element) => {
    const picture = element as HTMLVideoElement;
    const canvas = document.createElement("canvas");
    canvas.width = 32;
    canvas.height = 18;
    const context = canvas.getContext("2d");
    context?.drawImage(picture, 0, 0, 32, 18);
    return {
      frames: picture.getVideoPlaybackQuality().totalVideoFrames,
      width: picture.videoWidth,
      height: picture.videoHeight,
      pixels: [...(context?.getImageData(0, 0, 32, 18).data ?? [])],
    };
  });

/** Proves that decoded frames arrive and that they change. */
export async function expectMovingPicture(video: Locator): Promise<void> {
  await expect(video).toBeVisible();
  await expect.poll(async () => (await look(video)).frames, { message: "decoded frames" }).toBeGreaterThan(2);
  const first = await look(video);
  await expect.poll(async () => (await look(video)).frames, { message: "more frames" }).toBeGreaterThan(first.frames + 5);
  await expect
    .poll(async () => (await look(video)).pixels.reduce((sum, value, n) => sum + Math.abs(value - (first.pixels[n] ?? 0)), 0), { message: "the picture changes" })
    .toBeGreaterThan(200);
}

/** Waits until the decoded picture has this size. */
export async function expectPictureSize(video: Locator, width: number, height: number): Promise<void> {
  await expect
    .poll(
      async () => {
        const seen = await look(video);
        return `${seen.width} × ${seen.height}`;
      },
      { message: "resolution of the decoded picture", timeout: 20_000 },
    )
    .toBe(`${width} × ${height}`);
}

/** Proves that sound with energy is heard: the fake microphone beeps once a second. */
export async function expectSound(page: Page): Promise<void> {
  const sound = page.locator("audio").first();
  await expect(sound).toBeAttached();
  await expect
    .poll(
      () =>
        sound.evaluate(async (element) => {
          const stream = (element as HTMLAudioElement).srcObject;
          if (!(stream instanceof MediaStream) || stream.getAudioTracks().length === 0) return 0;
          const context = new AudioContext();
          const analyser = context.createAnalyser();
          context.createMediaStreamSource(stream).connect(analyser);
          const samples = new Float32Array(analyser.fftSize);
          let loudest = 0;
          const until = performance.now() + 1500;
          while (performance.now() < until) {
            analyser.getFloatTimeDomainData(samples);
            for (const sample of samples) loudest = Math.max(loudest, Math.abs(sample));
            await new Promise((done) => setTimeout(done, 30));
          }
          await context.close();
          return loudest;
        }),
      { message: "the loudest sample of what is heard", timeout: 20_000 },
    )
    .toBeGreaterThan(0.01);
}
