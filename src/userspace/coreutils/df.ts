/** df(1): -a -B -h -H -i -k -m -P -t -T -x -l, --output, --total. Shown are mounts with blocks, or those that hold the operands. */
import { strerror } from "../../kernel/index.ts";
import type { StatFs } from "../../syscall/index.ts";
import { canonical } from "./canonical.ts";
import { type MountEntry, readMounts } from "./mount-table.ts";
import { quote, quoteIfNeeded } from "./quote.ts";
import { humanSize, parseSize } from "./size.ts";
import { type Utility, utility } from "./utility.ts";

const manual = {
  usage: "[OPTION]... [FILE]...",
  short: "aB:hHiklmPt:Tvx:",
  long: {
    ...{
      all: "a",
      "block-size": "B",
      "human-readable": "h",
      si: "H",
      inodes: "i",
      local: "l",
      portability: "P",
      type: "t",
      "print-type": "T",
    },
    ...{ "exclude-type": "x", output: "output::", total: "total", sync: "sync", "no-sync": "no-sync" },
  },
};

const KIB = 1024;

/** One line: a mount and what statfs(2) says of it. */
interface Row {
  readonly mount: MountEntry;
  readonly file: string;
  readonly space: StatFs;
}

interface Field {
  readonly title: string;
  readonly align: "left" | "right";
  readonly value: (row: Row) => string;
}

export const df = utility(manual, async (util) => {
  const mounts = await readMounts(util.process);
  if (typeof mounts === "number") return await util.die(`cannot read table of mounted file systems: ${strerror(mounts)}`);
  const rows = await rowsOf(util, mounts);
  if (rows.length === 0) return await (util.status === 0 ? util.die("no file systems processed") : util.end(util.status));
  const fields = await fieldsOf(util);
  const shown = util.has("total") ? [...rows, totalOf(rows)] : rows;
  const lines = [fields.map(({ title }) => title), ...shown.map((row) => fields.map(({ value }) => value(row)))];
  const widths = fields.map((field, i) => Math.max(MINIMA[field.title] ?? 0, ...lines.map((cells) => (cells[i] ?? "").length)));
  for (const cells of lines) {
    const laid = cells.map((cell, i) => {
      if (fields[i]?.align === "right") return cell.padStart(widths[i] ?? 0);
      return i === cells.length - 1 ? cell : cell.padEnd(widths[i] ?? 0);
    });
    await util.out(`${laid.join(" ").trimEnd()}\n`);
  }
});

/** Widths that a column has at least. */
const MINIMA: Readonly<Record<string, number>> = { Filesystem: 14, Type: 4, "1K-blocks": 5, Used: 5, Available: 5, Size: 5, Avail: 5 };

async function rowsOf(util: Utility, mounts: readonly MountEntry[]): Promise<readonly Row[]> {
  const rows: Row[] = [];
  const [types, excluded] = [argumentsOf(util, "t"), argumentsOf(util, "x")];
  const add = async (mount: MountEntry, file: string, hideEmpty: boolean): Promise<void> => {
    const space = await util.process.statfs(mount.target);
    if (typeof space === "number") return await util.fail(`${quoteIfNeeded(mount.target)}: ${strerror(space)}`);
    if (types.length > 0 && !types.includes(mount.type)) return;
    if (excluded.includes(mount.type) || (hideEmpty && space.blocks === 0)) return;
    rows.push({ mount, file, space });
  };
  if (util.operands.length === 0) {
    const seen = new Set<string>();
    for (const mount of mounts.toReversed()) {
      // Of several mounts on one place the last is seen.
      if (seen.has(mount.target)) continue;
      seen.add(mount.target);
      await add(mount, "-", !util.has("a"));
    }
    return rows.reverse();
  }
  for (const operand of util.operands) {
    const path = await canonical(util, operand, "e");
    if (typeof path === "number") {
      await util.fail(`${quoteIfNeeded(operand)}: ${strerror(path)}`);
      continue;
    }
    const holds = ({ target }: MountEntry): boolean => path === target || path.startsWith(target === "/" ? "/" : `${target}/`);
    const longest = Math.max(0, ...mounts.filter(holds).map(({ target }) => target.length));
    const mount = mounts.findLast((entry) => holds(entry) && entry.target.length === longest);
    if (mount !== undefined) await add(mount, operand, false);
  }
  return rows;
}

