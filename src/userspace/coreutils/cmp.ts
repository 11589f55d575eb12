/** cmp(1) of GNU diffutils 3.8: -b, -i, -l, -n, -s. */
import { strerror } from "../../kernel/index.ts";
import { readOperand } from "./input.ts";
import { type Utility, utility } from "./utility.ts";

const TROUBLE = 2;

const manual = {
  usage: "[OPTION]... FILE1 [FILE2 [SKIP1 [SKIP2]]]",
  short: "bi:ln:s",
  long: { "print-bytes": "b", "ignore-initial": "i", verbose: "l", bytes: "n", quiet: "s", silent: "s" },
  trouble: TROUBLE,
};

export const cmp = utility(manual, async (util) => {
  const [first, second = "-", ...skips] = util.operands;
  if (first === undefined) return await util.misused(`missing operand after '${util.name}'`);
  const [skip1 = 0, skip2 = skip1] = (util.value("i")?.split(":") ?? skips).map(Number);
  const limit = Number(util.value("n") ?? Number.POSITIVE_INFINITY);
  const a = (await contentOf(util, first)).subarray(skip1).subarray(0, limit);
  const b = (await contentOf(util, second)).subarray(skip2).subarray(0, limit);
  const lines = await differences(util, [first, a], [second, b]);
  if (lines !== null && a.length !== b.length) await ended(util, a.length < b.length ? [first, a] : [second, b], lines);
});

type Named = readonly [name: string, bytes: Uint8Array];

/** Says where the common length differs. The number of the line behind it, null if there is no more to say. */
async function differences(util: Utility, [first, a]: Named, [second, b]: Named): Promise<number | null> {
  const common = Math.min(a.length, b.length);
  const width = String(common).length;
  const bytes = util.has("b");
  let lines = 1;
  for (let i = 0; i < common; i++) {
    const [x = 0, y = 0] = [a[i], b[i]];
    if (x === 10) lines++;
    if (x === y) continue;
    util.status = 1;
    if (util.has("s")) return null;
    if (!util.has("l")) {
      const which = bytes ? ` is ${octal(x)} ${shown(x)} ${octal(y)} ${shown(y)}` : "";
      await util.out(`${first} ${second} differ: ${bytes ? "byte" : "char"} ${i + 1}, line ${x === 10 ? lines - 1 : lines}${which}\n`);
      return null;
    }
    const [left, right] = bytes ? [` ${shown(x).padEnd(4)}`, ` ${shown(y)}`] : ["", ""];
    await util.out(`${String(i + 1).padStart(width)} ${octal(x)}${left} ${octal(y)}${right}\n`);
  }
  return lines;
}

/** One file is the beginning of the other. */
async function ended(util: Utility, [name, bytes]: Named, lines: number): Promise<void> {
  util.status = 1;
  if (util.has("s")) return;
  if (bytes.length === 0) return await util.say(`EOF on ${name} which is empty`);
  const whole = bytes[bytes.length - 1] === 10;
  const where = util.has("l") ? "" : `, ${whole ? `line ${lines - 1}` : `in line ${lines}`}`;
  await util.say(`EOF on ${name} after byte ${bytes.length}${where}`);
}

async function contentOf(util: Utility, operand: string): Promise<Uint8Array> {
  const bytes = await readOperand(util, operand);
  return typeof bytes === "number" ? await util.die(`${operand}: ${strerror(bytes)}`) : bytes;
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
