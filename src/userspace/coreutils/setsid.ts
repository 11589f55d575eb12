/** setsid(1) of util-linux: a program in a session of its own; -c -f -w. Left out: -c at a terminal. */
import { ENOENT, strerror } from "../../kernel/index.ts";
import type { Process } from "../../syscall/index.ts";
import { complain, execvp } from "../lib/index.ts";
import { type Utility, utility } from "./utility.ts";

const EXIT_CANNOT_INVOKE = 126;
const EXIT_ENOENT = 127;

const manual = {
  version: "setsid from util-linux 2.38.1",
  usage: "[options] <program> [arguments ...]",
  short: "cfw",
  long: { ctty: "c", fork: "f", wait: "w" },
  refused: ["c"],
  stopAtOperand: true,
};

export const setsid = utility(manual, async (util) => {
  const { process } = util;
  if (util.operands.length === 0) return await util.misused("no command specified");
  // The leader of a group cannot begin a session: a child of it can.
  if (!util.has("f") && process.getpgid(0) !== process.pid) util.status = await become(process, util.name, util.operands);
  else await runInChild(util);
});

async function runInChild(util: Utility): Promise<void> {
  const { process } = util;
  const pid = await process.fork((child) => become(child, util.name, util.operands));
  if (pid < 0) return await util.die(`fork: ${strerror(pid)}`);
  if (!util.has("w")) return;
  const ended = await process.wait4(pid, 0);
  if (ended === null || typeof ended === "number") return await util.die(`wait: ${strerror(ended ?? 0)}`);
  if (ended.signal !== 0) return await util.die(`child ${pid} did not exit normally: Success`, ended.signal);
  util.status = ended.exitCode;
}

/** The status, if the program cannot be run. */
async function become(process: Process, name: string, argv: readonly string[]): Promise<number> {
  const session = process.setsid();
  if (session < 0) {
    await complain(process, `${name}: setsid failed: ${strerror(session)}\n`);
    return 1;
  }
  const error = await execvp(process, argv);
  await complain(process, `${name}: failed to execute ${argv[0] ?? ""}: ${strerror(error)}\n`);
  return error === -ENOENT ? EXIT_ENOENT : EXIT_CANNOT_INVOKE;
}
