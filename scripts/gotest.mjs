// Reads `go test -json` on standard input: prints a line for each package and the output of what failed, and writes
// "passed failed" into the file given. Ends with 1 when anything failed, also when a package did not compile.
import { writeFileSync } from "node:fs";
import { createInterface } from "node:readline";

const countFile = process.argv[2];
const output = new Map(); // "package test" → lines, kept until it passed
let passed = 0;
let failed = 0;

for await (const line of createInterface({ input: process.stdin })) {
  if (!line.startsWith("{")) {
    console.log(line); // what the go command itself says
    continue;
  }
  const event = JSON.parse(line);
  const name = event.Package ?? event.ImportPath ?? "";
  const key = `${name} ${event.Test ?? ""}`;
  switch (event.Action) {
    case "output":
    case "build-output":
      output.set(key, [...(output.get(key) ?? []), event.Output]);
      break;
    case "build-fail":
      failed += 1;
      console.log(`FAIL  ${name} does not compile\n${(output.get(key) ?? []).join("")}`);
      break;
    case "pass":
      if (event.Test) passed += 1;
      else console.log(`ok    ${name} ${event.Elapsed} s`);
      output.delete(key);
      break;
    case "fail":
      if (event.Test) failed += 1;
      console.log(`FAIL  ${key}\n${(output.get(key) ?? []).join("")}`);
      if (!event.Test && !event.FailedBuild && failed === 0) failed = 1; // the package failed outside of its tests
      output.delete(key);
      break;
    case "skip":
      if (event.Test) console.log(`skip  ${key}\n${(output.get(key) ?? []).join("")}`);
      output.delete(key);
      break;
  }
}
if (passed === 0 && failed === 0) failed = 1; // nothing was tested at all
writeFileSync(countFile, `${passed} ${failed}\n`);
process.exit(failed > 0 ? 1 : 0);
