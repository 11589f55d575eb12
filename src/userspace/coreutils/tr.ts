/** tr(1): translating, -c, -C, -d, -s, -t; ranges, classes, escapes, `[c*n]`. Left out: equivalence classes. */
import { strerror } from "../../kernel/index.ts";
import { decode, STDIN } from "../lib/index.ts";
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

const ASCII = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code));

/** One element of a set as it is written: a class, a repetition, a range, or a character. */
const ELEMENT = /\[:([a-z]+):\]|\[(\\?[\s\S])\*(\d*)\]|(\\(?:[0-7]{1,3}|[\s\S])|[\s\S])(?:-(\\(?:[0-7]{1,3}|[\s\S])|[\s\S]))?/g;

export const tr = utility(manual, async (util) => {
  const [first, second] = await setsOf(util);
  const change = changer(util, first, second);
  for (;;) {
    const bytes = await readSome(util.process, STDIN);
    if (typeof bytes === "number") return await util.fail(`read error: ${strerror(bytes)}`);
    if (bytes.length === 0) return;
    await util.out(Array.from(decode(bytes), change).join(""));
  }
});

/** What becomes of each character: nothing if it is deleted, or squeezed into the one before. */
function changer(util: Utility, first: readonly string[], second: readonly string[]): (char: string) => string {
  const complement = util.has("c", "C");
  const from = new Set(first);
  const isFrom = (char: string): boolean => from.has(char) !== complement;
  const map = translation(first, second, util.has("t"));
  const last = second.at(-1) ?? "";
  const translate = (char: string): string => {
    if (util.has("d") || second.length === 0) return char;
    return complement ? (isFrom(char) ? last : char) : (map.get(char) ?? char);
  };
  const squeezes = second.length > 0 ? (char: string) => second.includes(char) : isFrom;
  let previous = "";
  return (char) => {
    if (util.has("d") && isFrom(char)) return "";
    const translated = translate(char);
    if (translated === previous && util.has("s") && squeezes(translated)) return "";
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
  const first = await expand(util, one, 0);
  return [first, two === undefined ? [] : await expand(util, two, first.length)];
}

/**
 * The members of a set as it is written.
 * @param room how long it becomes with `[c*]`
 */
async function expand(util: Utility, text: string, room: number): Promise<readonly string[]> {
  const members: string[] = [];
  let [fillAt, fillWith] = [-1, ""];
  for (const [, name, repeated, count = "", from = "", to] of text.matchAll(ELEMENT)) {
    if (repeated !== undefined && Number(count) === 0) [fillAt, fillWith] = [members.length, plain(repeated)];
    else if (repeated !== undefined)
      members.push(...Array<string>(Number.parseInt(count, count.startsWith("0") ? 8 : 10)).fill(plain(repeated)));
    else if (name !== undefined) members.push(...(classMembers(name) ?? (await util.die(`invalid character class ${quote(name)}`))));
    else if (to === undefined) members.push(plain(from));
    else members.push(...(await range(util, from, to)));
  }
  if (fillAt >= 0) members.splice(fillAt, 0, ...Array<string>(Math.max(0, room - members.length)).fill(fillWith));
  return members;
}

function classMembers(name: string): readonly string[] | null {
  const pattern = CLASSES[name];
  return pattern === undefined ? null : ASCII.filter((char) => pattern.test(char));
}

async function range(util: Utility, from: string, to: string): Promise<readonly string[]> {
  const [low, high] = [plain(from).charCodeAt(0), plain(to).charCodeAt(0)];
  if (low > high) return await util.die(`range-endpoints of ${quote(`${from}-${to}`)} are in reverse collating sequence order`);
  return Array.from({ length: high - low + 1 }, (_, i) => String.fromCharCode(low + i));
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
