// Generates src/api/schema.gen.ts from the server's own description of its API (src/api/openapi.json).
// With --check it writes nothing and fails when the file on disk is not what it would write.
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import openapiTS, { astToString } from "openapi-typescript";

const source = new URL("../src/api/openapi.json", import.meta.url);
const target = new URL("../src/api/schema.gen.ts", import.meta.url);
const head = "// Generated from openapi.json by `npm run types`. Do not edit.\n\n";

const wanted = head + astToString(await openapiTS(source, { alphabetize: true, defaultNonNullable: false }));

if (process.argv.includes("--check")) {
  const found = existsSync(target) ? await readFile(target, "utf8") : "";
  if (found !== wanted) {
    console.error("src/api/schema.gen.ts is not what src/api/openapi.json describes. Run `npm run types` and fix what no longer compiles.");
    process.exit(1);
  }
} else {
  await writeFile(target, wanted);
}
