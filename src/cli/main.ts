/** The program's entry; a thread of the pool of `explore --workers` begins here too. */
import { isMainThread } from "node:worker_threads";
import { runCli } from "./cli.ts";
import { exploreShard } from "./explore.ts";
import { nodeHost } from "./host.ts";
import { serve } from "./workers.ts";

const host = nodeHost();
if (isMainThread) {
  void runCli(process.argv.slice(2), host).then((status) => {
    process.exitCode = status;
  });
} else {
  void serve((job, shared) => exploreShard(host, job, shared));
}
