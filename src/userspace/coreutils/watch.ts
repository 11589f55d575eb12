/**
 * watch(1) of procps-ng 4.0.2: a command again and again, its output on a cleared screen of LINES and COLUMNS, else 24 by 80.
 * Options -n -t -x -e -g -q -w -b. Left out: marked differences and colours (-d, -c), -p, and drawing only what has changed.
 */
import { strerror } from "../../kernel/index.ts";
import { complain, decode, momentOf, STDIN, strftime } from "../lib/index.ts";
import { capture } from "./capture.ts";
import { parseNumber } from "./duration.ts";
import { quote } from "./quote.ts";
import { type Utility, utility } from "./utility.ts";

const manual = {
  version: "watch from procps-ng 4.0.2",
  usage: "[options] command",
  short: "bcCd::eghpq:n:twvx",
  long: {
    ...{ beep: "b", color: "c", differences: "d::", errexit: "e", chgexit: "g", equexit: "q:", interval: "n:", precise: "p" },
    ...{ "no-title": "t", "no-wrap": "w", exec: "x" },
  },
  refused: [..."cCdp"],
  stopAtOperand: true,
};

const CLEAR = "\x1b[H\x1b[J";
const BELL = "\x07";
const [LEAST_SECONDS, MOST_SECONDS] = [0.1, 60 * 60 * 24 * 31];
const [ROWS, COLUMNS] = [24, 80];
/** What watch ends with after a command that failed, with -e. */
const COMMAND_FAILED = 8;

interface Screen {
  readonly rows: number;
  readonly columns: number;
}

export const watch = utility(manual, async (util) => {
  const { process } = util;
  if (util.operands.length === 0) return await util.synopsis(manual);
  const seconds = Math.min(MOST_SECONDS, Math.max(LEAST_SECONDS, await numberOf(util, "n", 2)));
  const cycles = await numberOf(util, "q", Number.POSITIVE_INFINITY);
  if ((process.env.get("TERM") ?? "") === "") {
    await complain(process, "Error opening terminal: unknown.\n");
    return await util.end(1);
  }
  const screen = { rows: sizeOf(util, "LINES", ROWS), columns: sizeOf(util, "COLUMNS", COLUMNS) };
  const words = util.has("x") ? util.operands : ["sh", "-c", util.operands.join(" ")];
  let [before, same]: [string | null, number] = [null, 0];
  for (;;) {
    const ran = await capture(util, words, "both");
    if (typeof ran === "number") return await util.die(`unable to fork process: ${strerror(ran)}`, 2);
    const text = decode(ran.bytes);
    await util.out(CLEAR + titleOf(util, seconds, screen) + onScreen(text, screen, util.has("t") ? 0 : 2, util.has("w")));
    if (ran.status !== 0 && util.has("b")) await util.out(BELL);
    await util.flush();
    if (ran.status !== 0 && util.has("e")) return await failed(util, screen);
    same = text === before ? same + 1 : 0;
    if (same >= cycles || (util.has("g") && before !== null && text !== before)) return await util.out("\n");
    before = text;
    await process.nanosleep(seconds * 1e9);
  }
});

async function numberOf(util: Utility, letter: string, otherwise: number): Promise<number> {
  const text = util.value(letter);
  if (text === undefined) return otherwise;
  return parseNumber(text) ?? (await util.die(`failed to parse argument: ${quote(text)}: Invalid argument`));
}

function sizeOf(util: Utility, name: string, otherwise: number): number {
  const text = util.process.env.get(name) ?? "";
  return /^[1-9]\d*$/.test(text) ? Number(text) : otherwise;
}

/** What runs and how often, on the right the host and the time; a line below it stays empty. */
function titleOf(util: Utility, seconds: number, { columns }: Screen): string {
  if (util.has("t")) return "";
  const { process } = util;
  const time = strftime("%a %b %e %H:%M:%S %Y", momentOf(process.clockRealtime()));
  const right = `${process.uname().nodename}: ${time}`;
  const left = `Every ${seconds.toFixed(1)}s: ${util.operands.join(" ")}`;
  const room = columns - right.length - 1;
  const cut = left.length > room ? `${left.slice(0, Math.max(0, room - 3))}...` : left;
  return `${cut.padEnd(columns - right.length)}${right}\n\n`;
}

/** As much of the output as the screen has room for. */
function onScreen(text: string, { rows, columns }: Screen, used: number, cutLines: boolean): string {
  const lines = text
    .replace(/\n$/, "")
    .split("\n")
    .flatMap((line) => {
      const plain = line.replace(/\t/g, (_tab, at: number) => " ".repeat(8 - (at % 8)));
      if (plain.length <= columns) return [plain];
      return cutLines ? [plain.slice(0, columns)] : (plain.match(new RegExp(`.{1,${columns}}`, "gu")) ?? []);
    });
  return lines.slice(0, rows - used).join("\n");
}

/** -e: waits for a key below what the command printed. */
async function failed(util: Utility, { rows }: Screen): Promise<never> {
  await util.out(`\x1b[${rows};1Hcommand exit with a non-zero status, press a key to exit`);
  await util.flush();
  await util.process.read(STDIN, 1);
  await util.out("\n");
  return await util.end(COMMAND_FAILED);
}
