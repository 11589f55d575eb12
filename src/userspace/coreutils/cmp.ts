/** cmp(1) of GNU diffutils 3.8: -b, -i, -l, -n, -s. */
import { strerror } from "../../kernel/index.ts";
import { type Fd, S_IFMT, S_IFREG } from "../../syscall/index.ts";
import { openOperand } from "./input.ts";
import { Blocks } from "./pieces.ts";
import { type Utility, utility } from "./utility.ts";

const TROUBLE = 2;
const NEWLINE = 10;
/** Bytes that are compared at a time. */
const BLOCK = 65_536;
/** The largest offset, and its digits. */
const [MOST_BYTES, MOST_DIGITS] = [2 ** 63, 19];

const manual = {
  version: "cmp (GNU diffutils) 3.8",
  usage: "[OPTION]... FILE1 [FILE2 [SKIP1 [SKIP2]]]",
  short: "bi:ln:s",
  long: { "print-bytes": "b", "ignore-initial": "i", verbose: "l", bytes: "n", quiet: "s", silent: "s" },
  trouble: TROUBLE,
  namedHint: true,
};

export const cmp = utility(manual, async (util) => {
  const [first, second = "-", ...skips] = util.operands;
  if (first === undefined) return await util.misused(`missing operand after '${util.name}'`);
  const [skip1 = 0, skip2 = skip1] = (util.value("i")?.split(":") ?? skips).map(Number);
  const limit = Number(util.value("n") ?? Number.POSITIVE_INFINITY);
  const a = await openSide(util, first, skip1, limit);
  const b = await openSide(util, second, skip2, limit);
  await compare(util, a, b, await offsetWidth(util, [a, b], limit));
});

/** One of the two files, from where the comparison begins. */
interface Side {
  readonly name: string;
  readonly fd: Fd;
  readonly skip: number;
  readonly bytes: Blocks;
}

async function openSide(util: Utility, name: string, skip: number, limit: number): Promise<Side> {
  const fd = await openOperand(util, name);
  const fail = (errno: number): Promise<never> => util.die(`${name}: ${strerror(errno)}`);
  if (fd < 0) await fail(fd);
  let given = false;
  const next = async (): Promise<Fd | null> => {
    if (given) return null;
    given = true;
    return fd;
  };
  return { name, fd, skip, bytes: new Blocks(util.process, { next, unreadable: fail }, skip + limit) };
}

/** With -l, offsets are as wide as the largest one can be. */
async function offsetWidth(util: Utility, sides: readonly Side[], limit: number): Promise<number> {
  let most = Math.min(limit, MOST_BYTES);
  for (const { fd, skip } of sides) {
    const stat = await util.process.fstat(fd);
    if (typeof stat !== "number" && (stat.mode & S_IFMT) === S_IFREG) most = Math.min(most, Math.max(0, stat.size - skip));
  }
  return most >= MOST_BYTES ? MOST_DIGITS : String(most).length;
}

/** How far a comparison has come. */
interface Place {
  /** Bytes that were compared. */
  at: number;
  /** The line behind them. */
  line: number;
  /** Whether a newline is the last one. */
  atLineEnd: boolean;
}

async function compare(util: Utility, a: Side, b: Side, width: number): Promise<void> {
  await a.bytes.skip(a.skip);
  await b.bytes.skip(b.skip);
  const place: Place = { at: 0, line: 1, atLineEnd: false };
  for (;;) {
    const [x, y] = [await a.bytes.take(BLOCK), await b.bytes.take(BLOCK)];
    if (!(await compareBlocks(util, [a, x], [b, y], place, width))) return;
    if (x.length !== y.length) return await ended(util, x.length < y.length ? a.name : b.name, place);
    if (x.length < BLOCK) return;
  }
}

type Block = readonly [side: Side, bytes: Uint8Array];

/** Says where the common length differs. False if there is no more to say. */
async function compareBlocks(util: Utility, [a, left]: Block, [b, right]: Block, place: Place, width: number): Promise<boolean> {
  const bytes = util.has("b");
  const common = Math.min(left.length, right.length);
  for (let i = 0; i < common; i++) {
    const [x = 0, y = 0] = [left[i], right[i]];
    const { line } = place;
    place.at++;
    place.atLineEnd = x === NEWLINE;
    if (place.atLineEnd) place.line++;
    if (x === y) continue;
    util.status = 1;
    if (util.has("s")) return false;
    if (!util.has("l")) {
      const which = bytes ? ` is ${octal(x)} ${shown(x)} ${octal(y)} ${shown(y)}` : "";
      await util.out(`${a.name} ${b.name} differ: ${bytes ? "byte" : "char"} ${place.at}, line ${line}${which}\n`);
      return false;
    }
    const [one, other] = bytes ? [` ${shown(x).padEnd(4)}`, ` ${shown(y)}`] : ["", ""];
    await util.out(`${String(place.at).padStart(width)} ${octal(x)}${one} ${octal(y)}${other}\n`);
  }
  return true;
}

/** One file is the beginning of the other. */
async function ended(util: Utility, name: string, { at, line, atLineEnd }: Place): Promise<void> {
  util.status = 1;
  if (util.has("s")) return;
  if (at === 0) return await util.say(`EOF on ${name} which is empty`);
  const where = util.has("l") ? "" : `, ${atLineEnd ? `line ${line - 1}` : `in line ${line}`}`;
  await util.say(`EOF on ${name} after byte ${at}${where}`);
}

function octal(byte: number): string {
  return byte.toString(8).padStart(3);
}

/** As cat -v shows a byte. */
function shown(byte: number): string {
  const high = byte >= 128 ? "M-" : "";
  const low = byte & 127;
  return high + (low < 32 ? `^${String.fromCharCode(low + 64)}` : low === 127 ? "^?" : String.fromCharCode(low));
}
