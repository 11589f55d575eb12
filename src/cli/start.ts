/** `npm start`: without arguments the story this project tells, else the command line as it is. */
import { runCli } from "./cli.ts";
import { nodeHost } from "./host.ts";

const argv = process.argv.slice(2);
process.exitCode = await runCli(argv.length === 0 ? ["compare", "scripts/netns-delete.sh"] : argv, nodeHost("npm start --"));
