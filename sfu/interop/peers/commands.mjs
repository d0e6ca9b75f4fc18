// Commands come as lines of JSON on standard input, results go as lines of JSON to standard output (../doc.go).

import { createInterface } from "node:readline";

/** Obeys until the input ends. */
export async function obey(command, end) {
  const running = new Set();
  const one = async (line) => {
    const { id, do: name, ...rest } = JSON.parse(line);
    let reply;
    try {
      reply = { id, result: await command(name, rest) };
    } catch (error) {
      reply = { id, error: String(error?.stack ?? error) };
    }
    process.stdout.write(`${JSON.stringify(reply)}\n`);
  };
  for await (const line of createInterface({ input: process.stdin })) {
    const task = one(line).finally(() => running.delete(task));
    running.add(task);
  }
  await Promise.allSettled(running);
  await end();
  process.exit(0);
}
