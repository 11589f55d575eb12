/** Reading operands: files by name, `-` for standard input. */
import { EINTR } from "../../kernel/index.ts";
import { type Fd, O_RDONLY, type Process } from "../../syscall/index.ts";
import { decode, readToEnd, STDIN } from "../lib/index.ts";
import type { Utility } from "./utility.ts";

const CHUNK = 65_536;

/** Opens an operand for reading. A descriptor or a negative errno. */
export async function openOperand(util: Utility, operand: string): Promise<Fd> {
  return operand === "-" ? STDIN : await util.process.open(operand, O_RDONLY);
}

export async function closeOperand(util: Utility, fd: Fd): Promise<void> {
  if (fd !== STDIN) await util.process.close(fd);
}

/** Some bytes, none at the end; a negative errno. Goes on after a signal. */
export async function readSome(process: Process, fd: Fd, most = CHUNK): Promise<Uint8Array | number> {
  for (;;) {
    const bytes = await process.read(fd, most);
    if (bytes !== -EINTR) return bytes;
  }
}

/** Everything an operand holds; a negative errno. */
export async function readOperand(util: Utility, operand: string): Promise<Uint8Array | number> {
  const fd = await openOperand(util, operand);
  if (fd < 0) return fd;
  const bytes = await readToEnd(util.process, fd);
  await closeOperand(util, fd);
  return bytes;
}

/** The content of a file that may not be there. */
export async function readBytes(process: Process, path: string): Promise<Uint8Array | number> {
  const fd = await process.open(path, O_RDONLY);
  if (fd < 0) return fd;
  const bytes = await readToEnd(process, fd);
  await process.close(fd);
  return bytes;
}

/** The text of a file that may not be there. */
export async function readTextFile(process: Process, path: string): Promise<string | number> {
  const bytes = await readBytes(process, path);
  return typeof bytes === "number" ? bytes : decode(bytes);
}

/** Lines without their newlines; a last line without one counts too. */
export function splitLines(text: string): string[] {
  if (text === "") return [];
  return (text.endsWith("\n") ? text.slice(0, -1) : text).split("\n");
}
