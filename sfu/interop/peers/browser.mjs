// node browser.mjs chrome|firefox EXECUTABLE URL: participants in a browser, all in one page of it.

import { createRequire } from "node:module";
import { obey } from "./commands.mjs";

const { default: puppeteer } = await import(createRequire(new URL("../../../web/package.json", import.meta.url)).resolve("puppeteer-core"));
const [browserName, executablePath, url] = process.argv.slice(2);

const browser = await puppeteer.launch({
  browser: browserName,
  executablePath,
  headless: true,
  args: browserName === "chrome"
    ? ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run", "--autoplay-policy=no-user-gesture-required"]
    : [],
  extraPrefsFirefox: { "media.autoplay.default": 0, "media.autoplay.blocking_policy": 0 },
});
const [page = await browser.newPage()] = await browser.pages();
const said = [];
page.on("pageerror", (error) => said.push(String(error)));
page.on("console", (message) => said.push(message.text()));
await page.goto(url);

await obey(async (name, rest) => {
  try {
    return await page.evaluate((name, rest) => window.participants[name](rest), name, rest);
  } catch (error) {
    throw new Error(`${error} ${said.join("; ")}`);
  }
}, () => browser.close());
