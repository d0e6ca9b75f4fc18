import type { Locator, Page } from "@playwright/test";
import { expect } from "./people";

interface Stop {
  what: string;
  fault: string | undefined;
}

/** Presses Tab until the element has the focus; every stop on the way shows where one is. */
export async function tabTo(target: Locator, most = 400): Promise<void> {
  await expect(target).toBeVisible();
  const page = target.page();
  const stops: string[] = [];
  for (let n = 0; n < most; n++) {
    await page.keyboard.press("Tab");
    const { what, fault } = await stop(page);
    stops.push(what);
    expect(fault, `${what}, after ${stops.slice(-4, -1).join(", ")}`).toBeUndefined();
    if (await target.evaluate((element) => element === document.activeElement)) return;
  }
  throw new Error(`the keyboard does not reach ${String(target)}; the last stops: ${stops.slice(-12).join(", ")}`);
}

/** Goes there with Tab and presses. */
export async function press(target: Locator, key = "Enter"): Promise<void> {
  await tabTo(target);
  await target.page().keyboard.press(key);
}

/** Where the focus is, and what is wrong with how it shows. */
function stop(page: Page): Promise<Stop> {
  return page.evaluate(() => {
    const element = document.activeElement;
    if (!(element instanceof HTMLElement || element instanceof SVGElement) || element === document.body) return { what: "the page", fault: undefined };
    const name = (element.getAttribute("aria-label") ?? element.textContent ?? "").trim().slice(0, 40);
    const what = `${element.tagName.toLowerCase()}.${element.getAttribute("class") ?? ""} “${name}”`;
    // A heading that a new page gave the focus to is where one begins, not a stop of the Tab key.
    if (element.tabIndex < 0) return { what, fault: undefined };
    // A hidden box shows its focus on the card around it.
    const shown = [element, ...[element.closest("label"), element.closest("label")?.querySelector(".tick")].filter((one) => one instanceof Element)];
    const ring = shown.some((one) => {
      const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(one);
      return (outlineStyle !== "none" && Number.parseFloat(outlineWidth) >= 2) || boxShadow !== "none";
    });
    if (!ring) return { what, fault: "the focus is not seen" };
    const box = (element.closest("label") ?? element).getBoundingClientRect();
    const inSight = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
    return { what, fault: inSight ? undefined : "the focus is out of sight" };
  });
}
