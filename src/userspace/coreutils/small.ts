/** Utilities of a few lines: yes(1), printenv(1), tty(1), mkfifo(1), udevadm(8). */
import { strerror } from "../../kernel/index.ts";
import type { Program } from "../../syscall/index.ts";
import { print, STDIN } from "../lib/index.ts";
import { parseMode, umaskOf } from "./mode.ts";
import { quote } from "./quote.ts";
import { utility } from "./utility.ts";

/** What yes writes at a time, bytes at least. */
const BLOCK = 8192;

export const yes = utility({ usage: "[STRING]...", short: "", stopAtOperand: true }, async (util) => {
  const line = `${util.operands.length === 0 ? "y" : util.operands.join(" ")}\n`;
  const block = line.repeat(Math.ceil(BLOCK / line.length));
  for (;;) {
    const error = await print(util.process, block);
    if (error < 0) await util.die(`standard output: ${strerror(error)}`);
  }
});

export const printenv = utility({ usage: "[OPTION]... [VARIABLE]...", short: "0", long: { null: "0" }, trouble: 2 }, async (util) => {
  const end = util.has("0") ? "\0" : "\n";
  const { env } = util.process;
  if (util.operands.length === 0) for (const [name, value] of env) await util.out(`${name}=${value}${end}`);
  for (const name of util.operands) {
    const value = env.get(name);
    if (value === undefined || name.includes("=")) util.status = 1;
    else await util.out(`${value}${end}`);
  }
});

export const tty = utility({ usage: "[OPTION]...", short: "s", long: { silent: "s", quiet: "s" }, trouble: 2 }, async (util) => {
  const [extra] = util.operands;
  if (extra !== undefined) await util.misused(`extra operand ${quote(extra)}`);
  const terminal = util.process.isatty(STDIN);
  const name = await util.process.readlink(`/proc/self/fd/${STDIN}`);
  const path = typeof name === "string" && name.startsWith("/") ? name : "/dev/console";
  if (!util.has("s")) await util.out(terminal ? `${path}\n` : "not a tty\n");
  if (!terminal) util.status = 1;
});

export const mkfifo = utility(
  { usage: "[OPTION]... NAME...", short: "m:Z", long: { mode: "m:", context: "context::" }, refused: ["Z", "context"] },
  async (util) => {
    if (util.operands.length === 0) await util.missingOperand();
    const wanted = util.value("m");
    const mode = wanted === undefined ? 0o666 : parseMode(wanted, 0o666, { isDirectory: false, umask: umaskOf(util.process) });
    if (mode === null) return await util.die("invalid mode");
    for (const path of util.operands) {
      const error = await util.process.mkfifo(path, mode);
      if (error < 0) await util.fail(`cannot create fifo ${quote(path)}: ${strerror(error)}`);
      else if (wanted !== undefined) await util.process.chmod(path, mode);
    }
  },
);

/** The machine has no udev: events settle at once, and nobody is told. */
export const udevadm: Program = async () => 0;
