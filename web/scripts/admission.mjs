// Measures admission → first decoded frame, on both sides, in a real Chromium against a running demo server:
//
//   bin/nara serve --demo &
//   node web/scripts/admission.mjs [--url http://localhost:8080] [--times 20]
//
// A patient waits, connected; the physician presses "admit"; each page notes when the first frame of the other is
// presented. Both pages are in one browser, so one clock times both. Prints one JSON line.
import { parseArgs } from "node:util";
import { chromium } from "@playwright/test";

const { values } = parseArgs({ options: { url: { type: "string", default: "http://localhost:8080" }, times: { type: "string", default: "20" } } });
const times = Number(values.times);

const browser = await chromium.launch({
  executablePath: process.env.NARA_CHROMIUM ?? "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream=fps=30",
  ],
});

/** Notes when the first frame of any received picture is presented, and when "admit" is pressed. */
function watch() {
  const now = () => performance.timeOrigin + performance.now();
  window.firstFrame = undefined;
  const Native = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Native {
    constructor(...settings) {
      super(...settings);
      this.addEventListener("track", ({ track }) => {
        if (track.kind !== "video") return;
        const video = document.createElement("video");
        Object.assign(video, { muted: true, autoplay: true, srcObject: new MediaStream([track]) });
        video.style.cssText = "position:fixed;inset:0 auto auto 0;width:2px;height:2px";
        video.requestVideoFrameCallback(() => (window.firstFrame ??= now()));
        document.body.append(video);
      });
    }
  };
  addEventListener("click", () => (window.pressed = now()), true);
}

async function person(account) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, locale: "en-FI", permissions: ["camera", "microphone"] });
  const page = await context.newPage();
  await page.addInitScript(watch);
  await page.goto(`${values.url}/sign-in`);
  await page.evaluate(
    (who) => fetch("/v1/demo/sign-in", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ account: who }) }),
    account,
  );
  return page;
}

const patient = await person("gun-britt");
const physician = await person("anna");
const visit = await patient.evaluate(async () => {
  const { appointments } = await (await fetch("/v1/appointments")).json();
  return appointments.filter((one) => one.modality === "video" && one.practitioner.name === "Anna Holm" && ["booked", "arrived"].includes(one.status)).sort((a, b) => a.start.localeCompare(b.start))[0].id;
});

const heard = { patient: [], physician: [] };
for (let round = 0; round < times; round++) {
  await patient.goto(`${values.url}/visit/${visit}/call`);
  await patient.locator(".badge--ready").nth(2).waitFor(); // connected
  await physician.goto(`${values.url}/staff/visit/${visit}`);
  const admit = physician.locator(".admit button");
  await admit.waitFor();
  await physician.evaluate(() => new Promise((done) => setTimeout(done, 1000))); // its own connection is up, its camera runs
  await admit.click();
  const pressed = await physician.evaluate(() => window.pressed);
  const first = async (page) => (await (await page.waitForFunction(() => window.firstFrame, undefined, { polling: 20, timeout: 20_000 })).jsonValue()) - pressed;
  heard.patient.push(await first(patient));
  heard.physician.push(await first(physician));
  await patient.locator(".control--leave").click();
  await patient.getByRole("dialog").locator(".button--danger").click();
  await patient.locator("main.narrowpage h1").waitFor();
}
await browser.close();

const at = (list, share) => Math.round([...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.ceil(share * list.length) - 1)]);
const both = heard.patient.map((one, n) => Math.max(one, heard.physician[n]));
console.log(
  JSON.stringify({
    admissions: times,
    patient_p50_ms: at(heard.patient, 0.5),
    patient_p95_ms: at(heard.patient, 0.95),
    physician_p50_ms: at(heard.physician, 0.5),
    physician_p95_ms: at(heard.physician, 0.95),
    both_p50_ms: at(both, 0.5),
    both_p95_ms: at(both, 0.95),
  }),
);
