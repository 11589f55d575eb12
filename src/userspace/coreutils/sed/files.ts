/** The files that sed reads and writes beside its input: those of `r`, `R`, `w` and `W`. */
import { strerror } from "../../../kernel/index.ts";
import { O_CREAT, O_TRUNC, O_WRONLY, type Process } from "../../../syscall/index.ts";
import { encode, STDOUT, writeAll } from "../../lib/index.ts";
import { readTextFile } from "../input.ts";
import type { Utility } from "../utility.ts";

/** The lines of a file of `R`, each with its newline if it has one; taken from the front. */
export async function linesOfFile(process: Process, file: string): Promise<string[]> {
  const text = await readTextFile(process, file);
  return typeof text === "number" ? [] : (text.match(/[^\n]*\n|[^\n]+$/g) ?? []);
}

/** Replaces the content of a file of `w`. */
export async function writeOut(util: Utility, file: string, text: string): Promise<void> {
  const { process } = util;
  const fd = file === "/dev/stderr" ? 2 : await process.open(file, O_WRONLY | O_CREAT | O_TRUNC, 0o666);
  if (fd < 0) return await util.die(`couldn't open file ${file}: ${strerror(fd)}`, 4);
  await writeAll(process, fd, encode(text));
  if (fd > STDOUT + 1) await process.close(fd);
}
