/** The program's entry; a thread of the pool of `explore --workers` begins here too. */
import { isMainThread } from "node:worker_threads";
import { runCli } from "./cli.ts";
import { nodeHost } from "./host.ts";

const host = nodeHost();
if (isMainThread) {
  void runCli(process.argv.slice(2), host).then((status) => {
    process.exitCode = status;
  });
} else {
  void serveThePool();
}

async function serveThePool(): Promise<void> {
  const [{ serve }, { exploreShard }] = await Promise.all([import("./workers.ts"), import("./explore.ts")]);
  const loaded = { current: null };
  await serve((job, shared) => exploreShard(host, job, shared, loaded));
}
