/**
 * killall(1) of psmisc: -e -g -i -I -q -r -s -v -w, -SIGNAL, -l; pidof(8) of sysvinit: -s -o -q -x -d -S. Names are those of the
 * files that run. Left out: asking (-i), users, ages, namespaces.
 */
import { SIGTERM, strerror } from "../../kernel/index.ts";
import type { Process, Program } from "../../syscall/index.ts";
import { complain, print, scanOptions } from "../lib/index.ts";
import { type ProcessEntry, readProcesses } from "./proc-table.ts";
import { compileRegex } from "./regex.ts";
import { parseSignal, signalLines } from "./signals.ts";

const POLL_NS = 1e9;

const KILLALL = {
  short: "egIilqrs:u:vwny:o:Z:",
  long: new Map(
    Object.entries({ exact: "e", "process-group": "g", "ignore-case": "I", interactive: "i", list: "l", quiet: "q", regexp: "r" }).concat(
      Object.entries({ signal: "s:", user: "u:", verbose: "v", wait: "w", "younger-than": "y:", "older-than": "o:" }),
    ),
  ),
};

export const killall: Program = async (process) => {
  const words = process.argv.slice(1);
  const first = words.findIndex((word) => /^-[A-Z0-9]{2,}|^-\d/.test(word));
  const signalWord = first < 0 ? null : (words.splice(first, 1)[0] ?? "").slice(1);
  const { steps, operands } = scanOptions(words, KILLALL);
  const given = new Map<string, string>();
  for (const step of steps) {
    if (step.kind === "bad") return await say(process, `${process.argv[0]}: ${step.complaint}\n`);
    if ("iuyonZ".includes(step.letter)) return await say(process, `killall: option '${step.word}' is not modelled by this emulator\n`);
    given.set(step.letter, step.argument);
  }
  if (given.has("l")) {
    await print(process, signalLines());
    return 0;
  }
  const text = given.get("s") ?? signalWord;
  const signal = text === null ? SIGTERM : parseSignal(text);
  if (signal === null) return await say(process, `${text}: unknown signal; killall -l lists signals.\n`);
  if (operands.length === 0) return await say(process, "Usage: killall [OPTION]... [--] NAME...\n");
  let status = 0;
  for (const name of operands) if (!(await killNamed(process, name, signal, given))) status = 1;
  return status;
};

async function say(process: Process, text: string): Promise<number> {
  await complain(process, text);
  return 1;
}

/** Whether there was one. */
async function killNamed(process: Process, name: string, signal: number, given: ReadonlyMap<string, string>): Promise<boolean> {
  const all = await readProcesses(process);
  if (typeof all === "number") return false;
  const pattern = given.has("r") ? compileRegex(name, { extended: true, icase: given.has("I") }) : null;
  if (typeof pattern === "string") {
    await complain(process, `killall: Bad regular expression: ${name}\n`);
    return false;
  }
  const found = all.filter((entry) => entry.pid !== process.pid && isCalled(entry, name, pattern, given.has("I")));
  const hit: number[] = [];
  for (const { pid, comm, pgrp } of found) {
    const error = await process.kill(given.has("g") ? -pgrp : pid, signal);
    if (error < 0) await complain(process, `${name}(${pid}): ${strerror(error)}\n`);
    else hit.push(pid);
    if (error === 0 && given.has("v")) await complain(process, `Killed ${comm}(${pid}) with signal ${signal}\n`);
  }
  if (hit.length === 0 && !given.has("q")) await complain(process, `${name}: no process found\n`);
  if (given.has("w")) await waitForEnd(process, hit);
  return hit.length > 0;
}

/** A name with a slash is the path of the program, any other the name that the kernel keeps, or the program's own first word. */
function isCalled({ comm, args }: ProcessEntry, name: string, pattern: RegExp | null, icase: boolean): boolean {
  if (pattern !== null) {
    pattern.lastIndex = 0;
    return pattern.test(comm);
  }
  const fold = (text: string): string => (icase ? text.toLowerCase() : text);
  if (name.includes("/")) return args[0] === name;
  return name.length > 15 ? fold(baseName(args[0] ?? "")) === fold(name) : fold(comm) === fold(name);
}

/** Looks once a second, as killall does. */
async function waitForEnd(process: Process, pids: readonly number[]): Promise<void> {
  for (let left = pids; left.length > 0; ) {
    const still: number[] = [];
    for (const pid of left) if ((await process.kill(pid, 0)) === 0) still.push(pid);
    if (still.length > 0) await process.nanosleep(POLL_NS);
    left = still;
  }
}

export const pidof: Program = async (process) => {
  const { steps, operands } = scanOptions(process.argv.slice(1), { short: "csnzxqd:o:S:h", long: new Map() });
  const given = new Map<string, string>();
  const omitted = new Set<number>([process.pid]);
  const own = process.getppid();
  for (const step of steps) {
    if (step.kind === "bad") return 1;
    given.set(step.letter, step.argument);
    if (step.letter === "o") for (const pid of step.argument.split(/[,;:]/)) omitted.add(pid === "%PPID" ? own : Number(pid));
  }
  const all = await readProcesses(process);
  if (typeof all === "number") return 1;
  const wanted = (entry: ProcessEntry): boolean => !omitted.has(entry.pid) && operands.some((name) => runs(entry, name, given.has("x")));
  const pids = all
    .filter(wanted)
    .map(({ pid }) => pid)
    .reverse();
  if (pids.length === 0) return 1;
  const shown = given.has("s") ? pids.slice(0, 1) : pids;
  if (!given.has("q")) await print(process, `${shown.join(given.get("d") ?? given.get("S") ?? " ")}\n`);
  return 0;
};

/** Whether the process runs the program of that name; with `scripts` also a shell that runs a script of that name. */
function runs({ comm, args }: ProcessEntry, name: string, scripts: boolean): boolean {
  const [first = "", second = ""] = args;
  if (args.length === 0) return false;
  const matches = (path: string): boolean => (name.includes("/") ? path === name : baseName(path) === name);
  return matches(first.replace(/^-/, "")) || comm === name || (scripts && second !== "" && matches(second));
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
