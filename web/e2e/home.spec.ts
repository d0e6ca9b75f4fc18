import { expectMovingPicture, expectSound } from "./support/media";
import { expect, test } from "./support/people";
import { sql, url } from "./support/server";

interface Slots {
  slots: { start: string; practitioner: { id: number; name: string } }[];
}

test("a patient at home finds a time, books it, waits, meets the physician and leaves", async ({ people }) => {
  const patient = await people({ width: 390, height: 844 });
  const { page } = patient;

  await test.step("finds the earliest time over the whole county", async () => {
    await patient.signIn("aino", "Aino");
    await patient.open("/");
    await page.getByRole("link", { name: /^Läkare(?!,)/ }).first().click();
    await expect(page).toHaveURL(/\/find\?service=lakare/);
    await expect(page.getByRole("heading", { name: patient.t("find.title") })).toBeVisible();
  });

  const offered = await patient.ask<Slots>("GET", "/v1/slots?service=lakare&modality=video&language=sv&limit=1");
  const [earliest] = offered.slots;
  if (!earliest) throw new Error("no free time in the demo county");
  const physician = earliest.practitioner.name;

  await test.step("keeps it while five minutes count down", async () => {
    await patient.open(`/find?service=lakare&modality=video&language=sv&practitioner=${earliest.practitioner.id}`);
    await page.locator(".slots .slot").first().click();
    await page.getByRole("button", { name: patient.like("find.continue") }).click();
    await expect(page).toHaveURL(/\/confirm\//);
    const left = page.getByText(patient.like("confirm.left"));
    const first = await left.textContent();
    expect(first).toMatch(/[45][.:]\d\d/);
    await expect(left).not.toHaveText(first ?? ""); // it counts
  });

  let id = "";
  let link = "";
  let start = "";
  await test.step("confirms, and gets a page with the time, a personal link and an .ics", async () => {
    await page.getByLabel(patient.t("confirm.reason")).fill("Hosta i tre veckor");
    await page.getByRole("button", { name: patient.t("confirm.do"), exact: true }).click();
    await expect(page).toHaveURL(/\/visit\/[0-9a-f-]{36}$/);
    id = page.url().split("/").at(-1) ?? "";
    await expect(page.getByText(patient.t("visit.booked"))).toBeVisible();
    await expect(page.getByRole("heading", { level: 1 })).toContainText(/\d{1,2}\.\d\d/);
    link = await page.getByRole("textbox", { name: patient.t("visit.link") }).inputValue();
    expect(link).toMatch(new RegExp(`^${url()}/v#[\\w-]{22}$`));
    const download = page.waitForEvent("download");
    await page.getByRole("link", { name: patient.t("visit.calendar") }).click();
    expect((await download).suggestedFilename()).toMatch(/\.ics$/);
    expect(sql(`SELECT status, reason FROM appointments WHERE id = '${id}'`)).toBe("booked\tHosta i tre veckor");
    start = (await patient.ask<{ start: string }>("GET", `/v1/appointments/${id}`)).start;
  });

  // Another browser profile: no session, only the link.
  const atDoor = await people({ width: 390, height: 844 });
  await test.step("opens the link on another browser with the year of birth", async () => {
    await atDoor.page.goto(link);
    await expect(atDoor.page.getByLabel(atDoor.t("link.year"))).toBeVisible();
    expect(atDoor.page.url()).not.toContain("#"); // the secret has left the address bar
    await atDoor.page.getByLabel(atDoor.t("link.year")).fill("1967");
    await atDoor.page.getByRole("button", { name: atDoor.t("link.open") }).click();
    await expect(atDoor.page).toHaveURL(new RegExp(`/visit/${id}$`));
  });

  await test.step("tests camera and sound on real devices", async () => {
    await atDoor.page.getByRole("link", { name: atDoor.t("visit.check") }).click();
    await expectMovingPicture(atDoor.page.locator(".tile video").first());
    await expect(atDoor.page.getByText(atDoor.t("check.voiceOk"))).toBeVisible(); // the level meter heard the beep
    await atDoor.page.getByRole("button", { name: atDoor.t("check.play") }).click();
    await atDoor.page.getByRole("button", { name: atDoor.t("check.heard") }).click();
    await expect(atDoor.page.getByText(atDoor.t("check.allGood"))).toBeVisible();
  });

  const doctor = await people({ width: 1440, height: 900 });
  await test.step("the physician sees the day", async () => {
    await doctor.signIn("physician", physician);
    await expect(doctor.page).toHaveURL(/\/day/);
    await doctor.showDayOf(start);
    await expect(doctor.page.locator(".visits").getByText("Hosta i tre veckor")).toBeVisible();
  });

  await test.step("waits: the physician's list says so by push", async () => {
    await atDoor.open(`/visit/${id}`);
    await atDoor.page.getByRole("link", { name: atDoor.t("visit.enter") }).click();
    await expect(atDoor.page.getByText(atDoor.t("wait.step.came"))).toBeVisible();
    await expect(atDoor.page.getByText(atDoor.t("wait.netOk"))).toBeVisible(); // connected, forwarded nowhere
    await expect(atDoor.page.locator("audio")).toHaveCount(0);
    const row = doctor.page.locator(`.visit`, { hasText: "Hosta i tre veckor" });
    await expect(row.locator(".badge--wait")).toBeVisible();
    expect(sql(`SELECT state FROM visits WHERE id = '${id}'`)).toBe("arrived");
    expect(sql(`SELECT status FROM appointments WHERE id = '${id}'`)).toBe("arrived");
  });

  await test.step("the waiting room learns within a second that the physician is here", async () => {
    const here = atDoor.page.getByRole("heading", { name: new RegExp(`${physician}.*(här|snart)`) });
    const pushed = atDoor.page.evaluate(
      (name) =>
        new Promise<number>((done) => {
          const found = () => {
            const heading = document.querySelector("h1")?.textContent ?? "";
            return heading.includes(name) && /är här/.test(heading);
          };
          new MutationObserver((_, observer) => {
            if (!found()) return;
            observer.disconnect();
            done(Date.now());
          }).observe(document.body, { childList: true, subtree: true, characterData: true });
        }),
      physician,
    );
    const opened = new Promise<number>((done) => {
      doctor.page.on("websocket", (socket) => socket.on("framereceived", () => done(Date.now())));
    });
    await doctor.page.locator(".visit", { hasText: "Hosta i tre veckor" }).getByText(doctor.t("day.enter")).click();
    await expect(doctor.page).toHaveURL(new RegExp(`/staff/visit/${id}`));
    await expect(here).toBeVisible();
    const delay = (await pushed) - (await opened);
    console.log(`waiting room updated ${delay} ms after the physician had joined`);
    expect(delay).toBeLessThan(1000);
  });

  await test.step("is admitted: both see changing frames and hear each other", async () => {
    const admit = doctor.page.getByRole("button", { name: doctor.t("admit.button") });
    await expect(admit).toBeVisible();
    await admit.click();
    await expectMovingPicture(atDoor.page.locator(".call__main video"));
    await expectMovingPicture(doctor.page.locator(".exam__main > .tile:not(.tile--own) video"));
    await expectSound(atDoor.page);
    await expectSound(doctor.page);
    expect(sql(`SELECT state FROM visits WHERE id = '${id}'`)).toBe("inProgress");
  });

  await test.step("they write to each other", async () => {
    await atDoor.page.getByRole("button", { name: atDoor.t("call.text") }).click();
    await atDoor.page.getByRole("textbox").fill("Hur många tabletter om dagen?");
    await atDoor.page.keyboard.press("Enter");
    await expect(doctor.page.getByRole("log").getByText("Hur många tabletter om dagen?")).toBeVisible();
    await doctor.page.getByRole("textbox", { name: doctor.t("staff.chat.label") }).fill("En på morgonen i fem dagar.");
    await doctor.page.keyboard.press("Enter");
    await expect(atDoor.page.getByRole("log").getByText("En på morgonen i fem dagar.")).toBeVisible();
  });

  await test.step("leaves, and sees what happens next", async () => {
    await atDoor.page.getByRole("button", { name: atDoor.t("call.leave"), exact: true }).click();
    await atDoor.page.getByRole("dialog").getByRole("button", { name: atDoor.t("call.leave"), exact: true }).click();
    await expect(atDoor.page.getByRole("heading", { name: atDoor.t("ended.leftTitle") })).toBeVisible();
    await expect(atDoor.page.getByRole("heading", { name: atDoor.t("next") })).toBeVisible();
  });

  await test.step("the physician closes the visit: the appointment is fulfilled", async () => {
    await doctor.page.getByRole("button", { name: doctor.t("staff.close.button") }).click();
    await doctor.page.getByRole("dialog").getByRole("button", { name: doctor.t("staff.close.confirm"), exact: true }).click();
    await expect(doctor.page).toHaveURL(/\/day/);
    await expect.poll(() => sql(`SELECT state FROM visits WHERE id = '${id}'`)).toBe("finished");
    expect(sql(`SELECT status FROM appointments WHERE id = '${id}'`)).toBe("fulfilled");
    expect(Number(sql(`SELECT count(*) FROM audit_log WHERE resource_id = '${id}'`))).toBeGreaterThan(4);
  });
});
