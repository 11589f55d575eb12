/** The processes as /proc shows them, for ps(1). */
import type { Process } from "../../syscall/index.ts";
import { readTextFile } from "./input.ts";

/** Clock ticks per second in /proc/<pid>/stat. */
const USER_HZ = 100;

const NONE: ReadonlyMap<string, string> = new Map();

export interface ProcessEntry {
  readonly pid: number;
  readonly ppid: number;
  readonly comm: string;
  /** One letter. */
  readonly state: string;
  readonly pgrp: number;
  readonly session: number;
  /** Device number of the terminal, 0 without one. */
  readonly tty: number;
  /** The process group in the foreground of the terminal, -1 without a terminal. */
  readonly tpgid: number;
  readonly nice: number;
  /** As the scheduler counts: 20 without niceness. */
  readonly priority: number;
  /** The PF_ bits of the task. */
  readonly flags: number;
  /** Inode numbers of its namespaces by type, as far as they can be read. */
  readonly namespaces: ReadonlyMap<string, string>;
  readonly threads: number;
  /** Seconds after boot. */
  readonly startTime: number;
  /** Seconds of processor time. */
  readonly cpuTime: number;
  /** KiB. */
  readonly vsz: number;
  readonly rss: number;
  /** The function it waits in, "-" if it does not. */
  readonly wchan: string;
  /** Empty for kernel threads and zombies. */
  readonly args: readonly string[];
}

/** All processes, by pid; with their namespaces only if somebody asks for them. */
export async function readProcesses(process: Process, withNamespaces = false): Promise<readonly ProcessEntry[] | number> {
  const names = await process.readdir("/proc");
  if (typeof names === "number") return names;
  const pids = names.map(({ name }) => Number(name)).filter((pid) => Number.isInteger(pid) && pid > 0);
  const entries: ProcessEntry[] = [];
  for (const pid of pids.sort((a, b) => a - b)) {
    const entry = await readProcess(process, pid);
    if (entry === null) continue;
    entries.push(withNamespaces ? { ...entry, namespaces: await readNamespaces(process, pid) } : entry);
  }
  return entries;
}

async function readNamespaces(process: Process, pid: number): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const links = await process.readdir(`/proc/${pid}/ns`);
  for (const { name } of typeof links === "number" ? [] : links) {
    const target = await process.readlink(`/proc/${pid}/ns/${name}`);
    const inode = typeof target === "string" ? /\[(\d+)\]$/.exec(target)?.[1] : undefined;
    if (inode !== undefined) found.set(name, inode);
  }
  return found;
}

/** null if it has ended in the meantime. */
async function readProcess(process: Process, pid: number): Promise<ProcessEntry | null> {
  const stat = await readTextFile(process, `/proc/${pid}/stat`);
  if (typeof stat === "number") return null;
  const wchan = await readTextFile(process, `/proc/${pid}/wchan`);
  const cmdline = await readTextFile(process, `/proc/${pid}/cmdline`);
  const [from, to] = [stat.indexOf("("), stat.lastIndexOf(")")];
  const [state = "?", ...rest] = stat
    .slice(to + 2)
    .trim()
    .split(" ");
  // proc(5) counts fields from 1: pid, comm, state, and then these.
  const field = (number: number): number => Number(rest[number - 4] ?? 0);
  return {
    pid,
    comm: stat.slice(from + 1, to),
    state,
    ppid: field(4),
    pgrp: field(5),
    session: field(6),
    tty: field(7),
    tpgid: field(8),
    cpuTime: (field(14) + field(15)) / USER_HZ,
    priority: field(18),
    nice: field(19),
    flags: field(9),
    namespaces: NONE,
    threads: field(20),
    startTime: field(22) / USER_HZ,
    vsz: field(23) / 1024,
    rss: field(24) * 4,
    wchan: typeof wchan === "number" || wchan === "" || wchan === "0" ? "-" : wchan.trim(),
    args: typeof cmdline === "number" || cmdline === "" ? [] : cmdline.replace(/\0$/, "").split("\0"),
  };
}
