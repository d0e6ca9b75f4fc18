import AxeBuilder from "@axe-core/playwright";
import { atClock, book, dayAhead, dayOf, enter, keepFirst, practitioner, times } from "./support/bookings";
import { press, tabTo } from "./support/keyboard";
import { foreign, said } from "./support/languages";
import { expect, type Person, test } from "./support/people";
import { sql } from "./support/server";
import type { Language } from "./support/texts";
import { everyPage, type Look } from "./support/walk";

// Every page and state, looked at: what axe finds, whether it fits, and whether it speaks one language.

const widths = [320, 360, 820, 1440];

async function axe({ page }: Person): Promise<string[]> {
  // One document without frames: no second page is needed to gather the results.
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
  return violations.map(({ id, impact, help, nodes }) => {
    const where = nodes.slice(0, 3).map(({ target, failureSummary }) => `    ${target.join(" ")} – ${failureSummary?.split("\n").slice(1).join(" ").trim() ?? ""}`);
    return `${impact ?? "unknown"} ${id}: ${help} (${nodes.length})\n${where.join("\n")}`;
  });
}

/** What sticks out to the side, at each width. */
async function sideways({ page }: Person, at: readonly number[]): Promise<string[]> {
  const before = page.viewportSize();
  const found: string[] = [];
  for (const width of at) {
    if (width !== page.viewportSize()?.width) await page.setViewportSize({ width, height: width < 500 ? 720 : 900 });
    const out = await page.evaluate(() => {
      const room = document.documentElement.clientWidth;
      const scrolls = Math.max(document.documentElement.scrollWidth, document.body.scrollWidth);
      if (scrolls <= room) return undefined;
      const wide = [...document.querySelectorAll("body *")].filter((element) => element.getBoundingClientRect().right > room + 0.5);
      return `${scrolls} of ${room} px: ${wide.slice(-3).map((element) => `${element.tagName.toLowerCase()}.${element.getAttribute("class") ?? ""}`).join(", ")}`;
    });
    if (out !== undefined) found.push(`at ${width} px it scrolls sideways, ${out}`);
  }
  if (before) await page.setViewportSize(before);
  return found;
}

async function speech(person: Person): Promise<string[]> {
  const lang = await person.page.evaluate(() => document.documentElement.lang);
  return [
    ...(lang === person.language ? [] : [`html lang is ${lang}`]),
    ...foreign(person.language, await said(person.page)).map((text) => `another language: ${text}`),
  ];
}

const looks: readonly { language: Language; width: number; height: number; dark: boolean }[] = [
  { language: "sv", width: 360, height: 800, dark: false },
  { language: "en", width: 1440, height: 900, dark: true },
  { language: "fi", width: 360, height: 800, dark: false },
];

for (const [index, visitor] of looks.entries()) {
  const { language, width, height, dark } = visitor;
  test(`every page: ${language}, ${width} × ${height}, ${dark ? "dark" : "light"}`, async ({ people }) => {
    test.setTimeout(180_000);
    const faults: string[] = [];
    let states = 0;
    const look: Look = async (person, state) => {
      states++;
      // Finnish has the longest words: it is tried at every width, and left to the others by axe.
      const found = language === "fi" ? await sideways(person, widths) : [...(await axe(person)), ...(await sideways(person, [width]))];
      found.push(...(await speech(person)));
      faults.push(...found.map((fault) => `${state}: ${fault}`));
    };
    const still = async (...asked: Parameters<typeof people>): Promise<Person> => {
      const person = await people(...asked);
      await person.page.emulateMedia({ reducedMotion: "reduce" });
      return person;
    };
    await everyPage({ people: still, look, visitor, days: 3 + index });
    expect(states).toBeGreaterThan(25);
    expect(faults.join("\n")).toBe("");
  });
}

test("the language switch switches everything, and the choice stays", async ({ people }) => {
  const person = await people({ width: 820, height: 1180 });
  const { page } = person;
  await enter(person, "gun-britt");
  const hold = await keepFirst(person, "lakare", { modality: "video", from: dayAhead(6) });
  const visit = await book(person, "lakare", { modality: "video", from: dayAhead(7) });
  const staff = await people({ width: 1440, height: 900 });
  await enter(staff, "anna");
  const pages: [Person, string][] = [
    [person, "/"],
    [person, "/sign-in"],
    [person, "/find?service=hudbesvar"],
    [person, `/confirm/${hold.id}`],
    [person, `/visit/${visit.id}`],
    [person, "/v"],
    [staff, "/day"],
  ];
  const faults: string[] = [];
  for (const [who, path] of pages) {
    await who.open(path);
    const titles = new Set<string>();
    for (const [language, name] of [["fi", /Suomi/], ["en", /English/], ["sv", /Svenska/]] as const) {
      const button = who.page.locator(".langs").getByRole("button", { name });
      await button.click();
      await expect(who.page.locator("html")).toHaveAttribute("lang", language);
      await expect(button).toHaveAttribute("aria-current", "true");
      await expect(who.page.locator(".skeleton")).toHaveCount(0);
      const spoken = foreign(language, await said(who.page));
      faults.push(...spoken.map((text) => `${path} in ${language}: ${text}`));
      titles.add(await who.page.title());
    }
    expect(titles.size, `titles of ${path}: ${[...titles].join(", ")}`).toBe(3);
  }
  expect(faults.join("\n")).toBe("");
  await page.locator(".langs").getByRole("button", { name: /English/ }).click();
  await person.open("/find");
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
});

