/** less(1) and more(1): on what is no terminal they copy their files, as the real ones do. On a terminal too: there is no paging. */
import { strerror } from "../../kernel/index.ts";
import { type Process, type Program, S_IFDIR, S_IFMT } from "../../syscall/index.ts";
import { complain, encode, print, STDIN, STDOUT, writeAll } from "../lib/index.ts";
import { readTextFile } from "./input.ts";

const RULE = "::::::::::::::";

/** The operands: options, which only say how to move about and to look, are passed over. */
function operandsOf(process: Process, withArgument: RegExp): readonly string[] {
  const words = process.argv.slice(1);
  return words.filter((word, i) => !/^[-+]./.test(word) && !withArgument.test(words[i - 1] ?? ""));
}

/** 0, "folder", or a negative errno. */
async function copy(process: Process, operand: string, title: string): Promise<number | "folder"> {
  const stat = operand === "-" ? null : await process.stat(operand);
  if (stat !== null && typeof stat !== "number" && (stat.mode & S_IFMT) === S_IFDIR) return "folder";
  const text = await readTextFile(process, operand === "-" ? "/dev/stdin" : operand);
  if (typeof text === "number") return text;
  await writeAll(process, STDOUT, encode(title + text));
  return 0;
}

export const less: Program = async (process) => {
  const operands = operandsOf(process, /^-[bhjkoOpPtTxyz]$/);
  if (operands.length === 0 && process.isatty(STDIN)) {
    await complain(process, 'Missing filename ("less --help" for help)\n');
    return 1;
  }
  for (const operand of operands.length === 0 ? ["-"] : operands) {
    const result = await copy(process, operand, "");
    if (result === "folder") await print(process, `${operand} is a directory\n`);
    else if (result < 0) await print(process, `${operand}: ${strerror(result)}\n`);
  }
  return 0;
};

export const more: Program = async (process) => {
  const operands = operandsOf(process, /^-n$/);
  if (operands.length === 0 && process.isatty(STDIN)) {
    await complain(process, "more: bad usage\nTry 'more --help' for more information.\n");
    return 1;
  }
  for (const operand of operands.length === 0 ? ["-"] : operands) {
    const result = await copy(process, operand, operands.length === 0 ? "" : `${RULE}\n${operand}\n${RULE}\n`);
    if (result === "folder") await print(process, `\n*** ${operand}: directory ***\n\n`);
    else if (result < 0) await complain(process, `more: cannot open ${operand}: ${strerror(result)}\n`);
  }
  return 0;
};
