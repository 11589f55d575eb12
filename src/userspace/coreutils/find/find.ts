/**
 * find(1) of GNU findutils 4.9. A file has one time here, that of its last change, and the tests of its other times mean it too;
 * everything belongs to root. Left out: -fls, -used, -context, -files0-from, -D.
 */
import { strerror } from "../../../kernel/index.ts";
import { S_IFDIR, S_IFLNK, S_IFMT, S_IFREG, type Stat } from "../../../syscall/index.ts";
import { complain, encode, execvp, LineReader, STDIN, writeAll } from "../../lib/index.ts";
import { fileSystemName } from "../file-systems.ts";
import { quote } from "../quote.ts";
import { type Utility, utility } from "../utility.ts";
import { parseFind } from "./parse.ts";
import { type Found, formatted, listing, TYPE_LETTERS } from "./printf.ts";
import { type Action, type Comparison, type Expression, FindError, type Node, type Test } from "./syntax.ts";

/** Words of one `-exec ... +`. */
const BATCH = 1000;

const manual = {
  usage: "[-H] [-L] [-P] [path...] [expression]",
  short: "",
  stopAtOperand: true,
  modernise: (words: readonly string[]) => ["--", ...words],
};

class Quit {}

export const find = utility(manual, async (util) => {
  const words = [...util.operands];
  let follow: Follow = "P";
  while (/^-([HLP]|O\d)$/.test(words[0] ?? "")) {
    const letter = words.shift()?.charAt(1);
    if (letter !== "O") follow = letter as Follow;
  }
  const first = words.findIndex((word) => word.startsWith("-") || ["(", ")", "!", ","].includes(word));
  const starts = words.slice(0, first < 0 ? words.length : first);
  try {
    const expression = await parseFind(util, first < 0 ? [] : words.slice(first));
    const search = new Search(util, expression, expression.follow ? "L" : follow);
    await search.run(starts.length === 0 ? ["."] : starts);
  } catch (thrown) {
    if (!(thrown instanceof FindError)) throw thrown;
    await util.die(thrown.message);
  }
});

/** Links that are followed: those of the command line, all, none. */
type Follow = "H" | "L" | "P";

class Search {
  private readonly util: Utility;
  private readonly expression: Expression;
  private readonly follow: Follow;
  private readonly now: number;
  /** Directories above the one that is looked at, for links that lead back to them. */
  private readonly above: string[] = [];
  private pruned = false;
  private answers: LineReader | null = null;

  constructor(util: Utility, expression: Expression, follow: Follow) {
    this.util = util;
    this.expression = expression;
    this.follow = follow;
    this.now = util.process.clockRealtime();
  }

  async run(starts: readonly string[]): Promise<void> {
    try {
      for (const start of starts) await this.visit(start, start, 0, null);
    } catch (thrown) {
      if (!(thrown instanceof Quit)) throw thrown;
    }
    for (const exec of this.expression.execs) await this.runBatch(exec);
  }

  private async look(path: string, depth: number): Promise<Stat | number> {
    const { process } = this.util;
    const own = await process.lstat(path);
    const follow = this.follow === "L" || (this.follow === "H" && depth === 0);
    if (!follow || typeof own === "number" || (own.mode & S_IFMT) !== S_IFLNK) return own;
    const behind = await process.stat(path);
    return typeof behind === "number" ? own : behind;
  }

  private async visit(path: string, start: string, depth: number, device: number | null): Promise<void> {
    const stat = await this.look(path, depth);
    if (typeof stat === "number") return await this.util.fail(`${quote(path)}: ${strerror(stat)}`);
    const { minDepth, maxDepth, depthFirst, oneFileSystem, root } = this.expression;
    const found: Found = { path, name: baseName(path), start, depth, stat };
    this.pruned = false;
    if (!depthFirst && depth >= minDepth) await this.test(root, found);
    const enter = (stat.mode & S_IFMT) === S_IFDIR && depth < maxDepth && !(this.pruned && !depthFirst);
    if (enter && !(oneFileSystem && device !== null && stat.dev !== device)) await this.enter(found);
    if (depthFirst && depth >= minDepth) await this.test(root, found);
  }

  private async enter({ path, start, depth, stat }: Found): Promise<void> {
    const identity = `${stat.dev}:${stat.ino}`;
    if (this.above.includes(identity)) {
      return await this.util.fail(
        `File system loop detected; ${quote(path)} is part of the same file system loop as ${quote(parentOf(path))}.`,
      );
    }
    const entries = await this.util.process.readdir(path);
    if (typeof entries === "number") return await this.util.fail(`${quote(path)}: ${strerror(entries)}`);
    this.above.push(identity);
    for (const { name } of entries) await this.visit(path.endsWith("/") ? path + name : `${path}/${name}`, start, depth + 1, stat.dev);
    this.above.pop();
  }

  private async test(node: Node, found: Found): Promise<boolean> {
    switch (node.kind) {
      case "and":
        return (await this.test(node.left, found)) && (await this.test(node.right, found));
      case "or":
        return (await this.test(node.left, found)) || (await this.test(node.right, found));
      case "comma":
        await this.test(node.left, found);
        return await this.test(node.right, found);
      case "not":
        return !(await this.test(node.inner, found));
      case "empty":
        return await this.isEmpty(found);
      case "link": {
        const target = await this.util.process.readlink(found.path);
        return typeof target === "string" && node.pattern.test(target);
      }
      case "access":
        return (await this.util.process.access(found.path, node.mode)) === 0;
      case "other type": {
        const { process } = this.util;
        const other = this.follow === "L" ? await process.lstat(found.path) : await process.stat(found.path);
        const stat = typeof other === "number" ? found.stat : other;
        return node.types.split(",").includes(TYPE_LETTERS.get(stat.mode & S_IFMT) ?? "?");
      }
      case "file system": {
        const statfs = await this.util.process.statfs(found.path);
        return typeof statfs !== "number" && fileSystemName(statfs.type) === node.name;
      }
      case "print":
      case "printf":
      case "ls":
      case "delete":
      case "prune":
      case "quit":
      case "exec":
        return await this.act(node, found);
      default:
        return holds(node, found, this.now);
    }
  }