function argumentsOf(util: Utility, letter: string): readonly string[] {
  return util.given.filter((given) => given.letter === letter).map(({ argument }) => argument);
}

function totalOf(rows: readonly Row[]): Row {
  const sum = (pick: (space: StatFs) => number): number => rows.reduce((all, { space }) => all + pick(space), 0);
  const space: StatFs = {
    type: 0,
    bsize: 1,
    blocks: sum(({ blocks, bsize }) => blocks * bsize),
    bfree: sum(({ bfree, bsize }) => bfree * bsize),
    files: sum(({ files }) => files),
    ffree: sum(({ ffree }) => ffree),
  };
  return { mount: { source: "total", target: "-", type: "-", options: "" }, file: "-", space };
}

function percent(used: number, free: number): string {
  return used + free === 0 ? "-" : `${Math.ceil((used * 100) / (used + free))}%`;
}

async function fieldsOf(util: Utility): Promise<readonly Field[]> {
  const unit = await unitOf(util);
  const amount = (title: string, bytes: (space: StatFs) => number): Field => ({
    title,
    align: "right",
    value: ({ space }) => unit.show(bytes(space)),
  });
  const count = (title: string, value: (space: StatFs) => number): Field => ({
    title,
    align: "right",
    value: ({ space }) => (unit.human ? humanSize(value(space)) : String(value(space))),
  });
  const left = (title: string, value: (row: Row) => string): Field => ({ title, align: "left", value });
  const right = (title: string, value: (row: Row) => string): Field => ({ title, align: "right", value });
  const used = ({ blocks, bfree, bsize }: StatFs): number => (blocks - bfree) * bsize;
  const fields: Readonly<Record<string, Field>> = {
    source: left("Filesystem", ({ mount }) => mount.source),
    fstype: left("Type", ({ mount }) => mount.type),
    itotal: count("Inodes", ({ files }) => files),
    iused: count("IUsed", ({ files, ffree }) => files - ffree),
    iavail: count("IFree", ({ ffree }) => ffree),
    ipcent: right("IUse%", ({ space }) => percent(space.files - space.ffree, space.ffree)),
    size: amount(unit.title, ({ blocks, bsize }) => blocks * bsize),
    used: amount("Used", used),
    avail: amount(unit.human ? "Avail" : "Available", ({ bfree, bsize }) => bfree * bsize),
    pcent: right(util.has("P") ? "Capacity" : "Use%", ({ space }) => percent(used(space), space.bfree * space.bsize)),
    file: left("File", ({ file }) => file),
    target: left("Mounted on", ({ mount }) => mount.target),
  };
  const output = util.value("output");
  const type = util.has("T") ? ["fstype"] : [];
  const space = util.has("i") ? ["itotal", "iused", "iavail", "ipcent"] : ["size", "used", "avail", "pcent"];
  const all = ["source", "fstype", "itotal", "iused", "iavail", "ipcent", "size", "used", "avail", "pcent", "file", "target"];
  const names = output === undefined ? ["source", ...type, ...space, "target"] : output === "" ? all : output.split(",");
  const chosen: Field[] = [];
  for (const name of names) chosen.push(fields[name] ?? (await util.misused(`option --output: field ${quote(name)} unknown`)));
  return chosen;
}

interface Unit {
  readonly title: string;
  readonly human: boolean;
  readonly show: (bytes: number) => string;
}

async function unitOf(util: Utility): Promise<Unit> {
  const last = util.lastOf("B", "h", "H", "k", "m");
  if (last === "h" || last === "H") return { title: "Size", human: true, show: (bytes) => humanSize(bytes, last === "h" ? KIB : 1000) };
  const text = last === "m" ? "1M" : last === "B" ? (util.value("B") ?? "") : "1K";
  const size = parseSize(/^\d/.test(text) ? text : `1${text}`);
  if (size === null || size === 0) return await util.die(`invalid -B argument ${quote(text)}`);
  const title = util.has("P") ? `${size}-blocks` : `${/^\d+$/.test(text) ? `${text}B` : /^\d/.test(text) ? text : `1${text}`}-blocks`;
  return { title, human: false, show: (bytes) => String(Math.ceil(bytes / size)) };
}
