import { randomUUID } from "node:crypto";
import type { Browser, Page } from "@playwright/test";
import { atClock, book, type Booked, dayAhead, dayOf, enter, expire, keep, keepFirst, practitioner, times } from "./support/bookings";
import { expectMovingPicture } from "./support/media";
import { expect, launch, type Person, test } from "./support/people";
import { sql, url } from "./support/server";

// What goes wrong for people: each has a sentence that says what to do, and the way on works.

const heading = (person: Person, key: string) => person.page.getByRole("heading", { level: 1, name: person.like(key) });
const says = (person: Person, key: string) => expect(person.page.getByText(person.like(key)).first()).toBeVisible();
const born = "1967";

/** Somebody at home with a visit by video, ten days and more ahead. */
async function booked(people: (visitor?: { browser?: Browser }) => Promise<Person>, days: number): Promise<{ patient: Person; visit: Booked }> {
  const patient = await people();
  await enter(patient, "aino");
  return { patient, visit: await book(patient, "lakare", { modality: "video", from: dayAhead(days) }) };
}

async function answer(person: Person, year: string): Promise<void> {
  await person.page.getByLabel(person.t("link.year")).fill(year);
  await person.button("link.open").click();
}

async function openLink(person: Person, link: string, year: string): Promise<void> {
  await person.page.goto("about:blank");
  await person.page.goto(link);
  await answer(person, year);
}

