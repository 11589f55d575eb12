/** strings(1) of binutils: -a, -f, -n, -o, -t, -w. Left out: -e but for one byte per character, -s, sections of object files. */
import { strerror } from "../../kernel/index.ts";
import { S_IFDIR, S_IFMT } from "../../syscall/index.ts";
import { readOperand } from "./input.ts";
import { type Utility, utility } from "./utility.ts";

const manual = {
  version: "GNU strings (GNU Binutils for Debian) 2.40",
  usage: "[option(s)] [file(s)]",
  short: "adfn:ot:e:ws:U:T:",
  long: {
    all: "a",
    data: "d",
    "print-file-name": "f",
    bytes: "n",
    radix: "t",
    encoding: "e",
    "include-all-whitespace": "w",
    "output-separator": "s",
  },
  refused: ["e", "s", "U", "T", "d"],
  modernise: (words: readonly string[]): readonly string[] => words.map((word) => word.replace(/^-(\d+)$/, "-n$1")),
};

const RADIX: Readonly<Record<string, number>> = { o: 8, d: 10, x: 16 };
const OFFSET_WIDTH = 7;
const DEFAULT_LENGTH = 4;

export const strings = utility(manual, async (util) => {
  const text = util.value("n") ?? String(DEFAULT_LENGTH);
  if (!/^\d+$/.test(text)) await util.die(`invalid integer argument ${text}`);
  if (Number(text) === 0) await util.die(`invalid minimum string length ${text}`);
  for (const operand of util.operands.length === 0 ? ["-"] : util.operands) {
    const stat = operand === "-" ? null : await util.process.stat(operand);
    const isFolder = stat !== null && typeof stat !== "number" && (stat.mode & S_IFMT) === S_IFDIR;
    const bytes = isFolder ? 0 : await readOperand(util, operand);
    if (typeof stat === "number") await util.fail(`'${operand}': No such file`);
    else if (isFolder) await util.fail(`Warning: '${operand}' is a directory`);
    else if (typeof bytes === "number") await util.fail(`${operand}: ${strerror(bytes)}`);
    else await show(util, operand === "-" ? "{standard input}" : operand, bytes, Number(text));
  }
});

/** Runs of characters that can be printed. */
async function show(util: Utility, name: string, bytes: Uint8Array, least: number): Promise<void> {
  const radix = util.has("o") ? 8 : RADIX[util.value("t") ?? ""];
  const printable = (byte: number): boolean => (byte >= 0x20 && byte < 0x7f) || byte === 9 || (util.has("w") && byte >= 10 && byte <= 13);
  for (let start = 0; start < bytes.length; ) {
    let end = start;
    while (end < bytes.length && printable(bytes[end] ?? 0)) end++;
    if (end - start >= least) {
      const offset = radix === undefined ? "" : `${start.toString(radix).padStart(OFFSET_WIDTH)} `;
      await util.out(`${util.has("f") ? `${name}: ` : ""}${offset}${String.fromCharCode(...bytes.subarray(start, end))}\n`);
    }
    start = end + 1;
  }
}
