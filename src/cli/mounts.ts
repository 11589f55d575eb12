/** `--mount HOST:GUEST[:ro]`: reads a folder of the host, whole and once. The machine sees the copy, nothing else of the host. */
import { InvalidArgumentError } from "commander";
import type { Folder } from "../machine.ts";
import { type Host, reasonOf } from "./host.ts";
import { UserError } from "./user-error.ts";

/** What one folder may hold. */
const MAX_FILES = 10_000;
const MAX_BYTES = 64 * 1024 * 1024;

export interface MountFlag {
  readonly host: string;
  readonly guest: string;
  readonly readonly: boolean;
}

/** Collects `--mount`, which may be given several times. */
export function mountFlag(text: string, before: readonly MountFlag[] = []): MountFlag[] {
  const match = /^(.+?):(\/[^:]*)(?::(ro|rw))?$/.exec(text);
  if (match === null) throw new InvalidArgumentError("Type HOST:GUEST or HOST:GUEST:ro, GUEST beginning with a slash.");
  const [, host = "", guest = "", how] = match;
  const target = guest.replace(/\/+/g, "/").replace(/\/$/, "");
  if (target === "") throw new InvalidArgumentError("Type a directory below /, such as /mnt.");
  return [...before, { host, guest: target, readonly: how === "ro" }];
}

/** The content of the folders. @throws UserError if one cannot be read or is too large */
export function readFolders(host: Host, flags: readonly MountFlag[]): Folder[] {
  return flags.map(({ host: path, guest, readonly }) => {
    try {
      const entries = host.readTree(path, { files: MAX_FILES, bytes: MAX_BYTES });
      if (entries === null) throw new UserError(`${path} holds more than ${MAX_FILES} files or 64 MiB; mount a smaller folder`);
      return { source: path, target: guest, readonly, entries };
    } catch (error) {
      if (error instanceof UserError) throw error;
      throw new UserError(`cannot read ${path}: ${reasonOf(error)}; give --mount a folder that can be read`);
    }
  });
}
