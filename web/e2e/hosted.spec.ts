import { expectMovingPicture, expectPictureSize, expectSound } from "./support/media";
import { expect, test } from "./support/people";
import { sql } from "./support/server";

interface Slots {
  slots: { start: string; practitioner: { id: number; name: string } }[];
}

test("a nurse hosts a remote physician, with a room camera and an exam camera at full resolution", async ({ people }) => {
  const patient = await people();
  let id = "";
  let physician = "";
  let start = "";

  await test.step("booked as one: physician, nurse, room and exam camera", async () => {
    await patient.signIn("lars-erik", "Lars-Erik");
    const offered = await patient.ask<Slots>("GET", "/v1/slots?service=hudbesvar&modality=hosted&site=narpes-halsostation&limit=1");
    const [slot] = offered.slots;
    if (!slot) throw new Error("no hosted time at Närpes");
    physician = slot.practitioner.name;
    await patient.open(`/find?service=hudbesvar&modality=hosted&site=narpes-halsostation&practitioner=${slot.practitioner.id}`);
    await patient.page.locator(".slots .slot").first().click();
    await patient.page.getByRole("button", { name: patient.like("find.continue") }).click();
    await patient.page.getByLabel(patient.t("confirm.reason")).fill("Märke som har vuxit");
    await patient.page.getByRole("button", { name: patient.t("confirm.do"), exact: true }).click();
    await expect(patient.page).toHaveURL(/\/visit\/[0-9a-f-]{36}$/);
    id = patient.page.url().split("/").at(-1) ?? "";
    start = (await patient.ask<{ start: string }>("GET", `/v1/appointments/${id}`)).start;
    const taken = sql(`SELECT r.kind FROM reservations v JOIN resources r ON r.id = v.resource WHERE v.appointment = '${id}' AND v.released_at IS NULL ORDER BY 1`);
    expect(taken.split("\n")).toEqual(["device", "practitioner", "practitioner", "room"]);
  });

  const nurse = await people({ width: 1440, height: 900 });
  const row = nurse.page.locator(".visit", { hasText: "Märke som har vuxit" });
  await test.step("the nurse sees the site's day by room and checks the patient in", async () => {
    await nurse.signIn("eva", "Eva Sjö");
    await expect(nurse.page).toHaveURL(/\/sites\/narpes-halsostation/);
    await nurse.showDayOf(start);
    await row.getByRole("button", { name: /Anmäl/ }).click();
    const dialog = nurse.page.getByRole("dialog");
    await dialog.getByText(nurse.t("staff.identity.drivingLicence")).click();
    await dialog.getByRole("button", { name: nurse.t("staff.checkIn.confirm") }).click();
    await expect(dialog).toBeHidden();
    expect(sql(`SELECT state, identity FROM visits WHERE id = '${id}'`)).toBe("arrived\tdrivingLicence");
  });

  await test.step("opens the room with two named sources", async () => {
    await row.getByRole("link", { name: nurse.t("site.openRoom") }).click();
    await expect(nurse.page).toHaveURL(new RegExp(`/staff/room/${id}`));
    const room = nurse.page.getByRole("combobox", { name: nurse.t("console.camera.room") });
    const exam = nurse.page.getByRole("combobox", { name: nurse.t("console.camera.exam") });
    await expect.poll(() => exam.locator("option").count()).toBeGreaterThan(3);
    const cameras = await exam.locator("option").evaluateAll((options) => options.map((option) => (option as HTMLOptionElement).value).filter((value) => value !== ""));
    await room.selectOption(cameras[0] ?? "");
    await exam.selectOption(cameras[2] ?? ""); // Chromium's second fake is a depth camera, which it does not encode
    await expectMovingPicture(nurse.page.locator(".source[data-source=room] video"));
    await expectMovingPicture(nurse.page.locator(".source[data-source=exam] video"));
  });

  const doctor = await people({ width: 1440, height: 900 });
  await doctor.signIn("physician", physician);
  await doctor.showDayOf(start);
  const onList = doctor.page.locator(".visit", { hasText: "Märke som har vuxit" });
  await expect(onList).toBeVisible();

  await test.step("presses ready for the doctor, which the physician sees at once", async () => {
    await nurse.page.getByRole("button", { name: new RegExp(`^${nurse.t("act.rooming")}`) }).click();
    await nurse.page.getByRole("button", { name: new RegExp(`^${nurse.t("act.ready")}`) }).click();
    await expect(onList.locator(".badge--ready")).toBeVisible();
    await expect.poll(() => sql(`SELECT state FROM visits WHERE id = '${id}'`)).toBe("ready");
  });

  await test.step("the physician joins and sees and hears the room", async () => {
    await onList.getByText(doctor.t("day.enter")).click();
    await expect(doctor.page.locator(".source[data-source=room]")).toBeVisible();
    await expect(doctor.page.locator(".source[data-source=exam]")).toBeVisible();
    await expectMovingPicture(doctor.page.locator(".source[data-source=room] video"));
    await expectMovingPicture(doctor.page.locator(".source[data-source=exam] video"));
    await expectSound(doctor.page);
    await expectMovingPicture(nurse.page.locator(".console__remote video"));
    await expectSound(nurse.page);
    await expect.poll(() => sql(`SELECT state FROM visits WHERE id = '${id}'`)).toBe("inProgress");
  });

  await test.step("pulls the exam source large, at its full resolution", async () => {
    await doctor.page.locator(".source[data-source=exam]").click();
    const large = doctor.page.locator(".exam__main > .tile:not(.tile--own) video");
    const sent = await nurse.page.locator(".source[data-source=exam] video").evaluate((video) => {
      const stream = (video as HTMLVideoElement).srcObject;
      const settings = stream instanceof MediaStream ? stream.getVideoTracks()[0]?.getSettings() : undefined;
      return { width: settings?.width ?? 0, height: settings?.height ?? 0 };
    });
    expect(sent).toEqual({ width: 1920, height: 1080 });
    await expectPictureSize(large, sent.width, sent.height);
    await expectMovingPicture(large);
  });

  await test.step("the physician hands over, the nurse ends the visit", async () => {
    await doctor.page.getByRole("button", { name: doctor.t("staff.close.wrapUp.button") }).click();
    await doctor.page.getByRole("dialog").getByRole("button", { name: doctor.t("staff.close.wrapUp.confirm") }).click();
    await expect(doctor.page).toHaveURL(/\/day/);
    await nurse.page.getByRole("button", { name: new RegExp(`^${nurse.t("act.finished")}`) }).click();
    await expect.poll(() => sql(`SELECT state FROM visits WHERE id = '${id}'`)).toBe("finished");
    expect(sql(`SELECT status FROM appointments WHERE id = '${id}'`)).toBe("fulfilled");
  });
});
