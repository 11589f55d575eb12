/** cat(1): -n -b -s, and -v -E -T with their combinations -A -e -t. */
import { EBADF, strerror } from "../../kernel/index.ts";
import { type Fd, S_IFMT, S_IFREG } from "../../syscall/index.ts";
import { decode, STDIN, STDOUT, writeAll } from "../lib/index.ts";
import { closeOperand, openOperand, readSome } from "./input.ts";
import { quoteIfNeeded } from "./quote.ts";
import { type Utility, utility } from "./utility.ts";

const manual = {
  usage: "[OPTION]... [FILE]...",
  short: "AbeEnstTuv",
  long: {
    "number-nonblank": "b",
    number: "n",
    "squeeze-blank": "s",
    "show-nonprinting": "v",
    "show-ends": "E",
    "show-tabs": "T",
    "show-all": "A",
  },
};

/** How far the numbering and squeezing have come, over all files. */
interface Progress {
  line: number;
  blanks: number;
  atStart: boolean;
}

export const cat = utility(manual, async (util) => {
  const plain = !util.has(..."nbEsTvAet");
  const progress: Progress = { line: 0, blanks: 0, atStart: true };
  for (const operand of util.operands.length === 0 ? ["-"] : util.operands) {
    const fd = await openOperand(util, operand);
    if (fd < 0) {
      await util.fail(`${quoteIfNeeded(operand)}: ${strerror(fd)}`);
      continue;
    }
    if (await isOwnOutput(util, fd)) await util.fail(`${quoteIfNeeded(operand)}: input file is output file`);
    else await copy(util, fd, operand, plain ? null : progress);
    await closeOperand(util, fd);
  }
});

async function copy(util: Utility, fd: Fd, operand: string, progress: Progress | null): Promise<void> {
  for (;;) {
    const bytes = await readSome(util.process, fd);
    if (typeof bytes === "number") {
      await util.fail(`${quoteIfNeeded(operand)}: ${strerror(bytes)}`);
      if (fd === STDIN && bytes === -EBADF) await util.fail(`closing standard input: ${strerror(bytes)}`);
      return;
    }
    if (bytes.length === 0) return;
    if (progress !== null) {
      await util.out(format(util, util.has(..."vAet") ? visible(bytes) : decode(bytes), progress));
      await util.flush();
      continue;
    }
    const error = await writeAll(util.process, STDOUT, bytes);
    if (error < 0) await util.die(`write error: ${strerror(error)}`);
  }
}

function format(util: Utility, text: string, progress: Progress): string {
  let result = "";
  for (const piece of text.match(/[^\n]*\n|[^\n]+$/g) ?? []) {
    const blank = progress.atStart && piece === "\n";
    progress.blanks = blank ? progress.blanks + 1 : 0;
    if (util.has("s") && progress.blanks > 1) continue;
    const numbered = progress.atStart && (util.has("b") ? !blank : util.has("n"));
    if (numbered) result += `${String(++progress.line).padStart(6)}\t`;
    const shown = util.has(..."TAt") ? piece.replaceAll("\t", "^I") : piece;
    result += util.has(..."EAe") ? shown.replace(/\n$/, "$\n") : shown;
    progress.atStart = piece.endsWith("\n");
  }
  return result;
}

/** -v: ^X for control characters and M-X for bytes above 127; tabs and newlines stay. */
function visible(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) {
    const low = byte & 0x7f;
    const plain = byte === 9 || byte === 10;
    const shown = low < 32 ? `^${String.fromCharCode(low + 64)}` : low === 127 ? "^?" : String.fromCharCode(low);
    text += plain ? String.fromCharCode(byte) : byte >= 128 ? `M-${shown}` : shown;
  }
  return text;
}

/** Copying a file behind its own end would never end. */
async function isOwnOutput(util: Utility, fd: Fd): Promise<boolean> {
  const [input, output] = [await util.process.fstat(fd), await util.process.fstat(STDOUT)];
  if (typeof input === "number" || typeof output === "number") return false;
  return (output.mode & S_IFMT) === S_IFREG && input.dev === output.dev && input.ino === output.ino && input.size > 0;
}
