/**
 * ps(1) of procps-ng: which processes (-e -A -a -p -C --ppid, a x, bare pids), which columns (-f, u, -o), -w, --sort,
 * --no-headers. Left out: threads, trees, long and security formats.
 */
import { strerror } from "../../kernel/index.ts";
import type { Process, Program } from "../../syscall/index.ts";
import { bootTime, complain, print } from "../lib/index.ts";
import { type ProcessEntry, readProcesses } from "./proc-table.ts";
import { type Clocks, COLUMNS, type Column } from "./ps-columns.ts";

const FORMATS = {
  short: "pid,tname,time,ucmd",
  bsd: "pid,tname,stat,bsdtime=TIME,args",
  full: "euser=UID,pid,ppid,c,stime,tname,time,cmd",
  user: "user,pid,%cpu,%mem,vsz,rss,tname,stat,start_time,bsdtime=TIME,args",
};

/** What was asked for. */
interface Request {
  format: string | null;
  /** Without a list: those at the caller's terminal (its own: all without one), at any terminal, or all. */
  which: "terminal" | "any terminal" | "no leaders" | "all";
  /** Lists of processes that are shown. */
  readonly pids: Set<number>;
  readonly parents: Set<number>;
  readonly commands: Set<string>;
  headers: boolean;
  sort: string | null;
}

export const ps: Program = async (process) => {
  const request = parse(process.argv.slice(1));
  if (typeof request === "string") return await misused(process, request);
  const columns = parseFormat(request.format ?? FORMATS.short);
  if (typeof columns === "string") return await misused(process, columns);
  return await list(process, request, columns);
};

async function misused(process: Process, complaint: string): Promise<number> {
  await complain(process, `error: ${complaint}\n\nUsage:\n ps [options]\n\nFor more details see ps(1).\n`);
  return 1;
}

async function list(process: Process, request: Request, columns: readonly Column[]): Promise<number> {
  const all = await readProcesses(process);
  if (typeof all === "number") {
    await complain(process, `error: can not access /proc: ${strerror(all)}\n`);
    return 1;
  }
  const terminal = all.find(({ pid }) => pid === process.pid)?.tty ?? 0;
  const clocks: Clocks = { now: process.clockRealtime(), boot: bootTime(process) };
  const shown = sorted(
    all.filter((entry) => isWanted(entry, request, terminal)),
    request.sort,
    clocks,
  );
  const headers = columns.map((column) => column.header);
  const rows = shown.map((entry) => columns.map((column) => column.value(entry, clocks)));
  const lines = request.headers && headers.some((header) => header !== "") ? [headers, ...rows] : rows;
  await print(process, lines.map((cells) => `${layOut(cells, columns)}\n`).join(""));
  return shown.length === 0 ? 1 : 0;
}

function isWanted(entry: ProcessEntry, { pids, parents, commands, which }: Request, terminal: number): boolean {
  if (pids.size + parents.size + commands.size === 0) {
    if (which === "terminal") return entry.tty === terminal;
    return which === "all" || (entry.tty !== 0 && (which === "any terminal" || entry.session !== entry.pid));
  }
  return pids.has(entry.pid) || parents.has(entry.ppid) || commands.has(entry.comm);
}

function sorted(entries: readonly ProcessEntry[], key: string | null, clocks: Clocks): readonly ProcessEntry[] {
  const name = key?.replace(/^[-+]/, "") ?? "";
  const column = COLUMNS.get(name);
  if (column === undefined) return entries;
  const compare = (a: ProcessEntry, b: ProcessEntry): number => {
    const [x, y] = [column.value(a, clocks), column.value(b, clocks)];
    return column.align === "right" && !Number.isNaN(Number(x)) ? Number(x) - Number(y) : x < y ? -1 : Number(x > y);
  };
  return [...entries].sort((a, b) => (key?.startsWith("-") === true ? compare(b, a) : compare(a, b)));
}

/** One line: cells cut to their width but for the last, which may be as long as it likes. */
function layOut(cells: readonly string[], columns: readonly Column[]): string {
  const laid = cells.map((cell, i) => {
    const { width = 0, align = "left", header = "" } = columns[i] ?? {};
    if (align === "right") return cell.padStart(width);
    const isTitle = cell === header;
    return i === cells.length - 1 ? cell : (isTitle ? cell : cell.slice(0, width)).padEnd(width);
  });
  return laid.join(" ");
}

/** The request, or what is wrong with it. */
function parse(words: readonly string[]): Request | string {
  const request: Request = {
    format: null,
    which: "terminal",
    pids: new Set(),
    parents: new Set(),
    commands: new Set(),
    headers: true,
    sort: null,
  };
  const queue = [...words];
  for (let word = queue.shift(); word !== undefined; word = queue.shift()) {
    const complaint = word.startsWith("--")
      ? long(request, word, queue)
      : word.startsWith("-")
        ? unix(request, word, queue)
        : bsd(request, word, queue);
    if (complaint !== null) return complaint;
  }
  return request;
}

