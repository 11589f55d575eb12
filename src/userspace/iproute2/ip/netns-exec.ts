/** ip netns exec: a program in a namespace. It takes ip's place, so its status is its own; with -all there is a child for each. */
import { strerror } from "../../../kernel/index.ts";
import { execvp } from "../../lib/index.ts";
import { NETNS_RUN_DIR, netnsNames, netnsSwitch } from "../netns.ts";
import { EXIT_MINUS_ONE, Tool } from "../tool.ts";
import type { Words } from "../words.ts";
import type { Ip } from "./context.ts";

const EXIT_FAILURE = 1;

export async function netnsExec(ip: Ip, words: Words): Promise<number> {
  const { tool } = ip;
  const name = ip.options.all ? "" : words.next();
  if (name === undefined) {
    await tool.err("No netns name specified\n");
    return EXIT_FAILURE;
  }
  const argv = words.rest;
  if (argv.length === 0) {
    await tool.err("No command specified\n");
    return EXIT_FAILURE;
  }
  if (ip.options.all) return await execInAll(ip, argv);
  if (!(await netnsSwitch(tool, name))) return EXIT_MINUS_ONE;
  return await execute(tool, argv);
}

async function execInAll(ip: Ip, argv: readonly string[]): Promise<number> {
  const { tool } = ip;
  const names = await netnsNames(tool.process);
  if (typeof names === "number") {
    await tool.err(`Failed to open directory ${NETNS_RUN_DIR}: ${strerror(names)}\n`);
    return EXIT_FAILURE;
  }
  for (const name of names) {
    tool.out(`\nnetns: ${name}\n`);
    await tool.flush();
    const pid = await tool.process.fork(async (process) => {
      const child = new Tool(process);
      return (await netnsSwitch(child, name)) ? await execute(child, argv) : EXIT_FAILURE;
    });
    if (pid < 0) {
      await tool.err(`fork: ${strerror(pid)}\n`);
      return EXIT_FAILURE;
    }
    const ended = await tool.process.wait4(pid, 0);
    if (ended === null || typeof ended === "number" || ended.signal !== 0) return EXIT_FAILURE;
  }
  return 0;
}

/** Becomes the program. Returns only if that failed. */
async function execute(tool: Tool, argv: readonly string[]): Promise<number> {
  await tool.flush();
  const error = await execvp(tool.process, argv);
  await tool.err(`exec of "${argv[0]}" failed: ${strerror(error)}\n`);
  return EXIT_FAILURE;
}
