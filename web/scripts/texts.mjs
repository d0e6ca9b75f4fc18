// The texts of the user interface: one JSON file for each language and area, keyed, in ICU MessageFormat.
//
//   node scripts/texts.mjs           checks them and writes src/locales/texts.gen.ts (keys with their arguments)
//   node scripts/texts.mjs --check   checks them and fails when that file is out of date
//   compiledTexts()                  the Vite plugin that compiles them, so that no parser travels to the browser
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { compileMessage } from "@lingui/message-utils/compileMessage";

const folder = fileURLToPath(new URL("../src/locales/", import.meta.url));
const target = `${folder}texts.gen.ts`;
const languages = ["sv", "fi", "en"];
const areas = readdirSync(`${folder}sv`).map((name) => name.replace(/\.json$/, "")).sort();

const read = (language, area) => JSON.parse(readFileSync(`${folder}${language}/${area}.json`, "utf8"));

/** The arguments of a compiled message: name → type. */
function argumentsOf(tokens, found = new Map()) {
  if (!Array.isArray(tokens)) return found;
  for (const token of tokens) {
    if (!Array.isArray(token)) continue;
    const [name, kind, choices] = token;
    found.set(name, kind === "plural" || kind === "selectordinal" || kind === "number" ? "number" : "string | number");
    if (choices && typeof choices === "object") {
      for (const branch of Object.values(choices)) argumentsOf(branch, found);
    }
  }
  return found;
}

const signature = (message) =>
  [...argumentsOf(compileMessage(message))]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, type]) => `${name}: ${type}`)
    .join("; ");

/** Every fault of every catalogue, in words. */
export function faults() {
  const found = [];
  const owner = new Map();
  for (const area of areas) {
    const texts = Object.fromEntries(
      languages.map((language) => {
        const path = `${folder}${language}/${area}.json`;
        if (!existsSync(path)) found.push(`${language}/${area}.json is missing`);
        return [language, existsSync(path) ? read(language, area) : {}];
      }),
    );
    const keys = new Set(languages.flatMap((language) => Object.keys(texts[language])));
    for (const key of keys) {
      if (owner.has(key)) found.push(`${key} is in ${owner.get(key)}.json and in ${area}.json`);
      owner.set(key, area);
      const signatures = new Map();
      for (const language of languages) {
        const message = texts[language][key];
        if (typeof message !== "string" || message.trim() === "") {
          found.push(`${language}/${area}.json: ${key} has no text`);
          continue;
        }
        try {
          signatures.set(language, signature(message));
        } catch (error) {
          found.push(`${language}/${area}.json: ${key}: ${error.message}`);
        }
      }
      const names = new Set([...signatures.values()].map((s) => s.replace(/: [^;]+/g, "")));
      if (names.size > 1) {
        found.push(`${area}: ${key} takes ${[...signatures].map(([l, s]) => `{${s}} in ${l}`).join(", ")}`);
      }
    }
  }
  return found;
}

function generated() {
  const name = (area) => `${area[0].toUpperCase()}${area.slice(1)}Texts`;
  const blocks = areas.map((area) => {
    const texts = languages.map((language) => read(language, area));
    const lines = Object.keys(texts[0]).sort().map((key) => {
      // A number in one language is a number in all.
      const signatures = texts.map((t) => signature(t[key] ?? ""));
      const strict = signatures.reduce((a, b) => (b.split("number").length < a.split("number").length ? a : b));
      const merged = signatures.find((s) => !s.includes("string |")) ?? strict;
      return `  ${JSON.stringify(key)}: ${merged === "" ? "null" : `{ ${merged} }`};`;
    });
    return `export interface ${name(area)} {\n${lines.join("\n")}\n}\n`;
  });
  return (
    "// Generated from the catalogues by `npm run texts`. Do not edit.\n\n" +
    `export type Area = ${areas.map((a) => JSON.stringify(a)).join(" | ")};\n\n` +
    `${blocks.join("\n")}\n` +
    `export interface Texts extends ${areas.map(name).join(", ")} {}\n`
  );
}

/** Vite plugin: `texts:sv/patient` is a module of compiled messages. */
export function compiledTexts() {
  return {
    name: "nara-texts",
    resolveId: (id) => (id.startsWith("texts:") ? `\0${id}` : undefined),
    load(id) {
      if (!id.startsWith("\0texts:")) return undefined;
      const path = `${folder}${id.slice("\0texts:".length)}.json`;
      this.addWatchFile(path);
      const compiled = Object.entries(JSON.parse(readFileSync(path, "utf8"))).map(([key, message]) => [
        key,
        compileMessage(message),
      ]);
      return `export default ${JSON.stringify(Object.fromEntries(compiled))};`;
    },
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const found = faults();
  if (found.length > 0) {
    console.error(`The texts are not complete:\n  ${found.join("\n  ")}`);
    process.exit(1);
  }
  const wanted = generated();
  if (!process.argv.includes("--check")) {
    writeFileSync(target, wanted);
  } else if (!existsSync(target) || readFileSync(target, "utf8") !== wanted) {
    console.error("src/locales/texts.gen.ts is out of date. Run `npm run texts`.");
    process.exit(1);
  }
}