function long(request: Request, word: string, queue: string[]): string | null {
  const [name = "", attached] = word.split(/=(.*)/s);
  if (name === "--no-headers" || name === "--no-heading") {
    request.headers = false;
    return null;
  }
  if (!["--format", "--pid", "--ppid", "--sort"].includes(name)) {
    return /^--(forest|user|User|group|Group|tty|cols|columns|width|rows|lines|headers|deselect|context|cumulative|help|info|version|sid|quick-pid)$/.test(
      name,
    )
      ? `option ${name} is not modelled`
      : "unknown gnu long option";
  }
  const value = attached ?? queue.shift();
  if (value === undefined) return `option ${name} needs an argument`;
  if (name === "--pid" || name === "--ppid") return addPids(name === "--pid" ? request.pids : request.parents, value);
  if (name === "--sort") request.sort = value;
  else addFormat(request, value);
  return null;
}

/** What a one-letter option that takes an argument says without one. */
const NEEDS: Readonly<Record<string, string>> = {
  o: "format specification must follow -o",
  p: "list of process IDs must follow -p",
  C: "list of command names must follow -C",
};

function unix(request: Request, word: string, queue: string[]): string | null {
  for (let i = 1; i < word.length; i++) {
    const letter = word.charAt(i);
    const need = NEEDS[letter];
    if (need !== undefined) return withArgument(request, letter, word.slice(i + 1) || queue.shift(), need);
    if (letter === "f") request.format ??= FORMATS.full;
    else if (letter === "x") request.format ??= FORMATS.bsd;
    if ("eAx".includes(letter)) request.which = "all";
    else if (letter === "a") request.which = request.which === "all" ? "all" : "no leaders";
    else if (!"fw".includes(letter))
      return /[cdFgGHjlLmMnNOqstTuUVyZ]/.test(letter) ? `option -${letter} is not modelled` : "garbage option";
  }
  return null;
}

function withArgument(request: Request, letter: string, value: string | undefined, need: string): string | null {
  if (value === undefined) return need;
  if (letter === "p") return addPids(request.pids, value);
  if (letter === "o") addFormat(request, value);
  else for (const name of value.split(/[ ,]+/)) request.commands.add(name.slice(0, 15));
  return null;
}

function bsd(request: Request, word: string, queue: string[]): string | null {
  if (/^[\d, ]+$/.test(word)) {
    request.format ??= FORMATS.bsd;
    return addPids(request.pids, word);
  }
  for (let i = 0; i < word.length; i++) {
    const letter = word.charAt(i);
    if (letter === "o") return withArgument(request, letter, word.slice(i + 1) || queue.shift(), "format specification must follow o");
    if (letter === "u") request.format = FORMATS.user;
    else if (letter === "h") request.headers = false;
    else if ("axw".includes(letter)) {
      request.format ??= FORMATS.bsd;
      // Everybody is root: x alone lifts the limit to terminals.
      if (letter === "x") request.which = "all";
      else if (letter === "a" && request.which !== "all") request.which = "any terminal";
    } else return /[cdefgHjklLmnNOpqrsStTUvVXyZ]/.test(letter) ? `option ${letter} is not modelled` : "garbage option";
  }
  return null;
}

/** Several -o add their columns; the first one takes the place of a named format. */
function addFormat(request: Request, value: string): void {
  const named: readonly (string | null)[] = [null, ...Object.values(FORMATS)];
  request.format = named.includes(request.format) ? value : `${request.format},${value}`;
}

function addPids(into: Set<number>, list: string): string | null {
  for (const text of list.split(/[ ,]+/)) {
    if (!/^\d+$/.test(text)) return "process ID list syntax error";
    into.add(Number(text));
  }
  return null;
}

/** The columns of `pid,wchan:30,comm=HEADER`, or what is wrong with it. */
function parseFormat(format: string): readonly Column[] | string {
  const columns: Column[] = [];
  for (const spec of format.split(/[, ]+/).filter((text) => text !== "")) {
    const [, name = "", width, header] = /^([^:=]*)(?::(\d+))?(?:=(.*))?$/s.exec(spec) ?? [];
    const column = COLUMNS.get(name.toLowerCase());
    if (column === undefined) return `unknown user-defined format specifier "${name}"`;
    const title = header ?? column.header;
    columns.push({ ...column, header: title, width: width === undefined ? Math.max(column.width, title.length) : Number(width) });
  }
  return columns;
}
