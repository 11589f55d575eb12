/**
 * Programs that run another one a little differently: nice(1), renice(1), ionice(1), stdbuf(1). A task keeps its nice value, but the scheduler
 * does not heed it; ionice runs the program as it is.
 */
import { ENOENT, ESRCH, strerror } from "../../kernel/index.ts";
import type { Program } from "../../syscall/index.ts";
import { execvp } from "../lib/index.ts";
import { quote } from "./quote.ts";
import { parseSize } from "./size.ts";
import { type Utility, utility } from "./utility.ts";

const EXIT_CANCELED = 125;
const EXIT_CANNOT_INVOKE = 126;
const EXIT_ENOENT = 127;

/** What nice adds without -n. */
const DEFAULT_ADJUSTMENT = 10;

async function become(util: Utility, argv: readonly string[], failed: (name: string) => string, env = util.process.env): Promise<void> {
  await util.flush();
  const error = await execvp(util.process, argv, env);
  await util.die(`${failed(argv[0] ?? "")}: ${strerror(error)}`, error === -ENOENT ? EXIT_ENOENT : EXIT_CANNOT_INVOKE);
}

const niceManual = {
  usage: "[OPTION] [COMMAND [ARG]...]",
  short: "n:",
  long: { adjustment: "n" },
  stopAtOperand: true,
  trouble: EXIT_CANCELED,
  modernise: (words: readonly string[]): readonly string[] => words.map((word, i) => (i === 0 ? word.replace(/^-(-?\d+)$/, "-n$1") : word)),
};

export const nice = utility(niceManual, async (util) => {
  const text = util.value("n");
  if (text !== undefined && !/^[-+]?\d+$/.test(text)) await util.die(`invalid adjustment ${quote(text)}`);
  const now = util.process.getpriority(0) ?? 0;
  if (util.operands.length > 0) {
    util.process.setpriority(0, now + Number(text ?? DEFAULT_ADJUSTMENT));
    return await become(util, util.operands, quote);
  }
  if (text !== undefined) await util.misused("a command must be given with an adjustment");
  await util.out(`${now}\n`);
});

const reniceManual = {
  version: "renice from util-linux 2.38.1",
  usage: "[-n] <priority> [-p|--pid] <pid>...",
  short: "n:g:u:hV",
  long: { priority: "n", pgrp: "g", user: "u" },
  refused: ["g", "u"],
  /** Without -n the first operand is the priority; -p says only what the operands are. */
  modernise: (words: readonly string[]): readonly string[] => {
    const [first = "", ...rest] = words;
    const named = /^(-n|--priority)/.test(first) || first === "" ? words : ["-n", first, ...rest];
    return named.flatMap((word) => (word === "-p" || word === "--pid" ? [] : [word]));
  },
};

export const renice = utility(reniceManual, async (util) => {
  const text = util.value("n");
  if (text !== undefined && !/^[-+]?\d+$/.test(text)) await util.misused(`invalid priority '${text}'`);
  if (text === undefined || util.operands.length === 0) return await util.misused("not enough arguments");
  for (const operand of util.operands) {
    const pid = Number(operand);
    if (!/^\d+$/.test(operand)) await util.fail(`bad process ID value: ${operand}`);
    const before = /^\d+$/.test(operand) ? util.process.getpriority(pid) : 0;
    if (before === null) await util.fail(`failed to get priority for ${pid} (process ID): ${strerror(-ESRCH)}`);
    else if (util.process.setpriority(pid, Number(text)) < 0) util.status = 1;
    else await util.out(`${pid} (process ID) old priority ${before}, new priority ${util.process.getpriority(pid)}\n`);
  }
});

const ioniceManual = {
  version: "ionice from util-linux 2.38.1",
  usage: "[options] <command>",
  short: "c:n:p:P:tu:",
  long: { class: "c", classdata: "n", pid: "p", pgid: "P", ignore: "t", uid: "u" },
  refused: ["p", "P", "u"],
  stopAtOperand: true,
};

export const ionice = utility(ioniceManual, async (util) => {
  if (util.operands.length === 0) return await util.out("none: prio 0\n");
  await become(util, util.operands, (name) => `failed to execute ${name}`);
});

const stdbufManual = {
  usage: "OPTION... COMMAND",
  short: "i:o:e:",
  long: { input: "i", output: "o", error: "e" },
  stopAtOperand: true,
  trouble: EXIT_CANCELED,
};

/** Says by the variables of libstdbuf how the program is to buffer; of them the utilities here heed that of standard output. */
export const stdbuf = utility(stdbufManual, async (util) => {
  const env = new Map(util.process.env);
  if (util.operands.length === 0) return await util.misused("missing operand");
  for (const { letter, argument } of util.given) {
    const size = argument === "L" ? "L" : parseSize(argument);
    if (size === null) await util.die(`invalid mode ${quote(argument)}`);
    if (argument === "L" && letter === "i") await util.misused("line buffering stdin is meaningless");
    env.set(`_STDBUF_${letter.toUpperCase()}`, String(size));
  }
  if (util.given.length === 0) await util.misused("you must specify a buffering mode option");
  await become(util, util.operands, (name) => `failed to run command ${quote(name)}`, env);
});

/** egrep and fgrep are scripts that run `grep -E` and `grep -F`. */
function grepAs(option: string): Program {
  return async (process) => {
    const error = await execvp(process, ["grep", option, ...process.argv.slice(1)]);
    return error === -ENOENT ? EXIT_ENOENT : EXIT_CANNOT_INVOKE;
  };
}

export const egrep = grepAs("-E");
export const fgrep = grepAs("-F");
