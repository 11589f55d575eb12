/** The columns of ps(1): header, width and contents of each (procps-ng 4.0.2). Everybody is root. */

import { momentOf, strftime } from "../../lib/index.ts";
import type { ProcessEntry } from "../proc-table.ts";

/** What the columns need besides the process. Nanoseconds. */
export interface Clocks {
  /** Epoch time of the boot and of now. */
  readonly boot: number;
  readonly now: number;
}

export interface Column {
  readonly header: string;
  readonly width: number;
  readonly align: "left" | "right";
  readonly value: (entry: ProcessEntry, clocks: Clocks) => string;
  /** What a tree is drawn before. */
  readonly inTree?: boolean;
  /** What is not read unless it is asked for. */
  readonly ofNamespace?: boolean;
  /** A longer header does not make it wider. */
  readonly fixed?: boolean;
}

/** Headers of names that mean the same column as another but are called differently. */
const HEADERS: Readonly<Record<string, string>> = {
  ...{
    tid: "TID",
    lwp: "LWP",
    spid: "SPID",
    policy: "POL",
    bsdstart: "START",
    pgrp: "PGRP",
    sess: "SESS",
    session: "SESS",
    euser: "EUSER",
    ruser: "RUSER",
    egroup: "EGROUP",
    rgroup: "RGROUP",
  },
  ...{
    euid: "EUID",
    ruid: "RUID",
    egid: "EGID",
    rgid: "RGID",
    cmd: "CMD",
    ucmd: "CMD",
    start_time: "START",
    thcount: "THCNT",
    rssize: "RSS",
  },
};

const NAMESPACES = ["ipc", "mnt", "net", "pid", "user", "uts", "cgroup", "time"];

/** Columns by every name that -o takes for them. */
export const COLUMNS: ReadonlyMap<string, Column> = new Map(
  [
    right("pid tid lwp spid", "PID", 5, (p) => p.pid),
    right("ppid", "PPID", 5, (p) => p.ppid),
    right("pgid pgrp", "PGID", 5, (p) => p.pgrp),
    right("sid sess session", "SID", 5, (p) => p.session),
    right("tpgid", "TPGID", 5, (p) => p.tpgid),
    left("user euser ruser uname", "USER", 8, () => "root"),
    left("group egroup rgroup", "GROUP", 8, () => "root"),
    right("uid euid ruid", "UID", 5, () => 0),
    right("gid egid rgid", "GID", 5, () => 0),
    left("stat", "STAT", 4, stat),
    left("s state", "S", 1, (p) => p.state),
    left("wchan", "WCHAN", 6, (p) => p.wchan),
    ...[
      left("args cmd command", "COMMAND", 27, args),
      left("comm ucmd ucomm", "COMMAND", 15, (p) => `${p.comm}${p.state === "Z" ? " <defunct>" : ""}`),
    ].map((names) => names.map(([name, column]): Entry => [name, { ...column, inTree: true }])),
    left("tty tt", "TT", 8, terminal),
    left("tname", "TTY", 8, terminal),
    right("time cputime", "TIME", 8, (p) => hms(p.cpuTime)),
    right("bsdtime", "TIME", 6, (p) => `${Math.floor(p.cpuTime / 60)}:${two(p.cpuTime % 60)}`),
    right("etime", "ELAPSED", 11, elapsed),
    right("etimes", "ELAPSED", 7, (p, c) => age(p, c)),
    right("stime start_time", "STIME", 5, startShort),
    right("start", "STARTED", 8, (p, c) => strftime(age(p, c) < 86_400 ? "%H:%M:%S" : "%b %d", startOf(p, c))),
    right("lstart", "STARTED", 24, (p, c) => strftime("%a %b %e %H:%M:%S %Y", startOf(p, c))),
    right("pcpu %cpu", "%CPU", 4, (p, c) => ((p.cpuTime * 100) / Math.max(1, age(p, c))).toFixed(1)),
    right("pmem %mem", "%MEM", 4, () => "0.0"),
    right("c", "C", 2, (p, c) => Math.min(99, Math.floor((p.cpuTime * 100) / Math.max(1, age(p, c))))),
    right("vsz vsize", "VSZ", 6, (p) => Math.floor(p.vsz)),
    right("rss rssize rsz", "RSS", 5, (p) => p.rss),
    right("ni nice", "NI", 3, (p) => p.nice),
    right("pri", "PRI", 3, (p) => 39 - p.priority),
    right("opri intpri", "PRI", 3, (p) => p.priority + 60),
    right("priority", "PRI", 3, (p) => p.priority),
    left("cls class policy", "CLS", 3, () => "TS"),
    right("rtprio", "RTPRIO", 6, () => "-"),
    right("f flag flags", "F", 1, (p) => (p.flags >> 6) & 7),
    right("sz", "SZ", 5, (p) => Math.floor(p.vsz / 4)),
    right("psr sgi_p", "PSR", 3, () => 0),
    left("addr", "ADDR", 1, () => "-").map(([name, column]): Entry => [name, { ...column, fixed: true }]),
    right("bsdstart", "START", 6, (p, c) => strftime(age(p, c) < 86_400 ? " %H:%M" : "%b %d", startOf(p, c))),
    ...NAMESPACES.map((type) =>
      right(`${type}ns`, `${type.toUpperCase()}NS`, 10, (p) => p.namespaces.get(type) ?? "-").map(
        ([name, column]): Entry => [name, { ...column, ofNamespace: true }],
      ),
    ),
    right("nlwp thcount", "NLWP", 4, (p) => p.threads),
  ].flat(),
);

