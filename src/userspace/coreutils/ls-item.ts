/** A file as ls(1) lists it. */
import { S_IFDIR, S_IFMT, S_IFREG, type Stat } from "../../syscall/index.ts";

export interface Item {
  readonly name: string;
  readonly path: string;
  readonly stat: Stat;
  /** Where a symbolic link points to. */
  readonly target: string | null;
  /** What is there; null if nothing is, or it was not asked. */
  readonly behind: Stat | null;
}

export function isFolder({ mode }: Pick<Stat, "mode">): boolean {
  return (mode & S_IFMT) === S_IFDIR;
}

/** Whether a file can be run. */
export function isExecutable({ mode }: Pick<Stat, "mode">): boolean {
  return (mode & S_IFMT) === S_IFREG && (mode & 0o111) !== 0;
}
