/** ip netns exec: a program in a namespace. It takes ip's place, so its status is its own; with -all there is a child for each. */
import { EACCES, ENOENT, ENOEXEC, ENOTDIR, strerror } from "../../../kernel/index.ts";
import type { Process } from "../../../syscall/index.ts";
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

/** execvp(3): looks the program up in $PATH, and hands to /bin/sh what is a text without an interpreter line. */
async function execvp(process: Process, argv: readonly string[]): Promise<number> {
  const file = argv[0] ?? "";
  if (file === "") return -ENOENT;
  const folders = file.includes("/") ? [""] : (process.env.get("PATH") ?? "/bin:/usr/bin").split(":");
  let denied = false;
  for (const folder of folders) {
    const path = folder === "" ? file : `${folder}/${file}`;
    const error = await process.execve(path, argv, process.env);
    if (error === -ENOEXEC) return await process.execve("/bin/sh", ["/bin/sh", path, ...argv.slice(1)], process.env);
    if (error === -EACCES) denied = true;
    else if (error !== -ENOENT && error !== -ENOTDIR) return error;
  }
  return denied ? -EACCES : -ENOENT;
}
