/** Where cp(1), mv(1) and ln(1) put things: the last operand, or what -t says, a directory or the name itself. */
import { ENOENT, ENOTDIR, strerror } from "../../kernel/index.ts";
import { S_IFDIR, S_IFMT } from "../../syscall/index.ts";
import { quote } from "./quote.ts";
import type { Utility } from "./utility.ts";

/** One thing to do. */
export interface Move {
  readonly source: string;
  readonly target: string;
}

/** The sources with their targets. Complains and ends if the operands make no sense. */
export async function movesOf(util: Utility): Promise<readonly Move[]> {
  const folder = util.value("t");
  const operands = [...util.operands];
  if (operands.length === 0) return await util.missingOperand("file operand");
  if (folder !== undefined) return await into(util, operands, folder, "target directory");
  if (operands.length === 1) return await util.misused(`missing destination file operand after ${quote(operands[0] ?? "")}`);
  const target = operands.pop() ?? "";
  if (util.has("T") && operands.length > 1) return await util.misused(`extra operand ${quote(operands[2] ?? target)}`);
  if (util.has("T")) return operands.map((source) => ({ source, target }));
  return operands.length > 1 || (await isDirectory(util, target))
    ? await into(util, operands, target)
    : [{ source: operands[0] ?? "", target }];
}

async function into(util: Utility, sources: readonly string[], folder: string, what = "target"): Promise<readonly Move[]> {
  const stat = await util.process.stat(folder);
  const error = typeof stat === "number" ? stat : (stat.mode & S_IFMT) === S_IFDIR ? 0 : -ENOTDIR;
  if (error < 0) await util.die(`${what} ${quote(folder)}: ${strerror(error)}`);
  return sources.map((source) => ({ source, target: joinPath(folder, lastPart(source)) }));
}

export async function isDirectory(util: Utility, path: string): Promise<boolean> {
  const stat = await util.process.stat(path);
  return typeof stat !== "number" && (stat.mode & S_IFMT) === S_IFDIR;
}

/** Whether both names mean the same file; links are followed if `follow` says so. */
export async function isSameFile(util: Utility, a: string, b: string): Promise<boolean> {
  const [x, y] = [await util.process.stat(a), await util.process.stat(b)];
  return typeof x !== "number" && typeof y !== "number" && x.dev === y.dev && x.ino === y.ino;
}

/** Removes what -f allows to remove; a negative errno if that is not possible. */
export async function clear(util: Utility, path: string): Promise<number> {
  const error = await util.process.unlink(path);
  return error === -ENOENT ? 0 : error;
}

export function joinPath(folder: string, name: string): string {
  return folder.endsWith("/") ? folder + name : `${folder}/${name}`;
}

export function lastPart(path: string): string {
  const trimmed = path.replace(/\/+$/, "");
  return trimmed === "" && path !== "" ? "/" : trimmed.replace(/^.*\//s, "");
}
