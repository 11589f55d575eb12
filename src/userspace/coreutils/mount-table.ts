/** The table of mounts as programs of util-linux read it: /proc/self/mounts, with its escapes undone. */
import type { Process } from "../../syscall/index.ts";
import { decode, readToEnd } from "../lib/index.ts";

export interface MountEntry {
  readonly source: string;
  readonly target: string;
  readonly type: string;
  readonly options: string;
}

/** The mounts of the process's namespace in the order of the kernel's list, or a negative errno. */
export async function readMounts(process: Process): Promise<readonly MountEntry[] | number> {
  const fd = await process.open("/proc/self/mounts", 0);
  if (fd < 0) return fd;
  const bytes = await readToEnd(process, fd);
  await process.close(fd);
  if (typeof bytes === "number") return bytes;
  return decode(bytes)
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [source = "", target = "", type = "", options = ""] = line.split(" ").map(unmangle);
      return { source, target, type, options };
    });
}

function unmangle(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_all, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}

/** A path without "." and "//" and "..", from the root on, as the table has its targets. Links are not followed. */
export function absolute(process: Process, path: string): string {
  const parts: string[] = [];
  for (const part of (path.startsWith("/") ? path : `${process.getcwd()}/${path}`).split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}
