/** The operators that `test`, `[` and `[[` share. */
import { S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG, S_IFSOCK } from "../../syscall/index.ts";
import { AssociativeArray, IndexedArray } from "./arrays.ts";
import { evaluateExpression } from "./assign.ts";
import { setOptionNames } from "./options.ts";
import type { Shell } from "./shell.ts";

const UNARY: ReadonlySet<string> = new Set("abcdefghknoprstuvwxzGLNORS".split("").map((letter) => `-${letter}`));
const FILE_COMPARISONS: ReadonlySet<string> = new Set(["-nt", "-ot", "-ef"]);
const NUMBER_COMPARISONS: ReadonlySet<string> = new Set(["-eq", "-ne", "-lt", "-le", "-gt", "-ge"]);
const STRING_COMPARISONS: ReadonlySet<string> = new Set(["=", "==", "!=", "<", ">"]);

const FILE_TYPES: Readonly<Record<string, number>> = {
  "-b": S_IFBLK,
  "-c": S_IFCHR,
  "-d": S_IFDIR,
  "-f": S_IFREG,
  "-p": S_IFIFO,
  "-S": S_IFSOCK,
};
const MODE_BITS: Readonly<Record<string, number>> = { "-u": 0o4000, "-g": 0o2000, "-k": 0o1000 };
const ACCESS_MODES: Readonly<Record<string, number>> = { "-r": 4, "-w": 2, "-x": 1 };

export function isUnaryTest(operator: string): boolean {
  return UNARY.has(operator);
}

export function isBinaryTest(operator: string): boolean {
  return isNumberTest(operator) || STRING_COMPARISONS.has(operator) || FILE_COMPARISONS.has(operator);
}

export function isNumberTest(operator: string): boolean {
  return NUMBER_COMPARISONS.has(operator);
}

export async function unaryTest(shell: Shell, operator: string, operand: string): Promise<boolean> {
  switch (operator) {
    case "-n":
      return operand !== "";
    case "-z":
      return operand === "";
    case "-t":
      return /^\d+$/.test(operand) && shell.process.isatty(Number(operand));
    case "-v":
      return isSet(shell, operand);
    case "-R":
      return shell.variables.find(operand)?.nameref === true;
    case "-o":
      return setOptionNames().includes(operand) && shell.options.get(operand);
    default:
      return await fileTest(shell, operator, operand);
  }
}

function isSet(shell: Shell, operand: string): boolean {
  const found = /^([A-Za-z_]\w*)\[(.*)\]$/s.exec(operand);
  if (found === null)
    return /^\d+$/.test(operand) ? shell.positional.length >= Number(operand) : shell.variables.text(operand) !== undefined;
  const [, name = "", subscript = ""] = found;
  const value = shell.variables.value(name);
  if (subscript === "@" || subscript === "*") return typeof value === "object" && value.size > 0;
  if (value instanceof AssociativeArray) return value.get(subscript) !== undefined;
  const index = Number(evaluateExpression(shell, subscript));
  return value instanceof IndexedArray
    ? value.get(index < 0 ? value.end + index : index) !== undefined
    : value !== undefined && index === 0;
}

async function fileTest(shell: Shell, operator: string, path: string): Promise<boolean> {
  const { process } = shell;
  const access = ACCESS_MODES[operator];
  if (access !== undefined) return (await process.access(path, access)) === 0;
  const link = operator === "-L" || operator === "-h";
  const stat = link ? await process.lstat(path) : await process.stat(path);
  if (typeof stat === "number") return false;
  const type = FILE_TYPES[operator];
  if (type !== undefined) return (stat.mode & S_IFMT) === type;
  const bits = MODE_BITS[operator];
  if (bits !== undefined) return (stat.mode & bits) !== 0;
  if (link) return (stat.mode & S_IFMT) === S_IFLNK;
  if (operator === "-s") return stat.size > 0;
  return true;
}

export async function fileComparison(shell: Shell, operator: string, left: string, right: string): Promise<boolean> {
  const [a, b] = [await shell.process.stat(left), await shell.process.stat(right)];
  if (operator === "-ef") return typeof a !== "number" && typeof b !== "number" && a.dev === b.dev && a.ino === b.ino;
  const [older, newer] = operator === "-nt" ? [b, a] : [a, b];
  if (typeof newer === "number") return false;
  return typeof older === "number" || older.mtime < newer.mtime;
}

export function numberComparison(operator: string, a: bigint, b: bigint): boolean {
  switch (operator) {
    case "-eq":
      return a === b;
    case "-ne":
      return a !== b;
    case "-lt":
      return a < b;
    case "-le":
      return a <= b;
    case "-gt":
      return a > b;
    default:
      return a >= b;
  }
}
