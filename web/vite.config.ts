import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { compiledTexts } from "./scripts/texts.mjs";

// In development the API and the signalling WebSocket are those of a running `nara serve`.
const server = process.env.NARA_SERVER ?? "http://127.0.0.1:8080";

// What the server puts into the page must pass its own policy (style-src 'self', script-src 'self'), so nothing is
// inlined: no data: URLs, no module-preload script.
export default defineConfig({
  plugins: [react(), compiledTexts()],
  build: {
    outDir: "dist",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    manifest: true,
    modulePreload: { polyfill: false },
    target: ["chrome111", "firefox115", "safari16.4"],
    rolldownOptions: {
      output: {
        codeSplitting: {
          // What every patient's page needs is one file: one request, and compressed as one. The rest follows the routes.
          groups: [
            {
              name: "base",
              test: /node_modules\/(react|react-dom|scheduler|use-sync-external-store|@tanstack|@lingui)\/|\/src\/(api|app|components|locales)\/(?!ModalDialog|Choice|Select|Meters|Nearline)/,
            },
          ],
        },
      },
    },
  },
  server: {
    proxy: {
      "/v1": { target: server, ws: true, changeOrigin: true },
    },
  },
  test: {
    include: ["src/**/*.test.ts"],
    environment: "node",
  },
});
