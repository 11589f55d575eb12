/** truncate(1): -s with every sign and unit, -c, -r. Left out: -o. */
import { ENOENT, strerror } from "../../kernel/index.ts";
import { O_CREAT, O_NONBLOCK, O_WRONLY } from "../../syscall/index.ts";
import { quote } from "./quote.ts";
import { parseSize } from "./size.ts";
import { type Utility, utility } from "./utility.ts";

const manual = {
  usage: "OPTION... FILE...",
  short: "cor:s:",
  long: { "no-create": "c", "io-blocks": "o", reference: "r", size: "s" },
  refused: ["o"],
};

export const truncate = utility(manual, async (util) => {
  const [text, reference] = [util.value("s"), util.value("r")];
  if (text === undefined && reference === undefined) await util.misused("you must specify either '--size' or '--reference'");
  const sign = /^\s*([-+<>/%]?)\s*/.exec(text ?? "")?.[1] ?? "";
  const amount = text === undefined ? 0 : parseSize(text.replace(/^\s*[-+<>/%]?\s*/, ""));
  if (amount === null) return await util.die(`Invalid number: ${quote(text ?? "")}`);
  if ("/%".includes(sign) && sign !== "" && amount === 0) return await util.die("division by zero");
  if (reference !== undefined && text !== undefined && sign === "")
    return await util.misused("you must specify a relative '--size' with '--reference'");
  if (util.operands.length === 0) return await util.missingOperand("file operand");
  const base = reference === undefined ? null : await sizeOf(util, reference);
  for (const path of util.operands) await cut(util, path, (size) => newSize(sign, amount, base ?? size, text === undefined));
});

async function sizeOf(util: Utility, path: string): Promise<number> {
  const stat = await util.process.stat(path);
  return typeof stat === "number" ? await util.die(`cannot stat ${quote(path)}: ${strerror(stat)}`) : stat.size;
}

function newSize(sign: string, amount: number, size: number, keep: boolean): number {
  if (keep) return size;
  switch (sign) {
    case "+":
      return size + amount;
    case "-":
      return Math.max(0, size - amount);
    case "<":
      return Math.min(size, amount);
    case ">":
      return Math.max(size, amount);
    case "/":
      return size - (size % amount);
    case "%":
      return Math.ceil(size / amount) * amount;
    default:
      return amount;
  }
}

async function cut(util: Utility, path: string, sizeFor: (size: number) => number): Promise<void> {
  const { process } = util;
  const fd = await process.open(path, O_WRONLY | O_NONBLOCK | (util.has("c") ? 0 : O_CREAT), 0o666);
  if (fd < 0) {
    if (fd !== -ENOENT || !util.has("c")) await util.fail(`cannot open ${quote(path)} for writing: ${strerror(fd)}`);
    return;
  }
  const stat = await process.fstat(fd);
  const size = sizeFor(typeof stat === "number" ? 0 : stat.size);
  const error = await process.ftruncate(fd, size);
  if (error < 0) await util.fail(`failed to truncate ${quote(path)} at ${size} bytes: ${strerror(error)}`);
  await process.close(fd);
}
