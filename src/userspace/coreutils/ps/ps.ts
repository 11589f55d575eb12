/**
 * ps(1) of procps-ng 4.0.2: which processes (-e -A -a -p -q -C -u -U -G -g -s -t --ppid -N, a x r T, bare pids), which columns (-f -F -l
 * -j -L -T -o -O, u l j), trees (--forest f -H), --sort, --no-headers, --cols. Every process is one thread. Left out: v, X, s, e, -Z.
 */
import { strerror } from "../../../kernel/index.ts";
import type { Process, Program } from "../../../syscall/index.ts";
import { bootTime, complain, print } from "../../lib/index.ts";
import { type ProcessEntry, readProcesses } from "../proc-table.ts";
import { type Clocks, COLUMNS, type Column } from "./columns.ts";
import { type Layout, parseOptions, type Request } from "./options.ts";
import { asTree, type Leaf } from "./tree.ts";

const USAGE = "\nUsage:\n ps [options]\n\nFor more details see ps(1).\n";

export const ps: Program = async (process) => {
  const request = parseOptions(process.argv.slice(1));
  if (typeof request === "string") return await misused(process, request);
  if (request.question !== null) {
    await print(process, request.question === "help" ? USAGE : "ps from procps-ng 4.0.2\n");
    return 0;
  }
  const columns = parseFormat(request.format ?? layoutColumns(request.layout, request.extra), request.namesOnly);
  if (typeof columns === "string") return await misused(process, columns);
  const keys = sortKeys(request.sort);
  return keys === null ? await misused(process, "unknown sort specifier") : await list(process, request, columns, keys);
};

async function misused(process: Process, complaint: string): Promise<number> {
  await complain(process, `error: ${complaint}\n${USAGE}`);
  return 1;
}

async function list(process: Process, request: Request, columns: readonly Column[], keys: readonly SortKey[]): Promise<number> {
  const all = await readProcesses(
    process,
    [...columns, ...keys.map(({ column }) => column)].some(({ ofNamespace }) => ofNamespace === true),
  );
  if (typeof all === "number") {
    await complain(process, `error: can not access /proc: ${strerror(all)}\n`);
    return 1;
  }
  const terminal = all.find(({ pid }) => pid === process.pid)?.tty ?? 0;
  const clocks: Clocks = { now: process.clockRealtime(), boot: bootTime(process) };
  const wanted = all.filter((entry) => isWanted(entry, request, terminal) !== request.inverted);
  const shown = sorted(request.quick === null ? wanted : inOrder(wanted, request.quick), keys, clocks);
  const leaves = request.tree === null ? shown.map((entry): Leaf => ({ entry, prefix: "" })) : asTree(shown, request.tree);
  const headers = columns.map((column) => column.header);
  const rows = leaves.map(({ entry, prefix }) =>
    columns.map((column) => (column.inTree === true ? prefix : "") + column.value(entry, clocks)),
  );
  const lines = request.headers && headers.some((header) => header !== "") ? [headers, ...rows] : rows;
  const { width } = request;
  const laid = lines.map((cells) => layOut(cells, columns));
  await print(process, laid.map((line, i) => `${width === null || lines[i] === headers ? line : line.slice(0, width)}\n`).join(""));
  return shown.length === 0 ? 1 : 0;
}

function inOrder(entries: readonly ProcessEntry[], pids: readonly number[]): readonly ProcessEntry[] {
  return pids.flatMap((pid) => entries.find((entry) => entry.pid === pid) ?? []);
}

function isWanted(entry: ProcessEntry, { lists, which, runningOnly }: Request, terminal: number): boolean {
  if (runningOnly && !/[RD]/.test(entry.state)) return false;
  if (lists.length > 0) return lists.some(({ by, word }) => isListed(entry, by, word));
  if (which === "own terminal" || which === "terminal") return entry.tty === terminal;
  return which === "all" || (entry.tty !== 0 && (which === "any terminal" || entry.session !== entry.pid));
}

