import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

// What the tests need to know of the running server; set by the setup, read by the workers.
export const url = (): string => needed("NARA_E2E_URL");

/** Asks the database itself: what is true there is what survives. One row a line, columns with tabs. */
export function sql(statement: string): string {
  return execFileSync(psql(), ["-h", needed("NARA_E2E_SOCKET"), "-U", "nara", "-d", "nara", "-AtqX", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-c", statement], {
    encoding: "utf8",
  }).trim();
}

export default async function start(): Promise<() => Promise<void>> {
  const binary = resolve(process.cwd(), process.env.NARA_E2E_BINARY ?? "../bin/nara");
  if (!existsSync(binary)) throw new Error(`${binary} is missing: run \`make build\` first`);
  const folder = mkdtempSync(join(tmpdir(), "nara-e2e-"));
  const [web, admin, media] = [await freePort(), await freePort(), await freePort()];
  const log: string[] = [];
  const server = spawn(
    binary,
    ["serve", "--demo", "--data-dir", join(folder, "data"), "--listen", `127.0.0.1:${web}`, "--admin-listen", `127.0.0.1:${admin}`, "--media-listen", `127.0.0.1:${media}`, "--loops", "1"],
    { stdio: ["ignore", "pipe", "pipe"], env: { PATH: process.env.PATH ?? "", HOME: process.env.HOME ?? "/" } },
  );
  const kept = resolve(process.cwd(), "test-results");
  mkdirSync(kept, { recursive: true });
  for (const out of [server.stdout, server.stderr]) {
    out.on("data", (text: Buffer) => {
      log.push(text.toString());
      appendFileSync(join(kept, "server.log"), text);
    });
  }
  await ready(server, `http://127.0.0.1:${admin}/readyz`, log);
  process.env.NARA_E2E_URL = `http://localhost:${web}`;
  process.env.NARA_E2E_SOCKET = socketFolder(join(folder, "data", "postgres", "postmaster.pid"));
  return async () => {
    const ended = new Promise((done) => server.once("exit", done));
    server.kill("SIGTERM");
    await ended;
    const panic = log.join("").match(/^(panic:|fatal error:|WARNING: DATA RACE).*$/m);
    rmSync(folder, { recursive: true, force: true });
    if (panic) throw new Error(`the server died: ${panic[0]}\n${log.join("").slice(-4000)}`);
  };
}

async function ready(server: ChildProcess, address: string, log: readonly string[]): Promise<void> {
  const until = Date.now() + 60_000;
  while (Date.now() < until) {
    if (server.exitCode !== null) break;
    const answer = await fetch(address).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((done) => setTimeout(done, 100));
  }
  server.kill("SIGKILL");
  throw new Error(`the server is not ready:\n${log.join("")}`);
}

// PostgreSQL writes its socket's folder on the fifth line.
function socketFolder(file: string): string {
  const line = readFileSync(file, "utf8").split("\n")[4];
  if (!line) throw new Error(`no socket in ${file}`);
  return line;
}

function psql(): string {
  for (const version of ["18", "17", "16", "15"]) {
    const path = `/usr/lib/postgresql/${version}/bin/psql`;
    if (existsSync(path)) return path;
  }
  return "psql";
}

function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => (typeof address === "object" && address ? done(address.port) : fail(new Error("no port"))));
    });
    probe.on("error", fail);
  });
}

function needed(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: the server was not started`);
  return value;
}
