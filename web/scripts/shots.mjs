// Takes a picture of every page in three sizes, two languages, light and dark, from a real server with its demo county,
// into ../shots. NARA_SHOTS_URL points at a server that runs already; otherwise ../bin/nara is started for it.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "@playwright/test";

const folder = fileURLToPath(new URL("../../shots/", import.meta.url));
const binary = fileURLToPath(new URL("../../bin/nara", import.meta.url));
const sizes = [
  { width: 360, height: 800 },
  { width: 820, height: 1180 },
  { width: 1440, height: 900 },
];
const walks = [
  { language: "sv", scheme: "light", patient: "gun-britt" },
  { language: "sv", scheme: "dark", patient: "gun-britt" },
  { language: "fi", scheme: "light", patient: "aino" },
  { language: "fi", scheme: "dark", patient: "aino" },
];

const server = process.env.NARA_SHOTS_URL ? { url: process.env.NARA_SHOTS_URL, stop: () => undefined } : await startServer();
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", "--autoplay-policy=no-user-gesture-required", ...(process.getuid?.() === 0 ? ["--no-sandbox"] : [])],
});
let taken = 0;
const wide = [];
try {
  mkdirSync(folder, { recursive: true });
  for (const walk of walks) await takeWalk(walk);
} finally {
  await browser.close();
  await server.stop();
}
console.log(`${taken} pictures in shots/`);
if (wide.length > 0) {
  console.error(`These pages scroll sideways:\n  ${wide.join("\n  ")}`);
  process.exitCode = 1;
}

/** One person's way through the service, with everyone they meet, in one language and one scheme. */
async function takeWalk({ language, scheme, patient }) {
  const open = async (account) => {
    const context = await browser.newContext({ baseURL: server.url, colorScheme: scheme, permissions: ["camera", "microphone"], reducedMotion: "reduce" });
    await context.addInitScript((code) => localStorage.setItem("nara.language", code), language);
    const page = await context.newPage();
    if (account) {
      await page.goto("/sign-in");
      await api(page, "POST", "/v1/demo/sign-in", { account });
    }
    return page;
  };
  const shoot = async (page, name, { fullPage = true } = {}) => {
    for (const size of sizes) {
      await page.setViewportSize(size);
      await page.waitForTimeout(150);
      if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)) wide.push(`${name} at ${size.width} in ${language}`);
      await page.screenshot({ path: `${folder}${name}.${language}.${scheme}.${size.width}.png`, fullPage });
      taken++;
    }
  };
  const visit = async (page, path, name, options) => {
    await page.goto(path);
    await page.waitForLoadState("networkidle");
    await shoot(page, name, options);
  };

  const stranger = await open();
  await visit(stranger, "/", "01-start");
  await visit(stranger, "/sign-in", "02-sign-in");
  await visit(stranger, "/nowhere", "03-not-found");

  const person = await open(patient);
  await visit(person, "/find?service=lakare", "04-find");
  await person.locator(".offer").first().click();
  await shoot(person, "05-find-chosen", { fullPage: false });
  const { booked, hold } = await book(person);
  await visit(person, `/confirm/${hold}`, "06-confirm");
  await visit(person, "/", "07-start-signed-in");
  await person.evaluate(([id, link]) => sessionStorage.setItem(`nara.link.${id}`, link), [booked.id, booked.link]);
  await visit(person, `/visit/${booked.id}`, "08-visit");
  await visit(person, `/visit/${booked.id}/check`, "09-check");

  await visit(stranger, `/v#${booked.link.split("#")[1]}`, "10-link");
  await visit(await open(), "/v#not-a-link", "11-link-unknown");

  await person.goto(`/visit/${booked.id}/call`);
  await person.locator(".selfcard").waitFor();
  await person.waitForTimeout(1500);
  await shoot(person, "12-waiting");

  const physician = await open("jonas");
  await visit(physician, "/day", "20-day");
  await physician.goto(`/staff/visit/${booked.id}`);
  await physician.waitForLoadState("networkidle");
  await physician.waitForTimeout(1500);
  await shoot(physician, "21-visit-waiting", { fullPage: false });
  await physician.getByRole("button", { name: /Släpp in|Päästä|Let in/ }).first().click();
  await person.locator(".call__main video").waitFor();
  await person.waitForTimeout(2000);
  await shoot(person, "13-call", { fullPage: false });
  await shoot(physician, "22-visit", { fullPage: false });
  await person.locator(".control").nth(2).click();
  await shoot(person, "14-call-text", { fullPage: false });
  await person.locator(".control--leave").click();
  await person.locator(".dialog .button--danger").waitFor();
  await shoot(person, "15-call-leave", { fullPage: false });
  await person.locator(".dialog .button--danger").click();
  await person.locator(".path").waitFor();
  await shoot(person, "16-ended");

  const nurse = await open("eva");
  await visit(nurse, "/sites/narpes-halsostation", "23-site");
  const day = await api(nurse, "GET", "/v1/sites/narpes-halsostation/day");
  const hosted = day.rooms.flatMap((room) => room.visits).find((one) => one.appointment.modality === "hosted" && one.state !== "cancelled" && one.state !== "finished");
  if (hosted) {
    await nurse.goto(`/staff/room/${hosted.id}`);
    await nurse.waitForTimeout(2500);
    await shoot(nurse, "24-console", { fullPage: false });
  }
  await api(person, "POST", `/v1/appointments/${booked.id}/cancel`, {}).catch(() => undefined); // a finished visit cannot be
  for (const page of [stranger, person, physician, nurse]) await page.context().close();
}