/** Everybody is root, whose number is 0. */
function isListed(entry: ProcessEntry, by: Request["lists"][number]["by"], word: string): boolean {
  switch (by) {
    case "pid":
      return entry.pid === Number(word);
    case "ppid":
      return entry.ppid === Number(word);
    case "session":
      return entry.session === Number(word);
    case "command":
      return entry.comm === word.slice(0, 15);
    case "terminal":
      return COLUMNS.get("tname")?.value(entry, { now: 0, boot: 0 }) === word.replace(/^\/dev\//, "").replace("-", "?");
    default:
      return word === "root" || word === "0";
  }
}

/** The columns of a layout that is not a list of one's own. */
function layoutColumns({ flags, bsd }: Layout, extra: string | null): string {
  if (extra !== null) return `pid,${extra},state,tname,time,${bsd === null ? "command" : "comm=COMMAND"}`;
  const [full, long, jobs] = [flags.has("full") || flags.has("extra full"), flags.has("long"), flags.has("jobs")];
  if (bsd !== null && !full && !long && !jobs) return BSD_LAYOUTS[bsd];
  const thread = flags.has("thread ids") ? "spid," : flags.has("threads") ? "lwp," : "";
  const end = full ? "stime,tname,time,cmd" : "tname,time,ucmd";
  if (long) {
    const start = flags.has("no flags") ? "state" : "f,state";
    const size = flags.has("no flags") ? "rss,sz" : "addr,sz";
    return `${start},${full ? "euser=UID" : "uid"},pid,ppid,${thread}c,${thread === "lwp," ? "nlwp," : ""}opri,ni,${size},wchan,${end}`;
  }
  if (jobs) return full ? `user=UID,pid,ppid,pgid,sid,${thread}c,${end}` : `pid,pgid,sid,${thread}${end}`;
  if (!full) return `pid,${thread}${end}`;
  const count = thread === "lwp," ? "nlwp," : "";
  return `euser=UID,pid,ppid,${thread}c,${count}${flags.has("extra full") ? "sz,rss,psr," : ""}${end}`;
}

const BSD_LAYOUTS = {
  plain: "pid,tname,stat,bsdtime=TIME,args",
  user: "user,pid,%cpu,%mem,vsz,rss,tname,stat,start_time,bsdtime=TIME,args",
  long: "f,uid,pid,ppid,priority,ni,vsz,rss,wchan,stat,tname,bsdtime=TIME,args",
  jobs: "ppid,pid,pgid,sid,tname,tpgid,stat,uid,bsdtime=TIME,args",
};

interface SortKey {
  readonly column: Column;
  readonly down: boolean;
}

/** The keys of `ppid,-pid`; null if one of them is none. */
function sortKeys(text: string | null): readonly SortKey[] | null {
  const keys: SortKey[] = [];
  for (const word of text?.split(",") ?? []) {
    const column = COLUMNS.get(word.replace(/^[-+]/, ""));
    if (column === undefined) return null;
    keys.push({ column, down: word.startsWith("-") });
  }
  return keys;
}

function sorted(entries: readonly ProcessEntry[], keys: readonly SortKey[], clocks: Clocks): readonly ProcessEntry[] {
  const compare = ({ column }: SortKey, a: ProcessEntry, b: ProcessEntry): number => {
    const [x, y] = [column.value(a, clocks), column.value(b, clocks)];
    return column.align === "right" && !Number.isNaN(Number(x)) ? Number(x) - Number(y) : x < y ? -1 : Number(x > y);
  };
  return [...entries].sort((a, b) => {
    for (const key of keys) {
      const order = key.down ? compare(key, b, a) : compare(key, a, b);
      if (order !== 0) return order;
    }
    return 0;
  });
}

/**
 * One line: cells cut to their width but for the last, which may be as long as it likes. What is too long on the right takes from the
 * room of the next.
 */
function layOut(cells: readonly string[], columns: readonly Column[]): string {
  let [line, start] = ["", 0];
  for (const [i, cell] of cells.entries()) {
    const { width = 0, align = "left", header = "" } = columns[i] ?? {};
    if (i > 0) line += " ";
    const last = i === cells.length - 1;
    const text = align === "right" || cell === header || last ? cell : cell.slice(0, width);
    line = line.padEnd(start);
    line += align === "right" ? text.padStart(Math.max(0, start + width - line.length)) : text;
    start += width + 1;
  }
  return line;
}

/** The columns of `pid,wchan:30,comm=HEADER`, or what is wrong with it. A header goes on to the end of the list. */
function parseFormat(format: string, namesOnly: boolean): readonly Column[] | string {
  const columns: Column[] = [];
  for (const spec of format.split(/[, ]+/).filter((text) => text !== "")) {
    const [, name = "", width, header] = /^([^:=]*)(?::(\d+))?(?:=(.*))?$/s.exec(spec) ?? [];
    const asked = COLUMNS.get(name.toLowerCase());
    if (asked === undefined) return `unknown user-defined format specifier "${name}"`;
    const column = namesOnly && asked.inTree === true ? { ...asked, value: COLUMNS.get("comm")?.value ?? asked.value } : asked;
    const title = header ?? column.header;
    columns.push({
      ...column,
      header: title,
      width: width === undefined ? Math.max(column.width, column.fixed === true ? 0 : title.length) : Number(width),
    });
  }
  return columns;
}
