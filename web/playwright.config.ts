import { defineConfig } from "@playwright/test";

// The people's paths in the system's Chromium, against the real binary with its own PostgreSQL, NATS and media server.
// One worker: two browsers in a call and a server are enough for two cores.
export default defineConfig({
  testDir: "e2e",
  globalSetup: "./e2e/support/server.ts",
  workers: 1,
  fullyParallel: false,
  forbidOnly: Boolean(process.env.CI),
  retries: 0,
  timeout: 90_000,
  expect: { timeout: 15_000 },
  outputDir: "test-results",
  reporter: [["list"]],
});
