/** strings(1) of binutils: -a, -f, -n, -o, -t, -w. Left out: -e but for one byte per character, -s, sections of object files. */
import { strerror } from "../../kernel/index.ts";
import { S_IFDIR, S_IFMT } from "../../syscall/index.ts";
import { closeOperand, openOperand, readSome } from "./input.ts";
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
    if (typeof stat === "number") await util.fail(`'${operand}': No such file`);
    else if (isFolder) await util.fail(`Warning: '${operand}' is a directory`);
    else {
      const error = await show(util, operand, Number(text));
      if (error < 0) await util.fail(`${operand}: ${strerror(error)}`);
    }
  }
});

/** Runs of characters that can be printed, as soon as they end. 0 or a negative errno. */
async function show(util: Utility, operand: string, least: number): Promise<number> {
  const fd = await openOperand(util, operand);
  if (fd < 0) return fd;
  const radix = util.has("o") ? 8 : RADIX[util.value("t") ?? ""];
  const name = util.has("f") ? `${operand === "-" ? "{standard input}" : operand}: ` : "";
  const printable = (byte: number): boolean => (byte >= 0x20 && byte < 0x7f) || byte === 9 || (util.has("w") && byte >= 10 && byte <= 13);
  let [run, start, at] = ["", 0, 0];
  const end = async (): Promise<void> => {
    const offset = radix === undefined ? "" : `${start.toString(radix).padStart(OFFSET_WIDTH)} `;
    if (run.length >= least) await util.out(`${name}${offset}${run}\n`);
    run = "";
  };
  for (;;) {
    const bytes = await readSome(util.process, fd);
    if (typeof bytes === "number" || bytes.length === 0) {
      await end();
      await closeOperand(util, fd);
      return typeof bytes === "number" ? bytes : 0;
    }
    for (const byte of bytes) {
      if (printable(byte)) {
        if (run === "") start = at;
        run += String.fromCharCode(byte);
      } else await end();
      at++;
    }
  }
}
