/** ulimit: shows every limit of bash, and sets those that the kernel here keeps. */
import { strerror } from "../../../kernel/index.ts";
import type { Resource } from "../../../syscall/index.ts";
import type { Shell } from "../shell.ts";
import { type BuiltinTable, builtinError, output, USAGE } from "./builtin.ts";
import { parseFlags } from "./flags.ts";

interface Limit {
  readonly description: string;
  /** As -a shows it, without the letter. */
  readonly unit: string;
  /** Bytes in one of the unit. */
  readonly factor: number;
  /** What the kernel keeps, or a value that cannot be changed here. */
  readonly resource: Resource | number;
}

const NONE = Number.POSITIVE_INFINITY;

/** In the order of -a. */
const LIMITS: Readonly<Record<string, Limit>> = {
  R: { description: "real-time non-blocking time", unit: "microseconds", factor: 1, resource: NONE },
  c: { description: "core file size", unit: "blocks", factor: 1024, resource: "RLIMIT_CORE" },
  d: { description: "data seg size", unit: "kbytes", factor: 1024, resource: NONE },
  e: { description: "scheduling priority", unit: "", factor: 1, resource: 0 },
  f: { description: "file size", unit: "blocks", factor: 1024, resource: "RLIMIT_FSIZE" },
  i: { description: "pending signals", unit: "", factor: 1, resource: 2048 },
  l: { description: "max locked memory", unit: "kbytes", factor: 1024, resource: "RLIMIT_MEMLOCK" },
  m: { description: "max memory size", unit: "kbytes", factor: 1024, resource: NONE },
  n: { description: "open files", unit: "", factor: 1, resource: "RLIMIT_NOFILE" },
  p: { description: "pipe size", unit: "512 bytes", factor: 1, resource: 8 },
  q: { description: "POSIX message queues", unit: "bytes", factor: 1, resource: 819_200 },
  r: { description: "real-time priority", unit: "", factor: 1, resource: 0 },
  s: { description: "stack size", unit: "kbytes", factor: 1, resource: 8192 },
  t: { description: "cpu time", unit: "seconds", factor: 1, resource: NONE },
  u: { description: "max user processes", unit: "", factor: 1, resource: "RLIMIT_NPROC" },
  v: { description: "virtual memory", unit: "kbytes", factor: 1024, resource: NONE },
  x: { description: "file locks", unit: "", factor: 1, resource: NONE },
};

const DESCRIPTION_WIDTH = 20;
const UNIT_WIDTH = 20;

/** Which of the two limits is meant: -S, -H, or (to set) both. */
type Which = ReadonlySet<"S" | "H">;

async function ulimit(shell: Shell, args: readonly string[]): Promise<number> {
  const flags = await parseFlags(shell, "ulimit", args, "HSacdefilmnpqrstuvxR", "[-SHabcdefiklmnpqrstuvxPRT] [limit]");
  if (flags === null) return USAGE;
  const { given, rest } = flags;
  const which: Which = new Set((["S", "H"] as const).filter((letter) => given.has(letter)));
  if (given.has("a"))
    return await output(
      shell,
      "ulimit",
      Object.keys(LIMITS)
        .map((letter) => row(shell, letter, which))
        .join(""),
    );
  const letters = [...given.keys()].filter((letter) => LIMITS[letter] !== undefined);
  const [letter = "f"] = letters;
  const [text] = rest;
  if (text !== undefined) return await set(shell, letter, text, which);
  if (letters.length > 1) return await output(shell, "ulimit", letters.map((each) => row(shell, each, which)).join(""));
  return await output(shell, "ulimit", `${shown(shell, letter, which)}\n`);
}

function row(shell: Shell, letter: string, which: Which): string {
  const { description = "", unit = "" } = LIMITS[letter] ?? {};
  const how = unit === "" ? `(-${letter})` : `(${unit}, -${letter})`;
  return `${description.padEnd(DESCRIPTION_WIDTH)}${how.padStart(UNIT_WIDTH)} ${shown(shell, letter, which)}\n`;
}

function shown(shell: Shell, letter: string, which: Which): string {
  const { resource = NONE, factor = 1 } = LIMITS[letter] ?? {};
  const value = typeof resource === "number" ? resource : limitOf(shell, resource, which) / factor;
  return value === NONE ? "unlimited" : String(Math.floor(value));
}

function limitOf(shell: Shell, resource: Resource, which: Which): number {
  const { rlim_cur, rlim_max } = shell.process.getrlimit(resource);
  return which.has("H") && !which.has("S") ? rlim_max : rlim_cur;
}

async function set(shell: Shell, letter: string, text: string, which: Which): Promise<number> {
  const { resource = NONE, factor = 1, description = "" } = LIMITS[letter] ?? {};
  if (!/^(\d+|unlimited|soft|hard)$/.test(text)) return await builtinError(shell, "ulimit", `${text}: invalid number`);
  if (typeof resource === "number") {
    const same = text === shown(shell, letter, which) || text === "soft" || text === "hard";
    return same ? 0 : await builtinError(shell, "ulimit", `${description}: setting this limit is not modelled by this emulator`);
  }
  const now = shell.process.getrlimit(resource);
  const named: Readonly<Record<string, number>> = { unlimited: NONE, soft: now.rlim_cur, hard: now.rlim_max };
  const value = named[text] ?? Number(text) * factor;
  const both = which.size === 0;
  const error = await shell.process.setrlimit(resource, {
    rlim_cur: both || which.has("S") ? value : now.rlim_cur,
    rlim_max: both || which.has("H") ? value : now.rlim_max,
  });
  return error < 0 ? await builtinError(shell, "ulimit", `${description}: cannot modify limit: ${strerror(error)}`) : 0;
}

export const ulimitBuiltins: BuiltinTable = { ulimit: { run: ulimit } };
