import type { Locator } from "@playwright/test";
import { book, dayAhead, enter, expire, keepFirst, practitioner } from "./bookings";
import { expect, type Person, type Visitor } from "./people";
import type { Language } from "./texts";

/** Looks at a page in the state that it is in now. */
export type Look = (person: Person, state: string) => Promise<void>;

interface Walk {
  people: (visitor?: Visitor) => Promise<Person>;
  look: Look;
  visitor: Visitor & { language: Language };
  /** How many days ahead the times are that this walk books: walks do not stand in each other's way. */
  days: number;
}

/** Goes through every page and its main states, as the people who meet them. */
export async function everyPage({ people, look, visitor, days }: Walk): Promise<void> {
  const patient = await people(visitor);
  const { page } = patient;
  const title = (key: string): Locator => page.getByRole("heading", { level: 1, name: patient.like(key) });
  const day = dayAhead(days);

  // --- nobody is signed in ---
  await patient.open("/");
  await expect(page.locator(".door__now").first()).toContainText(/\d/);
  await look(patient, "start, signed out");
  await patient.open("/sign-in");
  await expect(page.locator(".roles li").first()).toBeVisible();
  await look(patient, "sign-in");
  await patient.open("/no/such/page");
  await expect(title("notFound.title")).toBeVisible();
  await look(patient, "not found");
  await patient.open(`/v#${"A".repeat(22)}`);
  await expect(title("link.unknownTitle")).toBeVisible();
  await look(patient, "link, unknown");
  await patient.open(`/find?service=lakare&date=${day}`);
  await page.locator(".slots .slot").first().click();
  await expect(patient.button("find.continue")).toBeVisible();
  await look(patient, "find, a time chosen");
  await patient.open("/day");
  await expect(page).toHaveURL(/\/sign-in/);

  // --- booking ---
  await enter(patient, "aino");
  const anna = await practitioner(patient, "Anna Holm");
  await patient.open("/");
  await expect(page.locator(".nextvisit").first()).toBeVisible();
  await look(patient, "start, signed in");
  const hold = await keepFirst(patient, "lakare", { modality: "video", practitioner: anna, from: day });
  await patient.open(`/confirm/${hold.id}`);
  await expect(page.getByLabel(patient.t("confirm.reason"))).toBeVisible();
  await look(patient, "confirm");
  expire(hold.id);
  await page.reload();
  await expect(title("confirm.expiredTitle")).toBeVisible();
  await look(patient, "confirm, expired");

  // --- the visit's page ---
  const visit = await book(patient, "lakare", { modality: "video", practitioner: anna, from: day });
  await patient.open(`/visit/${visit.id}`);
  await expect(page.getByRole("link", { name: patient.t("visit.enter") })).toBeVisible();
  await look(patient, "visit");
  await patient.button("visit.move").click();
  await expect(page.getByRole("dialog")).toBeVisible();
  await look(patient, "visit, asking whether to move");
  await page.keyboard.press("Escape");
  await patient.button("visit.cancel").click();
  await expect(page.getByRole("dialog")).toBeVisible();
  await look(patient, "visit, asking whether to cancel");
  await page.keyboard.press("Escape");

  // --- the link, in another browser; a browser that has not answered yet ---
  const stranger = await people(visitor);
  await stranger.page.goto(visit.link);
  await expect(stranger.page.getByLabel(stranger.t("link.year"))).toBeVisible();
  await look(stranger, "link, the question");
  await stranger.page.getByLabel(stranger.t("link.year")).fill("1900");
  await stranger.button("link.open").click();
  await expect(stranger.page.getByRole("alert")).toContainText(stranger.like("link.yearWrong"));
  await look(stranger, "link, a wrong year");
  await stranger.page.getByLabel(stranger.t("link.year")).fill("1967");
  await stranger.button("link.open").click();
  await expect(stranger.page).toHaveURL(/\/visit\//);
  await stranger.page.addInitScript(() => {
    navigator.mediaDevices.getUserMedia = () => new Promise(() => undefined);
  });
  await stranger.open(`/visit/${visit.id}/check`);
  await expect(stranger.page.getByRole("status").filter({ hasText: stranger.t("check.asking") })).toBeVisible();
  await look(stranger, "device check, asking");

  // --- the device check, the waiting room ---
  await patient.open(`/visit/${visit.id}/check`);
  await expect(page.getByText(patient.t("check.voiceOk"))).toBeVisible();
  await patient.button("check.play").click();
  await patient.button("check.heard").click();
  await expect(page.getByText(patient.t("check.allGood"))).toBeVisible();
  await look(patient, "device check, all works");
  await patient.open(`/visit/${visit.id}/call`);
  await expect(page.getByText(patient.t("wait.netOk"))).toBeVisible();
  await look(patient, "waiting room");

  // --- the physician ---
  const doctor = await people(visitor);
  await enter(doctor, "anna");
  await doctor.open("/day");
  await expect(doctor.page.locator(".visits, .empty").first()).toBeVisible();
  await look(doctor, "physician's day");
  await doctor.open(`/staff/visit/${visit.id}`);
  await expect(doctor.button("admit.button")).toBeVisible();
  await look(doctor, "physician's visit, the patient waits");

  // --- the call ---
  await doctor.button("admit.button").click();
  await expect(page.locator(".call__main video")).toBeVisible();
  await expect(doctor.page.locator(".exam__main video").first()).toBeVisible();
  await look(patient, "call, patient");
  await look(doctor, "call, physician");
  await page.locator("#controls").getByRole("button", { name: patient.t("call.text"), exact: true }).click();
  await page.getByRole("textbox").fill("Waran 2,5 mg");
  await page.keyboard.press("Enter");
  await expect(doctor.page.getByRole("log").getByText("Waran 2,5 mg")).toBeVisible();
  await look(patient, "call, patient writes");
  await look(doctor, "call, physician reads");
  await page.locator("#controls").getByRole("button", { name: patient.t("call.more"), exact: true }).click();
  await expect(page.getByRole("dialog")).toBeVisible();
  await look(patient, "call, patient's more");
  await page.keyboard.press("Escape");
  await page.locator("#controls").getByRole("button", { name: patient.t("call.leave"), exact: true }).click();
  const leaving = page.getByRole("dialog");
  await expect(leaving).toBeVisible();
  await look(patient, "call, patient leaves?");
  await leaving.getByRole("button", { name: patient.t("call.leave"), exact: true }).click();
  await expect(title("ended.leftTitle")).toBeVisible();
  await look(patient, "ended, left");

  // --- the end ---
  await doctor.button("staff.close.button").click();
  const closing = doctor.page.getByRole("dialog");
  await expect(closing).toBeVisible();
  await look(doctor, "physician finishes?");
  await closing.getByRole("button", { name: doctor.t("staff.close.confirm"), exact: true }).click();
  await expect(doctor.page).toHaveURL(/\/day/);
  await doctor.open(`/staff/visit/${visit.id}`);
  await expect(doctor.page.getByRole("link", { name: doctor.t("staff.visit.toDay") })).toBeVisible();
  await look(doctor, "physician's visit, finished");
  await patient.open(`/visit/${visit.id}`);
  await expect(title("visit.finishedTitle")).toBeVisible();
  await look(patient, "visit, finished");

  // --- the nurse ---
  const hosted = await book(patient, "hudbesvar", { modality: "hosted", site: "narpes-halsostation", from: day });
  const nurse = await people(visitor);
  await enter(nurse, "eva");
  await nurse.open("/sites/narpes-halsostation");
  await expect(nurse.page.getByRole("heading", { level: 2 }).first()).toBeVisible();
  await look(nurse, "site's day");
  await nurse.open(`/staff/room/${hosted.id}`);
  await nurse.button("staff.checkIn.button").click();
  const checkIn = nurse.page.getByRole("dialog");
  await expect(checkIn).toBeVisible();
  await checkIn.getByRole("button", { name: nurse.t("staff.checkIn.confirm"), exact: true }).click();
  await expect(checkIn.getByText(nurse.t("staff.checkIn.missing"))).toBeVisible();
  await look(nurse, "host checks in, nothing chosen");
  await checkIn.getByText(nurse.t("staff.identity.known")).click();
  await checkIn.getByRole("button", { name: nurse.t("staff.checkIn.confirm"), exact: true }).click();
  await expect(checkIn).toBeHidden();
  await expect(nurse.page.locator(".console video").first()).toBeVisible();
  await look(nurse, "host console");
}
