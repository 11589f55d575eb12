/** How ls(1) and stat(1) show modes, types and times. */

import { S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG, S_IFSOCK, type Stat } from "../../syscall/index.ts";

/** Half a year: ls shows the year instead of the hour beyond it. */
const RECENT_NS = (31_556_952 / 2) * 1e9;

const TYPES: ReadonlyMap<number, readonly [letter: string, name: string]> = new Map([
  [S_IFREG, ["-", "regular file"]],
  [S_IFDIR, ["d", "directory"]],
  [S_IFLNK, ["l", "symbolic link"]],
  [S_IFCHR, ["c", "character special file"]],
  [S_IFBLK, ["b", "block special file"]],
  [S_IFIFO, ["p", "fifo"]],
  [S_IFSOCK, ["s", "socket"]],
]);

/** -rw-r--r-- */
export function modeText(mode: number): string {
  const bits = Array.from("rwxrwxrwx", (letter, i) => ((mode >> (8 - i)) & 1 ? letter : "-"));
  const special = (bit: number, at: number, letter: string): void => {
    if ((mode & bit) !== 0) bits[at] = bits[at] === "x" ? letter : letter.toUpperCase();
  };
  special(0o4000, 2, "s");
  special(0o2000, 5, "s");
  special(0o1000, 8, "t");
  return (TYPES.get(mode & S_IFMT)?.[0] ?? "?") + bits.join("");
}

/** "regular file", as stat -c %F says it. */
export function typeName({ mode, size }: Stat): string {
  const name = TYPES.get(mode & S_IFMT)?.[1] ?? "weird file";
  return name === "regular file" && size === 0 ? "regular empty file" : name;
}

/** Whether a time is neither long ago nor to come. Times are ns since the epoch. */
export function isRecent(mtime: number, now: number): boolean {
  return mtime <= now && now - mtime < RECENT_NS;
}

/** KiB that a file takes on tmpfs, in whole pages; on the other file systems nothing takes any. */
export function pagesKib({ mode, size }: Stat): number {
  return (mode & S_IFMT) === S_IFREG ? Math.ceil(size / 4096) * 4 : 0;
}
