import { type Browser, type BrowserContext, type ConsoleMessage, type Page, chromium, expect, test as base } from "@playwright/test";
import { url } from "./server";
import { type Language, pattern, text } from "./texts";

/** Somebody at a browser of their own: other cookies, other storage, own devices. */
export class Person {
  readonly faults: string[] = [];

  constructor(
    readonly page: Page,
    readonly context: BrowserContext,
    readonly language: Language,
  ) {
    page.on("pageerror", (error) => this.faults.push(`error: ${error.message}`));
    page.on("console", (message: ConsoleMessage) => {
      // A refused request is part of some paths; a broken policy or a broken page never is.
      if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) this.faults.push(message.text());
    });
    page.on("request", (request) => {
      const asked = new URL(request.url());
      if (asked.protocol.startsWith("http") && asked.origin !== new URL(url()).origin) this.faults.push(`request to ${asked.origin}`);
    });
  }

  t(key: string, values?: Readonly<Record<string, string>>): string {
    return text(this.language, key, values);
  }

  like(key: string): RegExp {
    return pattern(this.language, key);
  }

  button(key: string, values?: Readonly<Record<string, string>>) {
    return this.page.getByRole("button", { name: values ? this.t(key, values) : this.like(key) });
  }

  async open(path: string): Promise<void> {
    await this.page.goto(url() + path);
  }

  /** One click on the sign-in page. */
  async signIn(account: string, name: string): Promise<void> {
    await this.open("/sign-in");
    await this.page.getByRole("button", { name: new RegExp(name) }).or(this.page.getByRole("link", { name: new RegExp(name) })).first().click();
    await this.page.waitForURL((now) => now.pathname !== "/sign-in", { timeout: 15_000 });
    const me = await this.ask<{ signedIn: boolean }>("GET", "/v1/me");
    expect(me.signedIn, account).toBe(true);
  }

  /** A list of a day shows today; late in the evening the earliest time may be tomorrow. */
  async showDayOf(start: string): Promise<void> {
    const day = (at: Date) => at.toLocaleDateString("sv-FI", { timeZone: "Europe/Helsinki" });
    if (day(new Date(start)) !== day(new Date())) await this.button("day.following").click();
  }

  /** The API as this person's browser sees it. */
  async ask<T>(method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}): Promise<T> {
    const answer = await this.context.request.fetch(url() + path, { method, headers: { origin: url(), ...headers }, ...(body !== undefined && { data: body }) });
    if (!answer.ok()) throw new Error(`${method} ${path}: ${answer.status()} ${await answer.text()}`);
    return (answer.status() === 204 ? undefined : await answer.json()) as T;
  }
}

export interface Visitor {
  language?: Language;
  width?: number;
  height?: number;
  dark?: boolean;
  /** Without it the browser has no right to camera and microphone. */
  devices?: boolean;
  /** Another browser than the one with fake devices. */
  browser?: Browser;
}

interface Shared {
  browserWithDevices: Browser;
}

interface Fixtures {
  /** Makes people; at the end nobody may have met an error, a broken policy or another host. */
  people: (visitor?: Visitor) => Promise<Person>;
}

const quiet = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--autoplay-policy=no-user-gesture-required",
];

export const chromiumPath = process.env.NARA_CHROMIUM ?? "/usr/bin/chromium";

export function launch(more: readonly string[]): Promise<Browser> {
  return chromium.launch({ executablePath: chromiumPath, args: [...quiet, ...more] });
}

export const test = base.extend<Fixtures, Shared>({
  browserWithDevices: [
    // eslint-disable-next-line no-empty-pattern
    async ({}, use) => {
      const browser = await launch(["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream=device-count=3,fps=30"]);
      await use(browser);
      await browser.close();
    },
    { scope: "worker" },
  ],
  people: async ({ browserWithDevices }, use) => {
    const made: Person[] = [];
    await use(async ({ language = "sv", width = 1280, height = 860, dark = false, devices = true, browser = browserWithDevices } = {}) => {
      const context = await browser.newContext({
        viewport: { width, height },
        locale: `${language}-FI`,
        timezoneId: "Europe/Helsinki",
        colorScheme: dark ? "dark" : "light",
        permissions: devices ? ["camera", "microphone", "clipboard-read", "clipboard-write"] : [],
      });
      const person = new Person(await context.newPage(), context, language);
      made.push(person);
      return person;
    });
    for (const { context } of made) await context.close();
    expect(made.flatMap(({ faults }) => faults)).toEqual([]);
  },
});

export { expect };
