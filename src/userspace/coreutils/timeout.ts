/**
 * timeout(1): -k, -s, -v, --preserve-status, --foreground. The command and timeout are a process group of their own, which
 * gets the signal too.
 */
import { ENOENT, SIGCHLD, SIGCONT, SIGHUP, SIGINT, SIGKILL, SIGQUIT, SIGTERM, strerror } from "../../kernel/index.ts";
import type { Process, WaitStatus } from "../../syscall/index.ts";
import { complain, execvp } from "../lib/index.ts";
import { parseDuration } from "./duration.ts";
import { quote } from "./quote.ts";
import { parseSignal, signalName } from "./signals.ts";
import { type Utility, utility } from "./utility.ts";

const WNOHANG = 1;
const EXIT_TIMEDOUT = 124;
const EXIT_CANCELED = 125;
const EXIT_CANNOT_INVOKE = 126;
const EXIT_ENOENT = 127;

const manual = {
  usage: "[OPTION] DURATION COMMAND [ARG]...",
  short: "k:s:v",
  long: { "kill-after": "k", signal: "s", verbose: "v", foreground: "foreground", "preserve-status": "preserve-status" },
  stopAtOperand: true,
  trouble: EXIT_CANCELED,
};

/** A command that runs, and what will happen to it. */
interface Watch {
  pid: number;
  readonly command: string;
  /** What is sent at the deadline. */
  signal: number;
  /** Virtual ns since boot, or null for never. */
  deadline: number | null;
  /** ns between the first signal and SIGKILL; 0 for none. */
  killAfter: number;
  timedOut: boolean;
  /** A signal that timeout itself has got and has to pass on; 0 for none. */
  received: number;
  /** A signal came since the last look at the child. */
  stirred: boolean;
}

export const timeout = utility(manual, async (util) => {
  const { process } = util;
  const signal = parseSignal(util.value("s") ?? "TERM") ?? (await util.misused(`${quote(util.value("s") ?? "")}: invalid signal`));
  const killAfter = await durationOf(util, util.value("k") ?? "0");
  const [duration, ...argv] = util.operands;
  if (duration === undefined || argv.length === 0) return await util.misused(null);
  const ns = await durationOf(util, duration);
  if (!util.has("foreground")) process.setpgid(0, 0);
  const watch: Watch = { pid: 0, command: argv[0] ?? "", signal, deadline: null, killAfter, timedOut: false, received: 0, stirred: false };
  listen(process, watch);
  const pid = await process.fork((child) => runCommand(child, util.name, argv));
  if (pid < 0) await util.die(`fork system call failed: ${strerror(pid)}`);
  watch.pid = pid;
  if (ns > 0 && ns < Infinity) watch.deadline = process.clockMonotonic() + ns;
  await finish(util, watch, await supervise(util, watch));
});

async function durationOf(util: Utility, text: string): Promise<number> {
  return parseDuration(text) ?? (await util.misused(`invalid time interval ${quote(text)}`));
}

function listen(process: Process, watch: Watch): void {
  process.sigaction(SIGCHLD, () => {
    watch.stirred = true;
  });
  for (const signal of [SIGHUP, SIGINT, SIGQUIT, SIGTERM]) {
    process.sigaction(signal, () => {
      watch.stirred = true;
      watch.received = signal;
    });
  }
}

async function runCommand(process: Process, name: string, argv: readonly string[]): Promise<number> {
  const error = await execvp(process, argv);
  await complain(process, `${name}: failed to run command ${quote(argv[0] ?? "")}: ${strerror(error)}\n`);
  return error === -ENOENT ? EXIT_ENOENT : EXIT_CANNOT_INVOKE;
}

/** Waits for the command's end, and sends signals when it is time. */
async function supervise(util: Utility, watch: Watch): Promise<WaitStatus> {
  const { process } = util;
  for (;;) {
    watch.stirred = false;
    const ended = await process.wait4(watch.pid, WNOHANG);
    if (ended !== null && typeof ended !== "number") return ended;
    const rest = watch.deadline === null ? Infinity : watch.deadline - process.clockMonotonic();
    if (watch.received !== 0) {
      const signal = watch.received;
      watch.received = 0;
      await send(util, watch, signal);
    } else if (rest <= 0) {
      watch.timedOut = true;
      await send(util, watch, watch.signal);
    } else if (!watch.stirred) {
      await (rest === Infinity ? process.pause() : process.nanosleep(rest));
    }
  }
}

async function send(util: Utility, watch: Watch, signal: number): Promise<void> {
  const { process } = util;
  watch.deadline = watch.killAfter > 0 ? process.clockMonotonic() + watch.killAfter : null;
  if (watch.killAfter > 0) watch.signal = SIGKILL;
  watch.killAfter = 0;
  if (util.has("v")) await util.say(`sending signal ${signalName(signal) ?? signal} to command ${quote(watch.command)}`);
  await process.kill(watch.pid, signal);
  if (util.has("foreground")) return;
  await killGroup(process, signal);
  if (signal === SIGKILL || signal === SIGCONT) return;
  await process.kill(watch.pid, SIGCONT);
  await killGroup(process, SIGCONT);
}

/** To everybody in the group but timeout itself, which SIGKILL reaches nevertheless. */
async function killGroup(process: Process, signal: number): Promise<void> {
  if (signal !== SIGKILL) process.sigaction(signal, "ignore");
  await process.kill(0, signal);
}

async function finish(util: Utility, watch: Watch, ended: WaitStatus): Promise<void> {
  const { process } = util;
  if (ended.signal !== 0 && !watch.timedOut) {
    process.sigaction(ended.signal, "default");
    await process.kill(process.pid, ended.signal);
  }
  const status = ended.signal === 0 ? ended.exitCode : 128 + ended.signal;
  const preserve = util.has("preserve-status") || ended.signal === SIGKILL;
  util.status = watch.timedOut && !preserve ? EXIT_TIMEDOUT : status;
}
