// Writes "passed failed" from the JSON report of vitest or Playwright: count.mjs vitest|playwright REPORT FILE.
import { existsSync, readFileSync, writeFileSync } from "node:fs";

const [, , tool, report, file] = process.argv;
if (existsSync(report)) {
  const result = JSON.parse(readFileSync(report, "utf8"));
  const [passed, failed] =
    tool === "vitest"
      ? [result.numPassedTests, result.numFailedTests]
      : [result.stats.expected, result.stats.unexpected + result.stats.flaky];
  writeFileSync(file, `${passed} ${failed}\n`);
}
