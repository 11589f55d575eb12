/**
 * Programs that run another one a little differently: nice(1), ionice(1), stdbuf(1). There are no priorities of tasks here: nice and ionice run
 * the program as it is.
 */
import { ENOENT, strerror } from "../../kernel/index.ts";
import type { Program } from "../../syscall/index.ts";
import { execvp } from "../lib/index.ts";
import { quote } from "./quote.ts";
import { parseSize } from "./size.ts";
import { type Utility, utility } from "./utility.ts";

const EXIT_CANCELED = 125;
const EXIT_CANNOT_INVOKE = 126;
const EXIT_ENOENT = 127;

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
  if (util.operands.length > 0) return await become(util, util.operands, quote);
  if (text !== undefined) await util.misused("a command must be given with an adjustment");
  await util.out("0\n");
});

const ioniceManual = {
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
