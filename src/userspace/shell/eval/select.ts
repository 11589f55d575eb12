/** select: a menu on standard error, and the body for each line that answers it. */
import type { Select } from "unbash";
import { complain, encode, print } from "../../lib/index.ts";
import { assignText } from "../assign.ts";
import { expandWords } from "../expand/word.ts";
import { wordText } from "../print.ts";
import { readLine } from "../read-line.ts";
import type { Shell } from "../shell.ts";
import { trace } from "../trace.ts";
import { beforeCommand } from "../traps.ts";
import { inLoop, iterate } from "./compound.ts";

const USUAL_COLUMNS = 80;
const TAB = 8;
/** Behind a number, and behind an entry. */
const GAP = 2;

/** The entries in columns, numbered down each of them; those that fit into one row stand below each other. */
function menuText(words: readonly string[], columns: number): string {
  const digits = String(words.length).length;
  const width = Math.max(...words.map((word) => Array.from(word).length)) + digits + 2 * GAP;
  const fitting = Math.max(1, Math.floor(columns / width));
  const enough = Math.ceil(words.length / fitting);
  const rows = enough === 1 ? words.length : enough;
  let text = "";
  for (let row = 0; row < rows; row++) {
    for (let i = row, at = 0; i < words.length; i += rows, at += width) {
      const entry = `${String(i + 1).padStart(at === 0 ? String(rows).length : digits)}) ${words[i]}`;
      text += entry + (i + rows < words.length ? spaceTo(at + Array.from(entry).length, at + width) : "");
    }
    text += "\n";
  }
  return text;
}

/** From one column to another, with tabs where they fit. */
function spaceTo(from: number, to: number): string {
  let text = "";
  for (let at = from; at < to; ) {
    const tab = Math.floor(to / TAB) > Math.floor(at / TAB);
    text += tab ? "\t" : " ";
    at += tab ? TAB - (at % TAB) : 1;
  }
  return text;
}

export async function runSelect(shell: Shell, node: Select): Promise<number> {
  const words = node.wordlist === undefined ? shell.positional : await expandWords(shell, node.wordlist);
  const shown = node.wordlist?.map((word) => wordText(shell.source, word)).join(" ") ?? '"$@"';
  if (shell.traps.size > 0 && (await beforeCommand(shell, `select ${node.name.text} in ${shown}`))) return 0;
  if (words.length === 0) return 0;
  if (shell.options.xtrace) await trace(shell, `select ${node.name.text} in ${shown}`);
  const menu = menuText(words, Number(shell.variables.text("COLUMNS") ?? "") || USUAL_COLUMNS);
  return await inLoop(shell, async (loop) => {
    let show = true;
    for (;;) {
      await shell.process.schedYield();
      await complain(shell.process, (show ? menu : "") + (shell.variables.text("PS3") ?? "#? "));
      const line = await readLine(shell.process, 0, { delimiter: encode("\n")[0] as number, limit: null });
      if (typeof line === "number" || !line.complete) {
        await print(shell.process, "\n");
        loop.status = 1;
        return;
      }
      assignText(shell, "REPLY", line.text, false);
      show = line.text === "";
      if (show) continue;
      const chosen = /^\d+$/.test(line.text.trim()) ? words[Number(line.text) - 1] : undefined;
      assignText(shell, node.name.value, chosen ?? "", false);
      if (await iterate(shell, node.body, loop)) return;
    }
  });
}
