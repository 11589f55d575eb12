/** The program's entry. */
import { runCli } from "./cli.ts";
import { nodeHost } from "./host.ts";

void runCli(process.argv.slice(2), nodeHost()).then((status) => {
  process.exitCode = status;
});
