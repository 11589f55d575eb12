/**
 * A folder that the machine is given from outside, as a file system of its own: a tmpfs that begins with its content. What is
 * written there stays in the machine.
 */
import { type Frame, strerror } from "../kernel/index.ts";
import { do_mkdirat, do_symlinkat } from "./change.ts";
import { installFile } from "./init.ts";
import { do_mount, MS_RDONLY, MS_REMOUNT } from "./namespace.ts";

/** A file, directory or link below the folder; directories come before what is in them. */
export type FolderEntry =
  | { readonly kind: "directory"; readonly path: string }
  | { readonly kind: "file"; readonly path: string; readonly content: Uint8Array; readonly executable: boolean }
  | { readonly kind: "link"; readonly path: string; readonly target: string };

export interface Folder {
  /** What mount(8) shows as its source. */
  readonly source: string;
  /** Absolute path in the machine. */
  readonly target: string;
  readonly readonly: boolean;
  readonly entries: readonly FolderEntry[];
}

/** Mounts a folder, making the directories on the way. Null, or why it cannot be. */
export function mountFolder(current: Frame, { source, target, readonly, entries }: Folder): string | null {
  const parts = target.split("/").slice(1);
  for (let i = 1; i <= parts.length; i++) do_mkdirat(current, `/${parts.slice(0, i).join("/")}`, 0o755);
  const mounted = do_mount(current, source, target, "tmpfs", 0, "");
  if (mounted < 0) return strerror(mounted);
  for (const entry of entries) {
    const path = `${target}/${entry.path}`;
    if (entry.kind === "directory") do_mkdirat(current, path, 0o755);
    else if (entry.kind === "link") do_symlinkat(current, entry.target, path);
    else installFile(current, path, entry.content, entry.executable ? 0o755 : 0o644);
  }
  if (!readonly) return null;
  const remounted = do_mount(current, source, target, "tmpfs", MS_REMOUNT | MS_RDONLY, "");
  return remounted < 0 ? strerror(remounted) : null;
}
