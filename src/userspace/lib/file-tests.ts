/** What `test` asks of files and numbers, as a builtin of the shell and as a program. */
import { type Process, S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG, S_IFSOCK } from "../../syscall/index.ts";

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

/** Answers -f, -d, -r and their like; whether the file is there for the others. */
export async function fileTest(process: Process, operator: string, path: string): Promise<boolean> {
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

/** -nt, -ot, -ef. */
export async function fileComparison(process: Process, operator: string, left: string, right: string): Promise<boolean> {
  const [a, b] = [await process.stat(left), await process.stat(right)];
  if (operator === "-ef") return typeof a !== "number" && typeof b !== "number" && a.dev === b.dev && a.ino === b.ino;
  const [older, newer] = operator === "-nt" ? [b, a] : [a, b];
  if (typeof newer === "number") return false;
  return typeof older === "number" || older.mtime < newer.mtime;
}

/** -eq, -ne, -lt, -le, -gt, -ge. */
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
