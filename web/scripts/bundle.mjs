// Prints what a patient's browser loads on its way through the service, compressed, and fails above the limit.
// Script and style count together; the fonts (two files, kept for good) are told beside them.
import { readFileSync, readdirSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const limit = 150 * 1000;
const dist = fileURLToPath(new URL("../dist/", import.meta.url));
const manifest = JSON.parse(readFileSync(`${dist}.vite/manifest.json`, "utf8"));

// What each page asks for by itself: its module and its texts.
const pages = {
  "/": { modules: ["src/patient/StartPage.tsx"], texts: ["common", "patient"] },
  "/find": { modules: ["src/patient/find/FindPage.tsx"], texts: ["common", "patient"] },
  "/visit/…/call": { modules: ["src/patient/call/CallPage.tsx"], texts: ["common", "call"] },
};
// Comes while the person waits to be let in.
const later = ["src/patient/call/InCall.tsx"];

/** Every file that a chunk pulls in without being asked again. */
function files(key, found = new Set()) {
  const chunk = manifest[key];
  if (!chunk) throw new Error(`${key} is not in dist/.vite/manifest.json`);
  if (found.has(chunk.file)) return found;
  found.add(chunk.file);
  for (const css of chunk.css ?? []) found.add(css);
  for (const imported of chunk.imports ?? []) files(imported, found);
  return found;
}

const compressed = (file) => gzipSync(readFileSync(dist + file), { level: 9 }).length;
const texts = (area) =>
  Math.max(...Object.keys(manifest).filter((key) => key.includes(`texts:`) && key.endsWith(`/${area}`)).map((key) => compressed(manifest[key].file)));

let worst = 0;
for (const [page, { modules, texts: areas }] of Object.entries(pages)) {
  const loaded = new Set(["index.html", ...modules].flatMap((key) => [...files(key)]));
  const words = areas.reduce((sum, area) => sum + texts(area), compressed("index.html"));
  const bytes = [...loaded].reduce((sum, file) => sum + compressed(file), words);
  worst = Math.max(worst, bytes);
  console.log(`${page.padEnd(16)} ${(bytes / 1000).toFixed(1).padStart(6)} kB gzip in ${loaded.size + areas.length + 1} files`);
}
const afterwards = later.flatMap((key) => compressed(manifest[key].file)).reduce((sum, size) => sum + size, 0);
console.log(`while waiting    ${(afterwards / 1000).toFixed(1).padStart(6)} kB gzip`);
const fonts = readdirSync(`${dist}assets`).filter((name) => name.endsWith(".woff2"));
console.log(`fonts            ${(fonts.reduce((sum, name) => sum + statSync(`${dist}assets/${name}`).size, 0) / 1000).toFixed(1).padStart(6)} kB`);

if (worst > limit) {
  console.error(`A patient's page may load ${limit / 1000} kB; look at what it imports.`);
  process.exit(1);
}
