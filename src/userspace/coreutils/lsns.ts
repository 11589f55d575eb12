/**
 * lsns(8) of util-linux 2.38.1: the namespaces that have processes, by type (-t) or of one process (-p), or the processes of one of
 * them; -n -r -J -o. Left out: -T, and the parents of namespaces, which none here has.
 */
import {
  AF_NETLINK,
  AF_UNSPEC,
  Attributes,
  AttributeWriter,
  encodeMessage,
  NETLINK_ROUTE,
  NETNSA_FD,
  NETNSA_NSID,
  NLM_F_REQUEST,
  parseMessages,
  RTGENMSG_LEN,
  RTM_GETNSID,
  RTM_NEWNSID,
} from "../../netlink/index.ts";
import { O_RDONLY, type Process } from "../../syscall/index.ts";
import { SOCK_CLOEXEC, SOCK_RAW } from "../lib/index.ts";
import { readMounts } from "./mount-table.ts";
import { type ProcessEntry, readProcesses } from "./proc-table.ts";
import { asTree } from "./ps/tree.ts";
import { quote } from "./quote.ts";
import { type Utility, utility } from "./utility.ts";

const TYPES = ["mnt", "net", "ipc", "user", "pid", "uts", "cgroup", "time"];

const manual = {
  version: "lsns from util-linux 2.38.1",
  usage: "[options] [<namespace>]",
  short: "Jlno:p:ruWt:T::V",
  long: {
    ...{ json: "J", list: "l", noheadings: "n", output: "o", "output-all": "output-all", task: "p", raw: "r", notruncate: "u" },
    ...{ nowrap: "W", type: "t", tree: "T::" },
  },
  refused: ["T", "V"],
};

const NUMBERS = ["ns", "nprocs", "pid", "ppid", "uid", "netnsid", "pns", "ons"];
const COLUMNS = ["ns", "type", "path", "nprocs", "pid", "ppid", "command", "uid", "user", "netnsid", "nsfs", "pns", "ons"];

interface Namespace {
  readonly id: number;
  readonly type: string;
  /** By pid. */
  readonly processes: ProcessEntry[];
}

type Row = Readonly<Record<string, string>>;

export const lsns = utility(manual, async (util) => {
  const types = util.given.filter(({ letter }) => letter === "t").map(({ argument }) => argument);
  for (const type of types) if (!TYPES.includes(type)) await util.die(`unknown namespace type: ${type}`);
  const [operand] = util.operands;
  if (operand !== undefined && !/^\d+$/.test(operand)) await util.die(`invalid namespace argument: ${quote(operand)}`);
  const task = util.value("p");
  if (task !== undefined && !/^\d+$/.test(task)) await util.die(`invalid PID argument: ${quote(task)}`);
  const all = await namespacesOf(util.process);
  if (operand !== undefined) return await showProcesses(util, all, Number(operand));
  const columns = await columnsOf(
    util,
    types.includes("net") ? "ns,type,nprocs,pid,user,netnsid,nsfs,command" : "ns,type,nprocs,pid,user,command",
  );
  const wanted = all.filter(
    ({ type, processes }) =>
      (types.length === 0 || types.includes(type)) && (task === undefined || processes.some(({ pid }) => pid === Number(task))),
  );
  const nsfs = await nsfsMounts(util.process);
  const rows: Row[] = [];
  for (const namespace of wanted) rows.push(await rowOf(util.process, namespace, all, columns, nsfs));
  await show(util, columns, rows);
});

/** All namespaces by their numbers. */
async function namespacesOf(process: Process): Promise<readonly Namespace[]> {
  const entries = await readProcesses(process, true);
  const found = new Map<string, Namespace>();
  for (const entry of typeof entries === "number" ? [] : entries) {
    for (const [type, id] of entry.namespaces) {
      if (!TYPES.includes(type)) continue;
      const known = found.get(id) ?? { id: Number(id), type, processes: [] };
      known.processes.push(entry);
      found.set(id, known);
    }
  }
  return [...found.values()].sort((a, b) => a.id - b.id);
}

async function columnsOf(util: Utility, usual: string): Promise<readonly string[]> {
  if (util.has("output-all")) return COLUMNS;
  const asked = util.value("o");
  const text = asked === undefined ? usual : asked.startsWith("+") ? `${usual},${asked.slice(1)}` : asked;
  const columns = text.toLowerCase().split(",");
  for (const column of columns) if (!COLUMNS.includes(column)) await util.die(`unknown column: ${column}`);
  return columns;
}

