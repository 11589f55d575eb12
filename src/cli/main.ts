/** The program's entry. */
import { runCli } from "./cli.ts";
import { nodeHost } from "./host.ts";

process.exitCode = await runCli(process.argv.slice(2), nodeHost());