test("a visit by keyboard alone: from finding a time to the end of the call", async ({ people }) => {
  test.setTimeout(120_000);
  const patient = await people({ width: 1280, height: 860 });
  const { page } = patient;
  await enter(patient, "gun-britt");
  const doctor = await people({ width: 1440, height: 900 });
  await enter(doctor, "anna");
  const anna = await practitioner(patient, "Anna Holm");
  let id = "";

  await test.step("finds, keeps and confirms", async () => {
    await patient.open("/");
    await press(page.getByRole("link", { name: /^Läkare(?!,)/ }).first());
    await expect(page).toHaveURL(/\/find/);
    await expect(page.getByRole("heading", { level: 1 })).toBeFocused();
    await press(page.getByRole("checkbox", { name: patient.like("find.wish.morning") }), "Space");
    await expect(page).toHaveURL(/timeOfDay=morning/);
    // The rest of the way with the one whom the demo lets sign in.
    const [slot] = await times(patient, "lakare", { modality: "video", practitioner: anna, from: dayAhead(2) });
    await patient.open(`/find?service=lakare&modality=video&practitioner=${anna}&date=${dayOf(slot?.start ?? 0)}`);
    await press(page.locator(".slots").getByRole("button", { name: atClock(slot?.start ?? "") }), "Space");
    await press(patient.button("find.continue"));
    await expect(page).toHaveURL(/\/confirm\//);
    await tabTo(page.getByLabel(patient.t("confirm.reason")));
    await page.keyboard.type("Bara med tangenterna");
    await press(patient.button("confirm.do"));
    await expect(page).toHaveURL(/\/visit\/[0-9a-f-]{36}$/);
    id = page.url().split("/").at(-1) ?? "";
    expect(sql(`SELECT reason FROM appointments WHERE id = '${id}'`)).toBe("Bara med tangenterna");
  });

  await test.step("asks a question and is back where it was", async () => {
    await press(patient.button("visit.cancel"));
    await expect(page.getByRole("dialog")).toBeVisible();
    await tabTo(page.getByRole("dialog").getByRole("button", { name: patient.t("visit.stay") }));
    await page.keyboard.press("Escape");
    await expect(page.getByRole("dialog")).toBeHidden();
    await expect(patient.button("visit.cancel")).toBeFocused();
  });

  await test.step("waits, is let in", async () => {
    await press(page.getByRole("link", { name: patient.t("visit.enter") }));
    await expect(page.getByText(patient.t("wait.netOk"))).toBeVisible();
    await tabTo(page.getByRole("button", { name: patient.like("wait.leave") }));
    await doctor.open("/day");
    await doctor.open(`/staff/visit/${id}`);
    await press(doctor.button("admit.button"));
    await expect(page.locator(".call__main video")).toBeVisible();
  });

  const controls = page.locator("#controls");
  const control = (key: string) => controls.getByRole("button", { name: patient.t(key), exact: true });
  await test.step("the patient turns the sound off and on, writes, and leaves", async () => {
    await press(control("call.micOn"), "Space");
    await expect(control("call.micOff")).toHaveAttribute("aria-pressed", "true");
    await expect(control("call.micOff")).toBeFocused();
    await page.keyboard.press("Space");
    await expect(control("call.micOn")).toBeFocused();
    await press(control("call.text"));
    await expect(page.getByRole("textbox")).toBeFocused();
    await page.keyboard.type("Hör du mig?");
    await page.keyboard.press("Enter");
    await expect(doctor.page.getByRole("log").getByText("Hör du mig?")).toBeVisible();
    await tabTo(doctor.page.getByRole("textbox", { name: doctor.t("staff.chat.label") }));
    await doctor.page.keyboard.type("Ja.");
    await doctor.page.keyboard.press("Enter");
    await expect(page.getByRole("log").getByText("Ja.")).toBeVisible();
    await press(control("call.leave"));
    await press(page.getByRole("dialog").getByRole("button", { name: patient.t("call.leave"), exact: true }));
    await expect(page.getByRole("heading", { level: 1, name: patient.t("ended.leftTitle") })).toBeFocused();
  });

  await test.step("the physician finishes", async () => {
    await press(doctor.button("staff.close.button"));
    await press(doctor.page.getByRole("dialog").getByRole("button", { name: doctor.t("staff.close.confirm"), exact: true }));
    await expect(doctor.page).toHaveURL(/\/day/);
    await expect.poll(() => sql(`SELECT state FROM visits WHERE id = '${id}'`)).toBe("finished");
  });
});

test("nothing moves for those who asked for that", async ({ people }) => {
  const person = await people({ width: 390, height: 844 });
  await person.page.emulateMedia({ reducedMotion: "reduce" });
  await enter(person, "anna");
  for (const path of ["/", "/find?service=lakare", "/sign-in", "/day"]) {
    await person.open(path);
    await expect(person.page.getByRole("heading", { level: 1 })).toBeVisible();
    const moving = await person.page.evaluate(() =>
      [...document.querySelectorAll("*")].flatMap((element) => {
        const { transitionDuration, animationDuration, animationName } = getComputedStyle(element);
        const longest = (list: string): number => Math.max(...list.split(",").map((part) => Number.parseFloat(part) * (part.trim().endsWith("ms") ? 1 : 1000)));
        return longest(transitionDuration) > 10 || (animationName !== "none" && longest(animationDuration) > 10) ? [`${element.tagName}.${element.getAttribute("class") ?? ""}`] : [];
      }),
    );
    expect(moving, path).toEqual([]);
  }
});
