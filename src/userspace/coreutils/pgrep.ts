/**
 * pgrep(1) and pkill(1) of procps-ng: -f -i -v -x -n -o -c -d -l -a -e -g -P -s -u -U -G -r -A, -SIGNAL and --signal. A pattern is
 * an extended regular expression. Left out: terminals, pid files, cgroups, other namespaces, -q and -O.
 */
import { SIGTERM, strerror } from "../../kernel/index.ts";
import type { Process, Program } from "../../syscall/index.ts";
import { complain, print, scanOptions } from "../lib/index.ts";
import { type ProcessEntry, readProcesses } from "./proc-table.ts";
import { compileRegex } from "./regex.ts";
import { parseSignal } from "./signals.ts";

const [NO_MATCH, USAGE, FATAL] = [1, 2, 3];

/** What the kernel keeps of a program's name: a longer pattern can match none. */
const COMM_MAX = 15;

const LONG: Readonly<Record<string, string>> = {
  ...{ delimiter: "d:", "list-name": "l", "list-full": "a", inverse: "v", count: "c", full: "f", pgroup: "g:", group: "G:" },
  ...{ "ignore-case": "i", newest: "n", oldest: "o", parent: "P:", session: "s:", terminal: "t:", euid: "u:", uid: "U:" },
  ...{ exact: "x", pidfile: "F:", logpidfile: "L", runstates: "r:", "ignore-ancestors": "A", signal: "signal:", echo: "e" },
  ...{ lightweight: "w", older: "O:", queue: "q:", ns: "ns:", nslist: "nslist:", cgroup: "cgroup:", help: "h", version: "V" },
};

const REFUSED = "tFLwOqVh";

interface Request {
  readonly kill: boolean;
  readonly name: string;
  readonly flags: ReadonlyMap<string, string>;
  readonly signal: number;
  readonly pattern: RegExp | null;
}

/** What is said, and the status. */
interface Refusal {
  readonly status: number;
  readonly text: string;
}

export const pgrep: Program = (process) => run(process, false);

export const pkill: Program = (process) => run(process, true);

async function run(process: Process, kill: boolean): Promise<number> {
  const name = process.argv[0] ?? "";
  const request = parse(name, process.argv.slice(1), kill);
  if ("text" in request) {
    await complain(process, request.text);
    return request.status;
  }
  const all = await readProcesses(process);
  if (typeof all === "number") {
    await complain(process, `${name}: cannot open /proc: ${strerror(all)}\n`);
    return FATAL;
  }
  const found = select(request, all, process.pid);
  return kill ? await killAll(process, request, found) : await list(process, request, found);
}

