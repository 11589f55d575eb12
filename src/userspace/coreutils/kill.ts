/** kill(1) of procps: -SIGNAL, -s, -l, -L. Left out: -q. */
import { SIGTERM, strerror } from "../../kernel/index.ts";
import type { Process, Program } from "../../syscall/index.ts";
import { complain, print } from "../lib/index.ts";
import { quote } from "./quote.ts";
import { parseSignal, signalLines, signalName, signalTable } from "./signals.ts";

const USAGE = "\nUsage:\n kill [options] <pid> [...]\n\nFor more details see kill(1).\n";

export const kill: Program = async (process) => {
  const name = process.argv[0] ?? "";
  const words = process.argv.slice(1);
  const first = words[0];
  if (first === undefined) return await misused(process, "");
  if (first === "-l" || first === "--list" || first === "-L" || first === "--table")
    return await list(process, words[1], /^-(L|-table)$/.test(first));
  const signal = takeSignal(words);
  if (typeof signal === "string") return await misused(process, `${name}: invalid argument ${signal}\n`);
  let status = 0;
  for (const word of words) {
    if (!/^-?\d+$/.test(word)) {
      await complain(process, `${name}: failed to parse argument: ${quote(word)}\n`);
      return 1;
    }
    const error = await process.kill(Number(word), signal);
    if (error === 0) continue;
    await complain(process, `${name}: (${word}): ${strerror(error)}\n`);
    status = 1;
  }
  return status;
};

async function misused(process: Process, complaint: string): Promise<number> {
  await complain(process, complaint + USAGE);
  return 1;
}

/** Takes the signal off the words, if there is one; a text is a wrong one. */
function takeSignal(words: string[]): number | string {
  const first = words[0] ?? "";
  if (first === "-s" || first === "--signal") {
    words.shift();
    const text = words.shift() ?? "";
    return parseSignal(text) ?? text;
  }
  if (first === "--") words.shift();
  if (!/^-[0-9A-Za-z]/.test(first) || (words.length === 1 && /^-\d+$/.test(first))) return SIGTERM;
  words.shift();
  if (words[0] === "--") words.shift();
  return parseSignal(first.slice(1)) ?? first.slice(1);
}

async function list(process: Process, which: string | undefined, asTable: boolean): Promise<number> {
  if (which === undefined) {
    return (await print(process, asTable ? signalTable() : signalLines())) < 0 ? 1 : 0;
  }
  const number = /^\d+$/.test(which) ? Number(which) % 128 : null;
  const answer = number === null ? parseSignal(which) : signalName(number);
  if (answer === null || answer === undefined) {
    await complain(process, `kill: unknown signal name ${which}\n`);
    return 1;
  }
  return (await print(process, `${answer}\n`)) < 0 ? 1 : 0;
}