/** A video visit with Jonas for the pictures of the visit, and a time kept for those of the confirmation. */
async function book(page) {
  const { slots } = await api(page, "GET", "/v1/slots?service=lakare&modality=video&limit=200");
  const times = slots.filter((slot) => slot.practitioner.name === "Jonas Nyman");
  let booked;
  for (const slot of times) {
    const kept = await api(page, "POST", "/v1/holds", holdOf(slot)).catch(() => undefined);
    if (!kept) continue;
    if (booked) return { booked, hold: kept.id };
    booked = await api(page, "POST", "/v1/appointments", { hold: kept.id }).catch(() => undefined);
  }
  throw new Error("no two times left with Jonas Nyman");
}

function holdOf({ service, start, modality, practitioner, language }) {
  return { service, start, modality, practitioner: practitioner.id, language };
}

async function api(page, method, path, body) {
  return page.evaluate(
    async ([how, where, what]) => {
      const answer = await fetch(where, {
        method: how,
        headers: { "Idempotency-Key": crypto.randomUUID(), ...(what && { "Content-Type": "application/json" }) },
        ...(what && { body: JSON.stringify(what) }),
      });
      if (!answer.ok) throw new Error(`${how} ${where}: ${answer.status} ${await answer.text()}`);
      return answer.status === 204 ? undefined : answer.json();
    },
    [method, path, body],
  );
}

async function startServer() {
  const data = mkdtempSync(join(tmpdir(), "nara-shots-"));
  const [web, admin, media] = [await freePort(), await freePort(), await freePort()];
  const child = spawn(binary, ["serve", "--demo", "--data-dir", join(data, "data"), "--listen", `127.0.0.1:${web}`, "--admin-listen", `127.0.0.1:${admin}`, "--media-listen", `127.0.0.1:${media}`], { stdio: ["ignore", "ignore", "inherit"] });
  const until = Date.now() + 60_000;
  while (!(await fetch(`http://127.0.0.1:${admin}/readyz`).catch(() => undefined))?.ok) {
    if (child.exitCode !== null || Date.now() > until) throw new Error("the server did not start");
    await new Promise((done) => setTimeout(done, 200));
  }
  return {
    url: `http://localhost:${web}`,
    stop: async () => {
      const ended = new Promise((done) => child.once("exit", done));
      child.kill("SIGTERM");
      await ended;
      rmSync(data, { recursive: true, force: true });
    },
  };
}

function freePort() {
  return new Promise((done, fail) => {
    const probe = createServer().on("error", fail).listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => done(port));
    });
  });
}
