/**
 * Batches of the three programs (do_batch(), getcmdline() and makeargs() of iproute2's lib): one command on a line, `#` begins
 * a comment, a backslash at the end joins the next line, quotes keep spaces.
 */
import { strerror } from "../../kernel/index.ts";
import { O_CLOEXEC, O_RDONLY } from "../../syscall/index.ts";
import { LineReader, STDIN } from "../lib/index.ts";
import type { Tool } from "./tool.ts";

/** Arguments that one command may have. */
const MAX_ARGS = 512;

export interface Batch {
  /** `-` is standard input. */
  readonly file: string;
  /** Goes on after a command that failed. */
  readonly force: boolean;
}

/** Runs `command` for each line until one fails. The status of the whole. */
export async function runBatch(tool: Tool, batch: Batch, command: (words: readonly string[]) => Promise<number>): Promise<number> {
  const fd = batch.file === "-" ? STDIN : await tool.process.open(batch.file, O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    await tool.err(`Cannot open file "${batch.file}" for reading: ${strerror(fd)}\n`);
    return 1;
  }
  const lines = new LineReader(tool.process, fd);
  let status = 0;
  let number = 0;
  for (;;) {
    const read = await readCommand(tool, lines);
    if (read === null) return status;
    number += read.lines;
    const words = splitWords(read.text);
    if (typeof words === "string") {
      await tool.err(words);
      return await tool.exit(1);
    }
    if (words.length === 0 || (await command(words)) === 0) continue;
    await tool.err(`Command failed ${batch.file}:${number}\n`);
    status = 1;
    if (!batch.force) return status;
  }
}

/** One command, over as many lines as it takes; null at the end. */
async function readCommand(tool: Tool, lines: LineReader): Promise<{ text: string; lines: number } | null> {
  let text = "";
  for (let count = 1; ; count++) {
    const line = await lines.next();
    if (line === null && count > 1) {
      await tool.err("Missing continuation line\n");
      return null;
    }
    if (line === null || typeof line === "number") return null;
    text += line.replace(/#.*/, "");
    if (!text.endsWith("\\")) return { text, lines: count };
    text = text.slice(0, -1);
  }
}

/** The words of a line, or what is wrong with it. */
function splitWords(line: string): readonly string[] | string {
  const words: string[] = [];
  let at = 0;
  for (;;) {
    while (at < line.length && " \t\r\n".includes(line.charAt(at))) at++;
    if (at >= line.length) return words;
    if (words.length >= MAX_ARGS - 1) return "Too many arguments to command\n";
    const quote = line.charAt(at);
    if (quote === "'" || quote === '"') {
      const end = line.indexOf(quote, at + 1);
      if (end < 0) return "Unterminated quoted string\n";
      words.push(line.slice(at + 1, end));
      at = end + 1;
      continue;
    }
    const start = at;
    while (at < line.length && !" \t\r\n".includes(line.charAt(at))) at++;
    words.push(line.slice(start, at));
  }
}
