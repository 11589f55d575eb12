/** The program's entry; a thread of the pool of `explore --workers` begins here too. */
import { isMainThread } from "node:worker_threads";
import { runCli } from "./cli.ts";
import { nodeHost } from "./host.ts";

const host = nodeHost();

/** Until the command has ended, everything is written and the exit status is set; of a thread of the pool: until it is told to end. */
export const done: Promise<void> = isMainThread ? runCommand() : serveThePool();

async function runCommand(): Promise<void> {
  process.exitCode = await runCli(process.argv.slice(2), host);
}

async function serveThePool(): Promise<void> {
  const [{ serve }, { exploreShard }] = await Promise.all([import("./workers.ts"), import("./explore.ts")]);
  const loaded = { current: null };
  await serve((job, shared) => exploreShard(host, job, shared, loaded));
}