type Entry = readonly [name: string, column: Column];

function column(names: string, header: string, width: number, align: Column["align"], value: Column["value"]): readonly Entry[] {
  return names.split(" ").map((name) => [name, { header: HEADERS[name] ?? header, width, align, value }]);
}

function left(names: string, header: string, width: number, value: Column["value"]): readonly Entry[] {
  return column(names, header, width, "left", value);
}

function right(names: string, header: string, width: number, value: (p: ProcessEntry, c: Clocks) => string | number): readonly Entry[] {
  return column(names, header, width, "right", (p, c) => String(value(p, c)));
}

function stat(p: ProcessEntry): string {
  const nice = p.nice < 0 ? "<" : p.nice > 0 ? "N" : "";
  return `${p.state}${nice}${p.session === p.pid ? "s" : ""}${p.threads > 1 ? "l" : ""}${p.tpgid > 0 && p.tpgid === p.pgrp ? "+" : ""}`;
}

/** The terminal's name, without /dev: consoles have the major number 4. */
function terminal(p: ProcessEntry): string {
  return p.tty >> 8 === 4 ? `tty${p.tty & 0xff}` : "?";
}

function args(p: ProcessEntry): string {
  if (p.state === "Z") return `[${p.comm}] <defunct>`;
  return p.args.length === 0 ? `[${p.comm}]` : p.args.join(" ");
}

function two(value: number): string {
  return String(Math.floor(value)).padStart(2, "0");
}

function hms(seconds: number): string {
  return `${two(seconds / 3600)}:${two((seconds / 60) % 60)}:${two(seconds % 60)}`;
}

/** Seconds since its start. */
function age(p: ProcessEntry, { boot, now }: Clocks): number {
  return Math.max(0, Math.floor((now - boot) / 1e9 - p.startTime));
}

function elapsed(p: ProcessEntry, clocks: Clocks): string {
  const seconds = age(p, clocks);
  if (seconds < 3600) return `${two(seconds / 60)}:${two(seconds % 60)}`;
  return seconds < 86_400 ? hms(seconds) : `${two(seconds / 86_400)}-${hms(seconds % 86_400)}`;
}

function startOf(p: ProcessEntry, { boot }: Clocks): ReturnType<typeof momentOf> {
  return momentOf(boot + p.startTime * 1e9);
}

/** The hour today, the day this year, or the year. */
function startShort(p: ProcessEntry, clocks: Clocks): string {
  const [start, now] = [startOf(p, clocks), momentOf(clocks.now)];
  if (strftime("%F", start) === strftime("%F", now)) return strftime("%H:%M", start);
  return strftime(strftime("%Y", start) === strftime("%Y", now) ? "%b%d" : " %Y", start);
}