function parse(name: string, words: readonly string[], kill: boolean): Request | Refusal {
  const misused = (text: string): Refusal => ({
    status: USAGE,
    text: `${name}: ${text}\n\nUsage:\n ${name} [options] <pattern>\n\nFor more details see pgrep(1).\n`,
  });
  const hint = (text: string, option: string): Refusal => ({ status: USAGE, text: `${name}: ${text}\nTry \`${name} ${option}\n` });
  const rest = [...words];
  const short = kill ? takeSignal(rest) : null;
  const spec = { short: `${kill ? "e" : "lad:"}vcfg:G:inoP:s:t:u:U:xF:Lr:AwO:q:Vh`, long: new Map(Object.entries(LONG)) };
  const { steps, operands } = scanOptions(rest, spec);
  const flags = new Map<string, string>();
  for (const step of steps) {
    if (step.kind === "bad") return misused(step.complaint);
    if (REFUSED.includes(step.letter) || step.letter.includes("ns") || step.letter === "cgroup") return notModelled(name, step.word);
    flags.set(step.letter, step.argument);
  }
  const signal = flags.has("signal") ? parseSignal(flags.get("signal") ?? "") : (short ?? SIGTERM);
  if (signal === null) return misused(`Unknown signal "${flags.get("signal")}".`);
  const nobody = unknownOwner(flags);
  if (nobody !== null) return { status: USAGE, text: `${name}: ${nobody}\n` };
  if (operands.length > 1) return hint("only one pattern can be provided", "--help' for more information.");
  const [text] = operands;
  if (text === undefined && !["g", "G", "P", "s", "u", "U", "r"].some((letter) => flags.has(letter)))
    return hint("no matching criteria specified", "--help' for more information.");
  if (text !== undefined && text.length > COMM_MAX && !flags.has("f") && !/[*+?{|\\]/.test(text)) {
    const told = "pattern that searches for process name longer than 15 characters will result in zero matches";
    return { ...hint(told, "-f' option to match against the complete command line."), status: NO_MATCH };
  }
  const whole = text === undefined || !flags.has("x") ? (text ?? null) : `^(${text})$`;
  const pattern = whole === null ? null : compileRegex(whole, { extended: true, icase: flags.has("i") });
  return typeof pattern === "string"
    ? { status: USAGE, text: `${name}: regex error: ${pattern}\n` }
    : { kill, name, flags, signal, pattern };
}

/** What is wrong with the names of users and groups: there is only root. */
function unknownOwner(flags: ReadonlyMap<string, string>): string | null {
  for (const letter of ["u", "U", "G"]) {
    const unknown = flags
      .get(letter)
      ?.split(",")
      .find((word) => !/^\d+$/.test(word) && word !== "root");
    if (unknown !== undefined) return `invalid ${letter === "G" ? "group" : "user"} name: ${unknown}`;
  }
  return null;
}

function notModelled(name: string, word: string): Refusal {
  return { status: USAGE, text: `${name}: option '${word}' is not modelled by this emulator\n` };
}

/** Takes the first word of the form -SIGNAL off the words. */
function takeSignal(words: string[]): number | null {
  for (const [i, word] of words.entries()) {
    const signal = /^-(?:\d+|[A-Z][A-Z0-9+-]+)$/.test(word) ? parseSignal(word.slice(1)) : null;
    if (signal === null) continue;
    words.splice(i, 1);
    return signal;
  }
  return null;
}

/** The processes that are asked for, by pid; never the asking one. */
function select({ flags, pattern }: Request, all: readonly ProcessEntry[], self: number): readonly ProcessEntry[] {
  const ids = (letter: string, own: number): ReadonlySet<number> | null => {
    const text = flags.get(letter);
    return text === undefined ? null : new Set(text.split(",").map((id) => Number(id.replace(/^root$/, "0")) || own));
  };
  const me = all.find(({ pid }) => pid === self);
  const [parents, groups, sessions] = [ids("P", 0), ids("g", me?.pgrp ?? 0), ids("s", me?.session ?? 0)];
  const users = ["u", "U", "G"].map((letter) => ids(letter, 0)).filter((set) => set !== null);
  const states = flags.get("r")?.replaceAll(",", "") ?? null;
  const ancestors = flags.has("A") ? ancestorsOf(all, self) : new Set<number>();
  const matches = (entry: ProcessEntry): boolean =>
    parents?.has(entry.ppid) !== false &&
    groups?.has(entry.pgrp) !== false &&
    sessions?.has(entry.session) !== false &&
    users.every((set) => set.has(0)) &&
    states?.includes(entry.state) !== false &&
    (pattern === null || pattern.test(subject(entry, flags)));
  const found = all.filter((entry) => {
    if (pattern !== null) pattern.lastIndex = 0;
    return entry.pid !== self && !ancestors.has(entry.pid) && matches(entry) !== flags.has("v");
  });
  if (!flags.has("n") && !flags.has("o")) return found;
  const byAge = [...found].sort((a, b) => a.startTime - b.startTime || a.pid - b.pid);
  const one = flags.has("n") ? byAge.at(-1) : byAge[0];
  return one === undefined ? [] : [one];
}

function ancestorsOf(all: readonly ProcessEntry[], self: number): ReadonlySet<number> {
  const above = new Set<number>();
  for (let at = all.find(({ pid }) => pid === self); at !== undefined && !above.has(at.ppid); ) {
    const { ppid } = at;
    above.add(ppid);
    at = all.find(({ pid }) => pid === ppid);
  }
  return above;
}

/** What a pattern is compared with: the name, with -f the command line. */
function subject({ comm, args }: ProcessEntry, flags: ReadonlyMap<string, string>): string {
  return flags.has("f") && args.length > 0 ? args.join(" ") : comm;
}

async function list(process: Process, { flags }: Request, found: readonly ProcessEntry[]): Promise<number> {
  const lines = found.map((entry) =>
    flags.has("a")
      ? `${entry.pid} ${entry.args.join(" ") || entry.comm}`
      : flags.has("l")
        ? `${entry.pid} ${subject(entry, flags)}`
        : entry.pid,
  );
  if (flags.has("c")) await print(process, `${found.length}\n`);
  else if (lines.length > 0) await print(process, `${lines.join(flags.get("d") ?? "\n")}\n`);
  return found.length > 0 ? 0 : NO_MATCH;
}

async function killAll(process: Process, { name, flags, signal }: Request, found: readonly ProcessEntry[]): Promise<number> {
  let killed = 0;
  for (const entry of found) {
    const error = await process.kill(entry.pid, signal);
    if (error < 0) {
      await complain(process, `${name}: killing pid ${entry.pid} failed: ${strerror(error)}\n`);
      continue;
    }
    killed++;
    if (flags.has("e")) await print(process, `${subject(entry, flags)} killed (pid ${entry.pid})\n`);
  }
  if (flags.has("c")) await print(process, `${found.length}\n`);
  return killed > 0 ? 0 : NO_MATCH;
}