async function rowOf(
  process: Process,
  { id, type, processes }: Namespace,
  all: readonly Namespace[],
  columns: readonly string[],
  nsfs: ReadonlyMap<number, string>,
): Promise<Row> {
  const [first] = processes;
  if (first === undefined) return {};
  const isNet = type === "net";
  const path = `/proc/${first.pid}/ns/${type}`;
  const owner = all.find((other) => other.type === "user" && other.processes.some(({ pid }) => pid === first.pid));
  return {
    ...{ ns: String(id), type, path, nprocs: String(processes.length), nsfs: nsfs.get(id) ?? "" },
    ...processCells(first),
    netnsid: isNet && columns.includes("netnsid") ? await netnsIdOf(process, path) : "",
    pns: "0",
    ons: type === "user" ? "0" : String(owner?.id ?? 0),
  };
}

function processCells({ pid, ppid, args, comm }: ProcessEntry): Row {
  const command = args.length > 0 ? args.join(" ") : comm;
  return { pid: String(pid), ppid: String(ppid), command, uid: "0", user: "root" };
}

/** Where namespaces are mounted as files, by their numbers. */
async function nsfsMounts(process: Process): Promise<ReadonlyMap<number, string>> {
  const found = new Map<number, string>();
  const mounts = await readMounts(process);
  for (const { source, target } of typeof mounts === "number" ? [] : mounts) {
    const stat = source === "nsfs" ? await process.stat(target) : 0;
    if (typeof stat !== "number" && !found.has(stat.ino)) found.set(stat.ino, target);
  }
  return found;
}

/** The id that the own net namespace has for another one. */
async function netnsIdOf(process: Process, path: string): Promise<string> {
  const target = await process.open(path, O_RDONLY);
  if (target < 0) return "";
  const socket = await process.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  await process.bindNetlink(socket, 0, 0);
  const payload = new AttributeWriter().header(Uint8Array.of(AF_UNSPEC)).u32(NETNSA_FD, target).finish();
  await process.send(socket, encodeMessage({ type: RTM_GETNSID, flags: NLM_F_REQUEST, seq: 1, portid: 0, payload }));
  const answer = await process.recv(socket, 0);
  for (const fd of [socket, target]) await process.close(fd);
  const [message] = typeof answer === "number" ? [] : (parseMessages(answer) ?? []);
  if (message === undefined || message.type !== RTM_NEWNSID) return "";
  const id = Attributes.parse(message.payload, RTGENMSG_LEN)?.s32(NETNSA_NSID) ?? -1;
  return id < 0 ? "unassigned" : String(id);
}

async function showProcesses(util: Utility, all: readonly Namespace[], id: number): Promise<void> {
  const namespace = all.find((one) => one.id === id);
  if (namespace === undefined) return await util.die(`not found namespace: ${id}`);
  const columns = await columnsOf(util, "pid,ppid,user,command");
  const rows = asTree(namespace.processes, "branches").map(({ entry, prefix }) => {
    const cells = processCells(entry);
    return { ...cells, command: prefix + cells["command"] };
  });
  await show(util, columns, rows);
}

async function show(util: Utility, columns: readonly string[], rows: readonly Row[]): Promise<void> {
  if (util.has("J")) return await util.out(jsonText(columns, rows));
  const titles = Object.fromEntries(columns.map((column) => [column, column.toUpperCase()]));
  const lines = util.has("n") ? rows : [titles, ...rows];
  if (rows.length === 0) return;
  const widths = columns.map((column) => Math.max(...[titles, ...rows].map((row) => row[column]?.length ?? 0)));
  for (const row of lines) {
    const cells = columns.map((column, i) => {
      const text = row[column] ?? "";
      if (util.has("r")) return text.replace(/\s/g, (blank) => `\\x${blank.charCodeAt(0).toString(16).padStart(2, "0")}`);
      if (NUMBERS.includes(column)) return text.padStart(widths[i] ?? 0);
      return i === columns.length - 1 ? text : text.padEnd(widths[i] ?? 0);
    });
    await util.out(`${cells.join(" ")}\n`);
  }
}

function jsonText(columns: readonly string[], rows: readonly Row[]): string {
  const member = (row: Row, column: string): string => {
    const text = row[column] ?? "";
    const value =
      text === "" ? "null" : NUMBERS.includes(column) && /^\d+$/.test(text) && column !== "netnsid" ? text : JSON.stringify(text);
    return `         "${column}": ${value}`;
  };
  const objects = rows.map((row) => `      {\n${columns.map((column) => member(row, column)).join(",\n")}\n      }`);
  return `{\n   "namespaces": [\n${objects.join(",")}\n   ]\n}\n`.replaceAll("},      {", "},{");
}
