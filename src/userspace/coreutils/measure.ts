/** time(1) of GNU: how long a command takes, in virtual time. Processors' time, memory and input and output are not measured and shown as 0. */
import { ENOENT, strerror } from "../../kernel/index.ts";
import { O_APPEND, O_CREAT, O_TRUNC, O_WRONLY, type WaitStatus } from "../../syscall/index.ts";
import { complain, encode, execvp, writeAll } from "../lib/index.ts";
import { quoteIfNeeded } from "./quote.ts";
import { type Utility, utility } from "./utility.ts";

const manual = {
  usage: "[OPTIONS] COMMAND [ARG]...",
  short: "+aqf:o:pvV",
  long: { append: "a", quiet: "q", format: "f", output: "o", portability: "p", verbose: "v" },
  refused: ["v"],
  stopAtOperand: true,
  trouble: 125,
};

const DEFAULT =
  "%Uuser %Ssystem %Eelapsed %PCPU (%Xavgtext+%Davgdata %Mmaxresident)k\n%Iinputs+%Ooutputs (%Fmajor+%Rminor)pagefaults %Wswaps";
const PORTABLE = "real %e\nuser %U\nsys %S";
const PAGE_SIZE = "4096";

export const time = utility(manual, async (util) => {
  const { process } = util;
  if (util.operands.length === 0) return await util.misused("missing program to run");
  const format = util.lastOf("f", "p") === "p" ? PORTABLE : (util.value("f") ?? process.env.get("TIME") ?? DEFAULT);
  const start = process.clockMonotonic();
  const pid = await process.fork(async (child) => {
    const error = await execvp(child, util.operands);
    await complain(child, `${util.name}: cannot run ${util.operands[0]}: ${strerror(error)}\n`);
    return error === -ENOENT ? 127 : 126;
  });
  const ended = pid < 0 ? pid : await process.wait4(pid, 0);
  if (ended === null || typeof ended === "number") return await util.die(`cannot fork: ${strerror(ended ?? 0)}`);
  await report(util, format, ended, process.clockMonotonic() - start);
  util.status = ended.signal === 0 ? ended.exitCode : 128 + ended.signal;
});

async function report(util: Utility, format: string, ended: WaitStatus, ns: number): Promise<void> {
  const failed =
    ended.signal !== 0
      ? `Command terminated by signal ${ended.signal}\n`
      : ended.exitCode !== 0
        ? `Command exited with non-zero status ${ended.exitCode}\n`
        : "";
  const text = `${util.has("q", "p") ? "" : failed}${fill(util, format, ended, ns / 1e9)}\n`;
  const path = util.value("o");
  if (path === undefined) {
    await complain(util.process, text);
    return;
  }
  const fd = await util.process.open(path, O_WRONLY | O_CREAT | (util.has("a") ? O_APPEND : O_TRUNC), 0o666);
  if (fd < 0) return await util.die(`cannot open ${quoteIfNeeded(path)}: ${strerror(fd)}`);
  await writeAll(util.process, fd, encode(text));
  await util.process.close(fd);
}

function fill(util: Utility, format: string, ended: WaitStatus, seconds: number): string {
  const escapes: Readonly<Record<string, string>> = { n: "\n", t: "\t", "\\": "\\" };
  return format.replace(/\\(.)|%(.)/gs, (all, escaped?: string, directive = "") => {
    if (escaped !== undefined) return escapes[escaped] ?? `?\\${escaped}`;
    switch (directive) {
      case "%":
        return "%";
      case "C":
        return util.operands.join(" ");
      case "x":
        return String(ended.exitCode);
      case "e":
        return (Math.floor(seconds * 100) / 100).toFixed(2);
      case "E":
        return clock(seconds);
      case "U":
      case "S":
        return "0.00";
      case "P":
        return "0%";
      case "Z":
        return PAGE_SIZE;
      default:
        return /[FIKMORWXDcikprstw]/.test(directive) ? "0" : `?${all}`;
    }
  });
}

/** `m:ss.cc`, or with hours `h:mm:ss`. */
function clock(seconds: number): string {
  const [minutes, rest] = [Math.floor(seconds / 60), seconds % 60];
  if (minutes >= 60)
    return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${String(Math.floor(rest)).padStart(2, "0")}`;
  return `${minutes}:${(Math.floor(rest * 100) / 100).toFixed(2).padStart(5, "0")}`;
}