  private async isEmpty({ path, stat }: Found): Promise<boolean> {
    if ((stat.mode & S_IFMT) === S_IFREG) return stat.size === 0;
    if ((stat.mode & S_IFMT) !== S_IFDIR) return false;
    const entries = await this.util.process.readdir(path);
    return typeof entries !== "number" && entries.length === 0;
  }

  private async act(action: Action, found: Found): Promise<boolean> {
    switch (action.kind) {
      case "print":
        await this.put(found.path + action.end, action.file);
        return true;
      case "printf":
        await this.put(await formatted(this.util, action.format, found), action.file);
        return true;
      case "ls":
        await this.util.out(await listing(this.util, found, this.now));
        return true;
      case "prune":
        this.pruned = true;
        return true;
      case "quit":
        throw new Quit();
      case "delete":
        return await this.remove(found);
      default:
        return await this.exec(action, found);
    }
  }

  /** To standard output, or to the file of -fprint and its kind. */
  private async put(text: string, file: number | null): Promise<void> {
    if (file === null) return await this.util.out(text);
    const error = await writeAll(this.util.process, file, encode(text));
    if (error < 0) await this.util.die(`write error: ${strerror(error)}`);
  }

  /** -ok */
  private async agreed(words: readonly string[], path: string): Promise<boolean> {
    await this.util.flush();
    await complain(this.util.process, `< ${words[0]} ... ${path} > ? `);
    this.answers ??= new LineReader(this.util.process, STDIN);
    const answer = await this.answers.next();
    return typeof answer === "string" && /^[yY]/.test(answer);
  }

  private async remove({ path, stat }: Found): Promise<boolean> {
    if (path === ".") return true;
    const { process } = this.util;
    const error = (stat.mode & S_IFMT) === S_IFDIR ? await process.rmdir(path) : await process.unlink(path);
    if (error < 0) await this.util.fail(`cannot delete ${quote(path)}: ${strerror(error)}`);
    return error === 0;
  }

  private async exec(action: Extract<Action, { kind: "exec" }>, found: Found): Promise<boolean> {
    if (action.batch) {
      action.pending.push(found.path);
      if (action.pending.length >= BATCH) await this.runBatch(action);
      return true;
    }
    if (action.asks && !(await this.agreed(action.words, found.path))) return false;
    const name = action.inFolder ? `./${found.name}` : found.path;
    const folder = action.inFolder ? found.path.slice(0, found.path.lastIndexOf("/") + 1) || "." : null;
    return (
      (await this.spawn(
        action.words.map((word) => word.replaceAll("{}", name)),
        folder,
      )) === 0
    );
  }

  private async runBatch(action: Extract<Action, { kind: "exec" }>): Promise<void> {
    const paths = action.pending.splice(0);
    if (!action.batch || paths.length === 0) return;
    if ((await this.spawn([...action.words, ...paths], null)) !== 0) this.util.status = 1;
  }

  private async spawn(words: readonly string[], folder: string | null): Promise<number> {
    const { util } = this;
    await util.flush();
    const pid = await util.process.fork(async (child) => {
      if (folder !== null) await child.chdir(folder);
      const error = await execvp(child, words);
      await complain(child, `find: ${quote(words[0] ?? "")}: ${strerror(error)}\n`);
      return 1;
    });
    const ended = pid < 0 ? pid : await util.process.wait4(pid, 0);
    if (ended === null || typeof ended === "number") return 1;
    return ended.signal === 0 ? ended.exitCode : 128 + ended.signal;
  }
}

function baseName(path: string): string {
  const trimmed = path.replace(/(?!^)\/+$/, "");
  return trimmed === "/" ? "/" : trimmed.slice(trimmed.lastIndexOf("/") + 1);
}

function fits({ sign, value }: Comparison, actual: number): boolean {
  return sign === "+" ? actual > value : sign === "-" ? actual < value : actual === value;
}

function parentOf(path: string): string {
  return path.includes("/") ? path.slice(0, Math.max(1, path.lastIndexOf("/"))) : ".";
}

function holds(
  test: Exclude<Test, { kind: "empty" | "link" | "access" | "other type" | "file system" }>,
  { path, name, stat }: Found,
  now: number,
): boolean {
  switch (test.kind) {
    case "name":
      return test.pattern.test(test.whole ? path : name);
    case "type":
      return test.types.split(",").includes(TYPE_LETTERS.get(stat.mode & S_IFMT) ?? "?");
    case "size":
      return fits(test.compare, Math.ceil(stat.size / test.unit));
    case "age":
      return fits(test.compare, Math.floor(((test.from ?? now) - stat.mtime) / test.unit));
    case "links":
      return fits(test.compare, stat.nlink);
    case "inode":
      return fits(test.compare, stat.ino);
    case "newer":
      return stat.mtime > test.than;
    case "same":
      return stat.dev === test.dev && stat.ino === test.ino;
    case "owner":
      return fits(test.compare, test.who === "user" ? stat.uid : stat.gid);
    case "perm": {
      const bits = stat.mode & 0o7777;
      return test.how === "exact"
        ? bits === test.bits
        : test.how === "all"
          ? (bits & test.bits) === test.bits
          : test.bits === 0 || (bits & test.bits) !== 0;
    }
    default:
      return test.kind === "true";
  }
}
