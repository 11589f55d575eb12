/** tr(1): translating, -c, -C, -d, -s, -t, byte by byte. */
import { strerror } from "../../kernel/index.ts";
import { STDIN, STDOUT, writeAll } from "../lib/index.ts";
import { readSome } from "./input.ts";
import { quote } from "./quote.ts";
import { BadSet, bytesOf, checkComplement, checkSets, complementOf, extended, parseSet, type TrSet } from "./tr-set.ts";
import { type Utility, utility } from "./utility.ts";

const manual = {
  usage: "[OPTION]... STRING1 [STRING2]",
  short: "cCdst",
  long: { complement: "c", delete: "d", "squeeze-repeats": "s", "truncate-set1": "t" },
  stopAtOperand: true,
};

/** stdio's buffer. */
const BUFFER = 4096;
const BYTES = 256;

/** What becomes of each byte. */
interface Rules {
  readonly becomes: Uint8Array;
  /** 1 for each byte that is deleted. */
  readonly deleted: Uint8Array;
  /** 1 for each byte of which a row becomes one. */
  readonly squeezed: Uint8Array;
}

export const tr = utility(manual, async (util) => {
  const rules = await rulesOf(util);
  const output = new Output(util);
  let previous = -1;
  for (;;) {
    const bytes = await readSome(util.process, STDIN);
    if (typeof bytes === "number") return await util.fail(`read error: ${strerror(bytes)}`);
    if (bytes.length === 0) break;
    const changed = new Uint8Array(bytes.length);
    let length = 0;
    for (const byte of bytes) {
      if (rules.deleted[byte] === 1) continue;
      const now = rules.becomes[byte] as number;
      if (now === previous && rules.squeezed[now] === 1) continue;
      previous = now;
      changed[length++] = now;
    }
    await output.add(changed.subarray(0, length));
  }
  await output.flush();
});

/** Standard output, written when the buffer is full. */
class Output {
  private readonly util: Utility;
  private pieces: Uint8Array[] = [];
  private length = 0;

  constructor(util: Utility) {
    this.util = util;
  }

  async add(bytes: Uint8Array): Promise<void> {
    this.pieces.push(bytes);
    this.length += bytes.length;
    if (this.length >= BUFFER || this.util.process.isatty(STDOUT)) await this.flush();
  }

  async flush(): Promise<void> {
    const { pieces } = this;
    this.pieces = [];
    this.length = 0;
    for (const piece of pieces) {
      const error = await writeAll(this.util.process, STDOUT, piece);
      if (error < 0) await this.util.die(`write error: ${strerror(error)}`);
    }
  }
}

async function rulesOf(util: Utility): Promise<Rules> {
  const [one, two] = await operandsOf(util);
  try {
    const first = parseSet(one);
    const second = two === null ? null : parseSet(two);
    for (const warning of [...first.warnings, ...(second?.warnings ?? [])]) await util.say(warning);
    return makeRules(util, first, second);
  } catch (error) {
    if (error instanceof BadSet) return await util.die(error.message);
    throw error;
  }
}

async function operandsOf(util: Utility): Promise<readonly [string, string | null]> {
  const [one, two, extra] = util.operands;
  if (one === undefined) return await util.missingOperand();
  const wantsTwo = util.has("d") === util.has("s");
  if (two === undefined && wantsTwo) {
    const why = util.has("d")
      ? "Two strings must be given when both deleting and squeezing repeats."
      : "Two strings must be given when translating.";
    return await util.misused(`missing operand after ${quote(one)}\n${why}`);
  }
  const surplus = two !== undefined && util.has("d") && !util.has("s") ? two : extra;
  if (surplus !== undefined) {
    const why = surplus === two ? "\nOnly one string may be given when deleting without squeezing repeats." : "";
    return await util.misused(`extra operand ${quote(surplus)}${why}`);
  }
  return [one, two ?? null];
}

function makeRules(util: Utility, first: TrSet, second: TrSet | null): Rules {
  const complement = util.has("c", "C");
  const translates = second !== null && !util.has("d");
  checkSets(first, second, { translates, complement });
  const written = bytesOf(first, 0);
  const from = complement ? complementOf(written) : written;
  const to = second === null ? [] : bytesOf(second, from.length);
  const becomes = Uint8Array.from({ length: BYTES }, (_, byte) => byte);
  if (translates) {
    const whole = util.has("t") ? to : extended(from, to, second);
    if (complement) checkComplement(first, whole);
    for (const [i, byte] of from.entries()) becomes[byte] = whole[i] ?? becomes[byte] ?? byte;
  }
  return {
    becomes,
    deleted: flags(util.has("d") ? from : []),
    squeezed: flags(!util.has("s") ? [] : second === null ? from : to),
  };
}

function flags(bytes: readonly number[]): Uint8Array {
  const table = new Uint8Array(BYTES);
  for (const byte of bytes) table[byte] = 1;
  return table;
}
