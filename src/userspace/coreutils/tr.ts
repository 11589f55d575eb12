/** tr(1), byte by byte: translating, -c, -C, -d, -s, -t; ranges, classes, escapes, `[c*n]`, `[=c=]`. */
import { strerror } from "../../kernel/index.ts";
import { byteString, decode, encode, fromByteString, STDIN } from "../lib/index.ts";
import { readSome } from "./input.ts";
import { quote } from "./quote.ts";
import { type Utility, utility } from "./utility.ts";

const manual = {
  usage: "[OPTION]... STRING1 [STRING2]",
  short: "cCdst",
  long: { complement: "c", delete: "d", "squeeze-repeats": "s", "truncate-set1": "t" },
  stopAtOperand: true,
};

const ESCAPES: Readonly<Record<string, string>> = { a: "\x07", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v", "\\": "\\" };

const CLASSES: Readonly<Record<string, RegExp>> = {
  alnum: /[0-9A-Za-z]/,
  alpha: /[A-Za-z]/,
  blank: /[ \t]/,
  cntrl: /[\x00-\x1f\x7f]/,
  digit: /[0-9]/,
  graph: /[!-~]/,
  lower: /[a-z]/,
  print: /[ -~]/,
  punct: /[!-/:-@[-`{-~]/,
  space: /[\t-\r ]/,
  upper: /[A-Z]/,
  xdigit: /[0-9A-Fa-f]/,
};

const BYTES = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code));

/** One element of a set as it is written: a class, an equivalence class, a repetition, a range, or a character. */
const ELEMENT =
  /\[:([a-z]+):\]|\[=(\\?[\s\S])=\]|\[(\\?[\s\S])\*(\d*)\]|(\\(?:[0-7]{1,3}|[\s\S])|[\s\S])(?:-(\\(?:[0-7]{1,3}|[\s\S])|[\s\S]))?/g;

/** A set in order, and where in it the classes are that change case. */
interface Members {
  readonly bytes: readonly string[];
  readonly cases: readonly number[];
  /** Whether there are classes that do not change case. */
  readonly otherClasses: boolean;
}

const NONE: Members = { bytes: [], cases: [], otherClasses: false };

export const tr = utility(manual, async (util) => {
  const [first, second] = await setsOf(util);
  const change = changer(util, first, second);
  for (;;) {
    const bytes = await readSome(util.process, STDIN);
    if (typeof bytes === "number") return await util.fail(`read error: ${strerror(bytes)}`);
    if (bytes.length === 0) return;
    let text = "";
    for (const byte of byteString(bytes)) text += change(byte);
    await util.out(decode(fromByteString(text)));
  }
});

/** What becomes of each byte: nothing if it is deleted, or squeezed into the one before. */
function changer(util: Utility, first: readonly string[], second: readonly string[]): (byte: string) => string {
  const from = new Set(first);
  const translates = !util.has("d") && second.length > 0;
  const map = translates ? translation(first, second, util.has("t")) : new Map<string, string>();
  const squeezed = new Set(second.length > 0 ? second : first);
  const deletes = util.has("d");
  const squeezes = util.has("s");
  let previous = "";
  return (byte) => {
    if (deletes && from.has(byte)) return "";
    const translated = map.get(byte) ?? byte;
    if (translated === previous && squeezes && squeezed.has(translated)) return "";
    previous = translated;
    return translated;
  };
}

async function setsOf(util: Utility): Promise<readonly [readonly string[], readonly string[]]> {
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
  const given = await expand(util, one, 0);
  const members = new Set(given.bytes);
  const first = util.has("c", "C") ? BYTES.filter((byte) => !members.has(byte)) : given.bytes;
  const second = two === undefined ? NONE : await expand(util, two, first.length);
  if (two !== undefined && !util.has("d")) await checkTranslation(util, given, second);
  return [first, second.bytes];
}

/** What GNU tr demands of the second set when it translates. */
async function checkTranslation(util: Utility, first: Members, second: Members): Promise<void> {
  if (second.bytes.length === 0 && !util.has("t") && first.bytes.length > 0) {
    await util.die("when not truncating set1, string2 must be non-empty");
  }
  if (second.otherClasses) {
    await util.die("when translating, the only character classes that may appear in\nstring2 are 'upper' and 'lower'");
  }
  if (second.cases.some((at) => !first.cases.includes(at))) await util.die("misaligned [:upper:] and/or [:lower:] construct");
}

/**
 * The members of a set as it is written.
 * @param room how long it becomes with `[c*]`
 */
async function expand(util: Utility, written: string, room: number): Promise<Members> {
  const text = byteString(encode(written));
  const bytes: string[] = [];
  const cases: number[] = [];
  let otherClasses = false;
  let [fillAt, fillWith] = [-1, ""];
  for (const [, name, equal, repeated, count = "", from = "", to] of text.matchAll(ELEMENT)) {
    if (repeated !== undefined && Number(count) === 0) [fillAt, fillWith] = [bytes.length, plain(repeated)];
    else if (repeated !== undefined)
      bytes.push(...Array<string>(Number.parseInt(count, count.startsWith("0") ? 8 : 10)).fill(plain(repeated)));
    else if (name !== undefined) {
      if (name === "upper" || name === "lower") cases.push(bytes.length);
      else otherClasses = true;
      bytes.push(...(classMembers(name) ?? (await util.die(`invalid character class ${quote(name)}`))));
    } else if (to !== undefined) bytes.push(...(await range(util, from, to)));
    else bytes.push(plain(equal ?? from));
  }
  if (/(?<!\\)(?:\\\\)*\\$/.test(text)) await util.say("warning: an unescaped backslash at end of string is not portable");
  if (fillAt >= 0) bytes.splice(fillAt, 0, ...Array<string>(Math.max(0, room - bytes.length)).fill(fillWith));
  return { bytes, cases, otherClasses };
}

function classMembers(name: string): readonly string[] | null {
  const pattern = CLASSES[name];
  return pattern === undefined ? null : BYTES.filter((byte) => pattern.test(byte));
}

async function range(util: Utility, from: string, to: string): Promise<readonly string[]> {
  const [low, high] = [plain(from).charCodeAt(0), plain(to).charCodeAt(0)];
  if (low > high) return await util.die(`range-endpoints of ${quote(`${from}-${to}`)} are in reverse collating sequence order`);
  return BYTES.slice(low, high + 1);
}

function plain(element: string): string {
  if (!element.startsWith("\\") || element === "\\") return element;
  const rest = element.slice(1);
  return /^[0-7]+$/.test(rest) ? String.fromCharCode(Number.parseInt(rest, 8) & 0xff) : (ESCAPES[rest] ?? rest);
}

/** Each member of the first set to its counterpart; the second set's last member stands for what it lacks. */
function translation(first: readonly string[], second: readonly string[], truncate: boolean): ReadonlyMap<string, string> {
  const map = new Map<string, string>();
  const last = second.at(-1);
  if (last === undefined) return map;
  for (const [i, char] of first.entries()) {
    const other = second[i];
    if (other !== undefined || !truncate) map.set(char, other ?? last);
  }
  return map;
}
