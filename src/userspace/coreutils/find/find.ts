/**
 * find(1) of GNU findutils 4.9: -name -path -regex -lname -type -size -links -inum -mtime -mmin -newer -perm -empty, -print(0) -printf
 * -exec(dir) -delete -prune -quit, -maxdepth -mindepth -depth -xdev, operators. Left out: access and change times, owners,
 * -L and -H, -regextype, -ls, -fprint.
 */
import { strerror } from "../../../kernel/index.ts";
import { type Process, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG, type Stat } from "../../../syscall/index.ts";
import { complain, execvp, momentOf, strftime } from "../../lib/index.ts";
import { quote } from "../quote.ts";
import { type Utility, utility } from "../utility.ts";
import { parseFind } from "./parse.ts";
import { type Action, type Comparison, type Expression, FindError, type Node, type Test } from "./syntax.ts";

/** Words of one `-exec ... +`. */
const BATCH = 1000;

const TYPE_LETTERS: ReadonlyMap<number, string> = new Map([
  [S_IFREG, "f"],
  [S_IFDIR, "d"],
  [S_IFLNK, "l"],
  [S_IFIFO, "p"],
  [0o020000, "c"],
  [0o060000, "b"],
  [0o140000, "s"],
]);

const manual = {
  usage: "[-H] [-L] [-P] [path...] [expression]",
  short: "",
  stopAtOperand: true,
  modernise: (words: readonly string[]) => ["--", ...words],
};

/** A file that was met on the way. */
interface Found {
  readonly path: string;
  readonly name: string;
  readonly start: string;
  readonly depth: number;
  readonly stat: Stat;
}

class Quit {}

export const find = utility(manual, async (util) => {
  const words = util.operands.filter((word, i) => !(i === 0 && word === "-P"));
  const refused = words[0] === "-L" || words[0] === "-H" ? words[0] : null;
  if (refused !== null) return await util.notModelled(`option '${refused}'`);
  const first = words.findIndex((word) => word.startsWith("-") || ["(", ")", "!", ","].includes(word));
  const starts = words.slice(0, first < 0 ? words.length : first);
  try {
    const expression = await parseFind(util.process, first < 0 ? [] : words.slice(first));
    const search = new Search(util, expression);
    await search.run(starts.length === 0 ? ["."] : starts);
  } catch (thrown) {
    if (!(thrown instanceof FindError)) throw thrown;
    await util.die(thrown.message);
  }
});

class Search {
  private readonly util: Utility;
  private readonly expression: Expression;
  private pruned = false;

  constructor(util: Utility, expression: Expression) {
    this.util = util;
    this.expression = expression;
  }

  async run(starts: readonly string[]): Promise<void> {
    try {
      for (const start of starts) await this.visit(start, start, 0, null);
    } catch (thrown) {
      if (!(thrown instanceof Quit)) throw thrown;
    }
    for (const exec of this.expression.execs) await this.runBatch(exec);
  }

  private async visit(path: string, start: string, depth: number, device: number | null): Promise<void> {
    const stat = await this.util.process.lstat(path);
    if (typeof stat === "number") return await this.util.fail(`${quote(path)}: ${strerror(stat)}`);
    const { minDepth, maxDepth, depthFirst, oneFileSystem, root } = this.expression;
    const found: Found = { path, name: baseName(path), start, depth, stat };
    this.pruned = false;
    if (!depthFirst && depth >= minDepth) await this.test(root, found);
    const enter = (stat.mode & S_IFMT) === S_IFDIR && depth < maxDepth && !(this.pruned && !depthFirst);
    if (enter && !(oneFileSystem && device !== null && stat.dev !== device)) {
      const entries = await this.util.process.readdir(path);
      if (typeof entries === "number") await this.util.fail(`${quote(path)}: ${strerror(entries)}`);
      else
        for (const { name } of entries) await this.visit(path.endsWith("/") ? path + name : `${path}/${name}`, start, depth + 1, stat.dev);
    }
    if (depthFirst && depth >= minDepth) await this.test(root, found);
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
      case "print":
      case "printf":
      case "delete":
      case "prune":
      case "quit":
      case "exec":
        return await this.act(node, found);
      default:
        return holds(node, found, this.util.process.clockRealtime());
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
        await this.util.out(found.path + action.end);
        return true;
      case "printf":
        await this.util.out(await formatted(this.util, action.format, found));
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

function holds(test: Exclude<Test, { kind: "empty" | "link" }>, { path, name, stat }: Found, now: number): boolean {
  switch (test.kind) {
    case "name":
      return test.pattern.test(test.whole ? path : name);
    case "type":
      return test.types.split(",").includes(TYPE_LETTERS.get(stat.mode & S_IFMT) ?? "?");
    case "size":
      return fits(test.compare, Math.ceil(stat.size / test.unit));
    case "age":
      return fits(test.compare, Math.floor((now - stat.mtime) / test.unit));
    case "links":
      return fits(test.compare, stat.nlink);
    case "inode":
      return fits(test.compare, stat.ino);
    case "newer":
      return stat.mtime > test.than;
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

const ESCAPES: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  "0": "\0",
  "\\": "\\",
  r: "\r",
  a: "\x07",
  b: "\b",
  f: "\f",
  v: "\v",
};

async function formatted(util: Utility, format: string, found: Found): Promise<string> {
  let text = "";
  for (const [all, escaped, width = "", directive] of format.matchAll(/\\(.)|%([-0]?\d*)(T.|.)|[^\\%]+|[\\%]/gs)) {
    if (escaped !== undefined) text += ESCAPES[escaped] ?? all;
    else if (directive === undefined) text += all;
    else {
      const value = await directiveOf(util.process, directive, found);
      if (value === null) return await util.notModelled(`directive '%${directive}'`);
      text += width.startsWith("-") ? value.padEnd(Number(width.slice(1))) : value.padStart(Number(width));
    }
  }
  return text;
}

async function directiveOf(process: Process, directive: string, { path, name, start, depth, stat }: Found): Promise<string | null> {
  const letter = TYPE_LETTERS.get(stat.mode & S_IFMT) ?? "U";
  if (directive.startsWith("T") && directive.length > 1) return modified(directive.charAt(1), stat.mtime);
  switch (directive) {
    case "p":
      return path;
    case "f":
      return name;
    case "h":
      return path.includes("/") ? path.slice(0, Math.max(1, path.lastIndexOf("/"))) : ".";
    case "P":
      return path === start ? "" : path.slice(start.length).replace(/^\/+/, "");
    case "H":
      return start;
    case "d":
      return String(depth);
    case "s":
      return String(stat.size);
    case "y":
      return letter;
    case "m":
      return (stat.mode & 0o7777).toString(8);
    case "i":
      return String(stat.ino);
    case "n":
      return String(stat.nlink);
    case "u":
    case "g":
      return "root";
    case "U":
    case "G":
      return "0";
    case "l": {
      const target = letter === "l" ? await process.readlink(path) : "";
      return typeof target === "string" ? target : "";
    }
    case "%":
      return "%";
    default:
      return null;
  }
}

function modified(conversion: string, mtime: number): string {
  const moment = momentOf(mtime);
  return conversion === "@" ? `${moment.seconds}.${String(moment.nanoseconds).padStart(9, "0")}0` : strftime(`%${conversion}`, moment);
}