test.describe("a time", () => {
  test("that another took meanwhile: says so and offers three others", async ({ people }) => {
    const [first, second] = [await people(), await people({ width: 390, height: 844 })];
    await enter(first, "gun-britt");
    await enter(second, "aino");
    const day = dayAhead(8);
    const who = await practitioner(first, "Jonas Nyman");
    const path = `/find?service=lakare&modality=video&practitioner=${who}&date=${day}`;
    for (const person of [first, second]) {
      await person.open(path);
      await person.page.locator(".slots .slot").nth(2).click();
      await expect(person.button("find.continue")).toBeVisible();
    }
    const chosen = (person: Person) => person.page.locator(".slots .slot[aria-pressed=true]").getAttribute("aria-label");
    expect(await chosen(first)).toBe(await chosen(second));
    await first.button("find.continue").click();
    await expect(heading(first, "confirm.title")).toBeVisible();
    await second.button("find.continue").click();
    await expect(second.page.getByRole("alert")).toContainText(second.t("find.takenTitle"));
    await expect(second.page.getByRole("alert")).toContainText(second.t("find.takenText"));
    const others = second.page.getByRole("alert").locator("..").locator(".offer");
    await expect(others).toHaveCount(3);
    await expect(others.first()).toBeInViewport();
    const when = (await others.first().locator(".offer__when").textContent())?.match(/\d\d?\.\d\d/)?.[0] ?? "none";
    await others.first().click();
    await expect(heading(second, "confirm.title")).toBeVisible();
    await expect(second.page.getByText(when).first()).toBeVisible();
  });

  test("at which the patient has another visit meanwhile: says so, and another time is one press away", async ({ people }) => {
    const patient = await people();
    await enter(patient, "aino");
    const [slot] = await times(patient, "lakare", { modality: "video", from: dayAhead(13) });
    if (!slot) throw new Error("no time in thirteen days");
    await patient.open(`/find?service=lakare&modality=video&practitioner=${slot.practitioner.id}&date=${dayOf(slot.start)}`);
    await patient.page.locator(".slots .slot").first().click();
    // Meanwhile the same time is booked with somebody else, in another tab.
    const same = await times(patient, "lakare", { modality: "video", from: dayOf(slot.start), to: dayOf(slot.start) });
    const chosen = await patient.page.locator(".slots .slot[aria-pressed=true]").getAttribute("aria-label");
    const clash = same.find(({ start, practitioner: by }) => by.id !== slot.practitioner.id && atClock(start).test(chosen ?? ""));
    const hold = clash && (await keep(patient, clash));
    if (!hold) throw new Error("nobody else has a time then");
    await patient.ask("POST", "/v1/appointments", { hold: hold.id }, { "idempotency-key": randomUUID() });
    await patient.button("find.continue").click();
    await expect(patient.page.getByRole("alert")).toContainText(patient.t("problem.patientBusy"));
    await patient.page.locator(".slots .slot:not([aria-pressed=true])").last().click();
    await patient.button("find.continue").click();
    await expect(heading(patient, "confirm.title")).toBeVisible();
  });

  test("no longer kept: nothing typed is lost, and the same time is one press away", async ({ people }) => {
    const patient = await people({ width: 390, height: 844 });
    await enter(patient, "lars-erik");
    const hold = await keepFirst(patient, "lakare", { modality: "video", from: dayAhead(9) });
    await patient.open(`/confirm/${hold.id}`);
    const reason = patient.page.getByLabel(patient.t("confirm.reason"));
    await reason.fill("Ont i knät när jag går i trappor");
    expire(hold.id);
    await patient.button("confirm.do").click();
    await expect(heading(patient, "confirm.expiredTitle")).toBeVisible();
    await says(patient, "confirm.expiredText");
    await patient.button("confirm.again").click();
    await expect(heading(patient, "confirm.title")).toBeVisible();
    await expect(reason).toHaveValue("Ont i knät när jag går i trappor");
    await patient.button("confirm.do").click();
    await expect(patient.page).toHaveURL(/\/visit\//);
    const id = patient.page.url().split("/").at(-1) ?? "";
    expect(sql(`SELECT reason, lower(during) = '${hold.slot.start}' FROM appointments WHERE id = '${id}'`)).toBe("Ont i knät när jag går i trappor\tt");
  });

  test("being confirmed while the page is loaded again: the text and the time stay", async ({ people }) => {
    const patient = await people();
    await enter(patient, "lars-erik");
    const hold = await keepFirst(patient, "lakare", { modality: "video", from: dayAhead(10) });
    await patient.open(`/confirm/${hold.id}`);
    await patient.page.getByLabel(patient.t("confirm.reason")).fill("Yrsel på morgnarna");
    await patient.page.reload();
    await expect(patient.page.getByLabel(patient.t("confirm.reason"))).toHaveValue("Yrsel på morgnarna");
    await says(patient, "confirm.left");
    await patient.button("confirm.do").click();
    await expect(patient.page).toHaveURL(/\/visit\//);
  });

  test("booked in two tabs at once: one appointment", async ({ people }) => {
    const patient = await people();
    await enter(patient, "lars-erik");
    const hold = await keepFirst(patient, "lakare", { modality: "video", from: dayAhead(11) });
    const tabs: Page[] = [patient.page, await patient.context.newPage()];
    for (const tab of tabs) {
      await tab.goto(`${url()}/confirm/${hold.id}`);
      await expect(tab.getByLabel(patient.t("confirm.reason"))).toBeVisible();
    }
    await Promise.all(tabs.map((tab) => tab.getByRole("button", { name: patient.t("confirm.do"), exact: true }).click()));
    // The one has its visit; the other is led to it, or hears that the time is no longer kept and where to go.
    const there = (tab: Page) =>
      tab
        .getByRole("heading", { name: patient.t("visit.how") })
        .or(tab.getByText(patient.t("confirm.expiredText")))
        .or(tab.getByText(patient.t("find.takenTitle")));
    for (const tab of tabs) await expect(there(tab).first()).toBeVisible();
    expect(tabs.map((tab) => new URL(tab.url()).pathname.startsWith("/visit/"))).toContain(true);
    expect(sql(`SELECT count(*) FROM appointments WHERE patient = (SELECT patient FROM holds WHERE id = '${hold.id}') AND lower(during) = '${hold.slot.start}' AND status = 'booked'`)).toBe("1");
  });

  test("confirmed without a network, and against a server that is away: says so, keeps the text, goes on after", async ({ people }) => {
    const patient = await people({ width: 390, height: 844 });
    await enter(patient, "lars-erik");
    const hold = await keepFirst(patient, "lakare", { modality: "video", from: dayAhead(12) });
    await patient.open(`/confirm/${hold.id}`);
    const reason = patient.page.getByLabel(patient.t("confirm.reason"));
    await reason.fill("Hosta i tre veckor");

    await patient.context.setOffline(true);
    await expect(patient.page.getByRole("status").filter({ hasText: patient.t("offline.text") })).toBeVisible();
    await patient.button("confirm.do").click();
    await expect(patient.page.getByRole("alert")).toContainText(patient.t("problem.offline"));
    await expect(reason).toHaveValue("Hosta i tre veckor");
    await patient.context.setOffline(false);
    await expect(patient.page.getByText(patient.t("offline.text"))).toBeHidden();

    // To a page, a server that restarts is a connection refused.
    await patient.page.route("**/v1/**", (route) => route.abort("connectionrefused"));
    await patient.button("confirm.do").click();
    await expect(patient.page.getByRole("alert")).toContainText(patient.t("problem.offline"));
    await expect(reason).toHaveValue("Hosta i tre veckor");
    await patient.page.unroute("**/v1/**");

    await patient.button("confirm.do").click();
    await expect(patient.page).toHaveURL(/\/visit\//);
    const id = patient.page.url().split("/").at(-1) ?? "";
    expect(sql(`SELECT reason FROM appointments WHERE id = '${id}'`)).toBe("Hosta i tre veckor");
  });
});

test.describe("a link", () => {
  test("with a wrong year of birth: says how many tries are left, and locks for a while at the fifth", async ({ people }) => {
    const { visit } = await booked(people, 13);
    const stranger = await people();
    await stranger.page.goto(visit.link);
    await answer(stranger, "19");
    await expect(stranger.page.getByRole("alert")).toContainText(stranger.t("link.yearBad"));
    for (const left of ["4", "3", "2", "1"]) {
      await answer(stranger, "1950");
      await expect(stranger.page.getByRole("alert")).toContainText(new RegExp(`\\b${left}\\b`));
    }
    await answer(stranger, "1950");
    await expect(heading(stranger, "link.lockedTitle")).toBeVisible();
    await says(stranger, "link.lockedText");
    await expect(stranger.page.getByRole("link", { name: stranger.t("link.signIn") })).toBeVisible();
    await expect(stranger.page.getByRole("main").getByRole("link", { name: /\d{2,} \d{3}/ })).toBeVisible(); // the number to call
    // The right year does not open it until the wait is over.
    await openLink(stranger, visit.link, born);
    await expect(heading(stranger, "link.lockedTitle")).toBeVisible();
    sql(`UPDATE visit_links SET wait_until = now() WHERE appointment_id = '${visit.id}'`);
    await openLink(stranger, visit.link, born);
    await expect(stranger.page).toHaveURL(new RegExp(`/visit/${visit.id}$`));
  });

  test("that nobody knows, or half of one", async ({ people }) => {
    const stranger = await people();
    for (const path of [`/v#${"A".repeat(22)}`, "/v#half", "/v"]) {
      await stranger.page.goto("about:blank");
      await stranger.open(path);
      await expect(heading(stranger, "link.unknownTitle"), path).toBeVisible();
      await says(stranger, "link.unknownText");
    }
    await stranger.page.getByRole("link", { name: stranger.t("link.signIn") }).click();
    await expect(heading(stranger, "signIn")).toBeVisible();
  });

  test("of a visit that was cancelled", async ({ people }) => {
    const { patient, visit } = await booked(people, 13);
    await patient.ask("POST", `/v1/appointments/${visit.id}/cancel`, {});
    const stranger = await people();
    await openLink(stranger, visit.link, born);
    await expect(heading(stranger, "link.cancelledTitle")).toBeVisible();
    await says(stranger, "link.cancelledText");
    await stranger.page.getByRole("link", { name: stranger.t("visit.bookNew") }).click();
    await expect(heading(stranger, "start.title")).toBeVisible();
  });

  test("of a visit that was moved: shows the new time", async ({ people }) => {
    const { patient, visit } = await booked(people, 13);
    const hold = await keepFirst(patient, "lakare", { modality: "video", from: dayAhead(14), timeOfDay: "morning" });
    const moved = await patient.ask<Booked>("POST", `/v1/appointments/${visit.id}/move`, { hold: hold.id }, { "idempotency-key": randomUUID() });
    const stranger = await people();
    await openLink(stranger, visit.link, born);
    await expect(heading(stranger, "link.movedTitle")).toBeVisible();
    await says(stranger, "link.movedText");
    const clock = new Intl.DateTimeFormat("sv-FI", { timeZone: "Europe/Helsinki", hour: "numeric", minute: "2-digit" }).format(new Date(moved.start)).replace(":", ".");
    await expect(stranger.page.getByRole("definition").first()).toContainText(clock.replace(/^0/, ""));
    await stranger.page.getByRole("link", { name: stranger.t("link.signIn") }).click();
    await expect(heading(stranger, "signIn")).toBeVisible();
    await openLink(stranger, moved.link, born);
    await expect(stranger.page).toHaveURL(/\/visit\//);
  });

  test("of a visit that is long over", async ({ people }) => {
    const { visit } = await booked(people, 13);
    const before = "- interval '90 days'";
    sql(`UPDATE visit_links SET starts_at = starts_at ${before}, ends_at = ends_at ${before}, valid_until = valid_until ${before} WHERE appointment_id = '${visit.id}'`);
    const stranger = await people();
    await stranger.page.goto(visit.link);
    await expect(heading(stranger, "link.expiredTitle")).toBeVisible();
    await says(stranger, "link.expiredText");
    await stranger.page.getByRole("link", { name: stranger.t("visit.bookNew") }).click();
    await expect(heading(stranger, "start.title")).toBeVisible();
  });

  test("opened in a new browser ends the session of the old one, which hears of it", async ({ people }) => {
    const { visit } = await booked(people, 13);
    const [old, fresh] = [await people(), await people()];
    await openLink(old, visit.link, born);
    await old.page.getByRole("link", { name: old.t("visit.enter") }).click();
    await says(old, "wait.netOk");
    await openLink(fresh, visit.link, born);
    await fresh.page.getByRole("link", { name: fresh.t("visit.enter") }).click();
    await says(fresh, "wait.netOk");
    await expect(heading(old, "ended.replacedTitle")).toBeVisible();
    await says(old, "ended.replacedText");
    // It has no session any more: the visit's page says to sign in, and the link works here again.
    await old.open(`/visit/${visit.id}`);
    await says(old, "problem.signIn");
    await expect(old.page.getByRole("link", { name: old.t("signIn"), exact: true })).toBeVisible();
    await openLink(old, visit.link, born);
    await expect(old.page.getByRole("link", { name: old.t("visit.enter") })).toBeVisible();
  });
});

test.describe("camera and microphone", () => {
  test("that the person has forbidden", async ({ people }) => {
    const browser = await launch(["--use-fake-device-for-media-stream"]);
    try {
      const { visit } = await booked(people, 15);
      const patient = await people({ browser, devices: false });
      await openLink(patient, visit.link, born);
      await expect(patient.page).toHaveURL(/\/visit\//);
      await patient.context.grantPermissions([]); // everything that was not granted is denied
      await patient.open(`/visit/${visit.id}/check`);
      await expect(patient.page.getByRole("alert")).toContainText(patient.t("fault.denied.title"));
      await expect(patient.page.getByRole("alert")).toContainText(patient.t("fault.denied.text"));
      // The visit goes on without: the same sentence stands in the waiting room.
      await patient.open(`/visit/${visit.id}/call`);
      await says(patient, "wait.netOk");
      await expect(patient.page.getByRole("alert")).toContainText(patient.t("fault.denied.text"));
      await patient.context.grantPermissions(["camera", "microphone"]);
      await patient.button("retry").click();
      await expectMovingPicture(patient.page.locator(".selfcard video"));
      await expect(patient.page.getByRole("alert")).toBeHidden();
    } finally {
      await browser.close();
    }
  });

  test("that are not there", async ({ people }) => {
    const browser = await launch(["--use-fake-ui-for-media-stream"]);
    try {
      const { visit } = await booked(people, 15);
      const patient = await people({ browser });
      await openLink(patient, visit.link, born);
      await expect(patient.page).toHaveURL(/\/visit\//);
      await patient.open(`/visit/${visit.id}/check`);
      await expect(patient.page.getByRole("alert")).toContainText(patient.t("fault.none.title"));
      await expect(patient.page.getByRole("alert")).toContainText(patient.t("fault.none.text"));
      await patient.open(`/visit/${visit.id}/call`);
      await says(patient, "wait.netOk");
      await says(patient, "fault.none.text");
      await says(patient, "wait.call");
    } finally {
      await browser.close();
    }
  });

  test("that another program uses: works on trying again", async ({ people }) => {
    const { patient, visit } = await booked(people, 15);
    await patient.page.addInitScript(() => {
      // No browser under test can be brought to this one: another program would have to hold a real camera.
      const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      navigator.mediaDevices.getUserMedia = (wanted) =>
        document.documentElement.dataset.cameraFree !== "yes" && wanted?.video
          ? Promise.reject(new DOMException("Could not start video source", "NotReadableError"))
          : open(wanted);
    });
    await patient.open(`/visit/${visit.id}/check`);
    await expect(patient.page.getByRole("alert")).toContainText(patient.t("fault.busy.title"));
    await expect(patient.page.getByRole("alert")).toContainText(patient.t("fault.busy.text"));
    await patient.page.evaluate(() => (document.documentElement.dataset.cameraFree = "yes"));
    await patient.button("retry").click();
    await expectMovingPicture(patient.page.locator(".tile video").first());
    await expect(patient.page.getByRole("alert")).toBeHidden();
  });

  test("in a browser that cannot hold calls", async ({ people }) => {
    const { patient, visit } = await booked(people, 15);
    await patient.page.addInitScript(() => {
      Reflect.deleteProperty(window, "RTCPeerConnection");
    });
    await patient.open(`/visit/${visit.id}/call`);
    await expect(heading(patient, "fault.unsupported.title")).toBeVisible();
    await says(patient, "fault.unsupported.text");
    await expect(patient.page.getByRole("main").getByRole("link", { name: /\d{2,} \d{3}/ })).toBeVisible();
    await patient.page.getByRole("link", { name: patient.t("ended.visit") }).click();
    await expect(patient.page).toHaveURL(new RegExp(`/visit/${visit.id}$`));
  });
});

test.describe("a session", () => {
  test("of another: their visit is refused with a sentence", async ({ people }) => {
    const { visit } = await booked(people, 15);
    const other = await people();
    await enter(other, "lars-erik");
    for (const path of [`/visit/${visit.id}`, `/visit/${visit.id}/call`, `/visit/${randomUUID()}`]) {
      await other.open(path);
      await expect(other.page.getByText(other.t("problem.notAllowed")).or(other.page.getByText(other.t("problem.notFound"))), path).toBeVisible();
      await expect(other.page.getByText("Aino")).toHaveCount(0);
    }
    await other.page.getByRole("link", { name: other.t("signIn"), exact: true }).click();
    await expect(heading(other, "signIn")).toBeVisible();
  });

  test("of a patient on a staff page, and of nobody: leads to sign-in and back", async ({ people }) => {
    const somebody = await people();
    await somebody.open("/sites/narpes-halsostation");
    await expect(heading(somebody, "signIn")).toBeVisible();
    await enter(somebody, "lars-erik");
    await somebody.open("/day");
    await expect(heading(somebody, "signIn")).toBeVisible();
    await expect(somebody.page.locator(".visit")).toHaveCount(0);
  });

  test("that ended while a staff page was open: the next press leads to sign-in", async ({ people }) => {
    const doctor = await people();
    await enter(doctor, "jonas");
    await doctor.open("/day");
    await expect(doctor.page.locator(".visits, .empty").first()).toBeVisible();
    sql(`UPDATE sessions SET ended_at = now() WHERE account_id = 'jonas' AND ended_at IS NULL`);
    await doctor.page.getByRole("navigation", { name: doctor.t("day.navigation") }).getByRole("button").last().click();
    await expect(heading(doctor, "signIn")).toBeVisible();
    await doctor.page.getByRole("button", { name: /Jonas Nyman/ }).click();
    await expect(doctor.page).toHaveURL(/\/day$/);
    await expect(doctor.page.locator(".visits, .empty").first()).toBeVisible();
  });
});
