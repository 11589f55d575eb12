/** Reads find's expression. Complaints are those of GNU findutils 4.9. */
import { strerror } from "../../../kernel/index.ts";
import { O_CREAT, O_TRUNC, O_WRONLY, type Stat } from "../../../syscall/index.ts";
import { momentOf } from "../../lib/index.ts";
import { globToRegex } from "../glob.ts";
import { parseMode } from "../mode.ts";
import { quote } from "../quote.ts";
import { compileRegex } from "../regex.ts";
import type { Utility } from "../utility.ts";
import { type Action, type Comparison, type Expression, FindError, type Node } from "./syntax.ts";

const SIZE_UNITS: Readonly<Record<string, number>> = { b: 512, c: 1, w: 2, k: 1024, M: 1 << 20, G: 1 << 30, "": 512 };

export async function parseFind(util: Utility, words: readonly string[]): Promise<Expression> {
  return await new Parser(util, words).expression();
}

/** How -regex is read: `+` and `?` are special without a backslash in Emacs' syntax, groups and alternatives are not. */
type RegexSyntax = "emacs" | "basic" | "extended";

const SYNTAXES: Readonly<Record<string, RegexSyntax>> = {
  ...{ "findutils-default": "emacs", emacs: "emacs", ed: "basic", sed: "basic", grep: "basic", "posix-basic": "basic" },
  ...{ "posix-minimal-basic": "basic", egrep: "extended", awk: "extended", "gnu-awk": "extended", "posix-awk": "extended" },
  ...{ "posix-egrep": "extended", "posix-extended": "extended" },
};

const ACCESS: Readonly<Record<string, number>> = { "-readable": 4, "-writable": 2, "-executable": 1 };

class Parser {
  private readonly util: Utility;
  private readonly words: readonly string[];
  private readonly execs: Extract<Action, { kind: "exec" }>[] = [];
  private at = 0;
  private minDepth = 0;
  private maxDepth = Number.POSITIVE_INFINITY;
  private depthFirst = false;
  private oneFileSystem = false;
  private acts = false;
  private follow = false;
  private dayStart = false;
  private syntax: RegexSyntax = "emacs";

  constructor(util: Utility, words: readonly string[]) {
    this.util = util;
    this.words = words;
  }

  async expression(): Promise<Expression> {
    const given = this.words.length === 0 ? null : await this.comma();
    if (this.at < this.words.length) throw new FindError("you have too many ')'");
    const print: Node = { kind: "print", end: "\n", file: null };
    const root = given === null ? print : this.acts ? given : ({ kind: "and", left: given, right: print } as const);
    const { minDepth, maxDepth, depthFirst, oneFileSystem, execs, follow } = this;
    return { root, minDepth, maxDepth, depthFirst, oneFileSystem, execs, follow };
  }

  private peek(...texts: readonly string[]): boolean {
    return texts.includes(this.words[this.at] ?? "");
  }

  private async comma(): Promise<Node> {
    let left = await this.or();
    while (this.peek(",")) {
      this.at++;
      left = { kind: "comma", left, right: await this.or() };
    }
    return left;
  }

  private async or(): Promise<Node> {
    let left = await this.and();
    while (this.peek("-o", "-or")) {
      this.operator();
      left = { kind: "or", left, right: await this.and() };
    }
    return left;
  }

  private async and(): Promise<Node> {
    let left = await this.not();
    while (this.at < this.words.length && !this.peek("-o", "-or", ",", ")")) {
      if (this.peek("-a", "-and")) this.operator();
      left = { kind: "and", left, right: await this.not() };
    }
    return left;
  }

  private async not(): Promise<Node> {
    if (this.peek("!", "-not")) {
      this.operator();
      return { kind: "not", inner: await this.not() };
    }
    if (!this.peek("(")) return await this.primary();
    this.at++;
    if (this.peek(")")) throw new FindError("invalid expression; empty parentheses are not allowed.");
    const inner = await this.comma();
    if (!this.peek(")")) throw new FindError("invalid expression; I was expecting to find a ')' somewhere but did not see one.");
    this.at++;
    return inner;
  }

  /** Takes an operator, behind which there has to be something. */
  private operator(): void {
    const word = this.words[this.at++];
    if (this.at >= this.words.length) throw new FindError(`expected an expression after '${word}'`);
  }

  private argument(name: string): string {
    const word = this.words[this.at++];
    if (word === undefined) throw new FindError(`missing argument to \`${name}'`);
    return word;
  }

  private number(name: string, text: string): Comparison {
    const match = /^([-+]?)(\d+)$/.exec(text);
    if (match === null) throw new FindError(`invalid argument \`${text}' to \`${name}'`);
    return { sign: match[1] as "+", value: Number(match[2]) };
  }

  private depth(name: string): number {
    const text = this.argument(name);
    if (!/^\d+$/.test(text)) throw new FindError(`Expected a positive decimal integer argument to ${name}, but got ${quote(text)}`);
    return Number(text);
  }

  private async primary(): Promise<Node> {
    const name = this.words[this.at++];
    if (name === undefined) throw new FindError("invalid expression");
    if (/^-(a|and|o|or)$|^,$/.test(name)) {
      throw new FindError(`invalid expression; you have used a binary operator '${name}' with nothing before it.`);
    }
    switch (name) {
      case "-name":
      case "-iname":
        return { kind: "name", pattern: globToRegex(this.argument(name), name === "-iname"), whole: false };
      case "-path":
      case "-ipath":
      case "-wholename":
        return { kind: "name", pattern: globToRegex(this.argument(name), name === "-ipath"), whole: true };
      case "-lname":
      case "-ilname":
        return { kind: "link", pattern: globToRegex(this.argument(name), name === "-ilname") };
      case "-regex":
      case "-iregex":
        return { kind: "name", pattern: this.regex(this.argument(name), name === "-iregex"), whole: true };
      case "-type":
        return { kind: "type", types: this.types(name) };
      case "-xtype":
        return { kind: "other type", types: this.types(name) };
      case "-size":
        return this.size();
      case "-links":
      case "-inum":
        return { kind: name === "-links" ? "links" : "inode", compare: this.number(name, this.argument(name)) };
      case "-mtime":
      case "-atime":
      case "-ctime":
      case "-mmin":
      case "-amin":
      case "-cmin":
        return this.age(name);
      case "-newer":
      case "-anewer":
      case "-cnewer":
        return { kind: "newer", than: (await this.reference(this.argument(name))).mtime };
      case "-samefile": {
        const { dev, ino } = await this.reference(this.argument(name));
        return { kind: "same", dev, ino };
      }
      case "-fstype":
        return { kind: "file system", name: this.argument(name) };
      case "-perm":
        return this.perm();
      case "-empty":
        return { kind: "empty" };
      case "-true":
      case "-false":
        return { kind: name === "-true" ? "true" : "false" };
      default:
        return (await this.newer(name)) ?? this.owner(name) ?? (await this.optionOrAction(name));
    }
  }

  /** -mtime and its kind, of hours and minutes ago; behind -daystart from the end of today. */
  private age(name: string): Node {
    const now = this.util.process.clockRealtime();
    const from = this.dayStart ? (Math.floor(now / 86_400e9) + 1) * 86_400e9 - 1 : null;
    return { kind: "age", compare: this.number(name, this.argument(name)), unit: name.endsWith("min") ? 60e9 : 86_400e9, from };
  }

  /** -newerXY: all times of a file are one here; with a `t` the argument is a date. */
  private async newer(name: string): Promise<Node | null> {
    const match = /^-newer[acmB]([acmBt])$/.exec(name);
    if (match === null) return null;
    const text = this.argument(name);
    if (match[1] !== "t") return { kind: "newer", than: (await this.reference(text)).mtime };
    const { process } = this.util;
    const { parseDate } = await process.hostCall(() => import("../date-parse.ts"));
    const moment = parseDate(text, momentOf(process.clockRealtime()));
    if (moment === null) throw new FindError(`I cannot figure out how to interpret ${quote(text)} as a date or time`);
    return { kind: "newer", than: moment.seconds * 1e9 + moment.nanoseconds };
  }

  private owner(name: string): Node | null {
    const mode = ACCESS[name];
    if (mode !== undefined) return { kind: "access", mode };
    if (name === "-nouser" || name === "-nogroup") return { kind: "false" };
    if (!/^-(user|uid|group|gid)$/.test(name)) return null;
    const who = /^-u/.test(name) ? "user" : "group";
    const text = this.argument(name);
    if (/^-(user|group)$/.test(name) && text === "root") return { kind: "owner", who, compare: { sign: "", value: 0 } };
    if (/^-(user|group)$/.test(name) && !/^\d+$/.test(text))
      throw new FindError(
        who === "user" ? `${quote(text)} is not the name of a known user` : `${quote(text)} is not the name of an existing group`,
      );
    return { kind: "owner", who, compare: this.number(name, text) };
  }

  private async optionOrAction(name: string): Promise<Node> {
    switch (name) {
      case "-regextype": {
        const type = this.argument(name);
        const syntax = SYNTAXES[type];
        if (syntax === undefined)
          throw new FindError(
            `Unknown regular expression type ${quote(type)}; valid types are ${Object.keys(SYNTAXES)
              .map((known) => quote(known))
              .join(", ")}.`,
          );
        this.syntax = syntax;
        return { kind: "true" };
      }
      case "-daystart":
        this.dayStart = true;
        return { kind: "true" };
      case "-follow":
        this.follow = true;
        return { kind: "true" };
      case "-maxdepth":
        this.maxDepth = this.depth(name);
        return { kind: "true" };
      case "-mindepth":
        this.minDepth = this.depth(name);
        return { kind: "true" };
      case "-depth":
        this.depthFirst = true;
        return { kind: "true" };
      case "-xdev":
      case "-mount":
        this.oneFileSystem = true;
        return { kind: "true" };
      case "-noleaf":
      case "-warn":
      case "-nowarn":
      case "-ignore_readdir_race":
      case "-noignore_readdir_race":
        return { kind: "true" };
      case "-prune":
        return { kind: "prune" };
      default:
        this.acts = true;
        return await this.action(name);
    }
  }

  private async action(name: string): Promise<Node> {
    switch (name) {
      case "-print":
      case "-print0":
      case "-fprint":
      case "-fprint0":
        return { kind: "print", file: await this.file(name), end: name.endsWith("0") ? "\0" : "\n" };
      case "-printf":
      case "-fprintf":
        return { kind: "printf", file: await this.file(name), format: this.argument(name) };
      case "-ls":
        return { kind: "ls" };
      case "-delete":
        this.depthFirst = true;
        return { kind: "delete" };
      case "-quit":
        return { kind: "quit" };
      case "-exec":
      case "-execdir":
      case "-ok":
      case "-okdir":
        return this.exec(name);
      default:
        throw new FindError(name.startsWith("-") ? `unknown predicate \`${name}'` : `paths must precede expression: \`${name}'`);
    }
  }

  /** Where -fprint and its kind write; null for standard output. */
  private async file(name: string): Promise<number | null> {
    if (!name.startsWith("-f")) return null;
    const path = this.argument(name);
    const fd = await this.util.process.open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o666);
    if (fd < 0) throw new FindError(`${quote(path)}: ${strerror(fd)}`);
    return fd;
  }

  private exec(name: "-exec" | "-execdir" | "-ok" | "-okdir"): Node {
    const words: string[] = [];
    for (;;) {
      const word = this.argument(name);
      const batch = word === "+" && words.at(-1) === "{}" && name.startsWith("-exec");
      if (word !== ";" && !batch) {
        words.push(word);
        continue;
      }
      const node: Extract<Action, { kind: "exec" }> = {
        kind: "exec",
        words: batch ? words.slice(0, -1) : words,
        batch,
        inFolder: name.endsWith("dir"),
        asks: name.startsWith("-ok"),
        pending: [],
      };
      this.execs.push(node);
      return node;
    }
  }

  private regex(text: string, icase: boolean): RegExp {
    const pattern = this.syntax === "emacs" ? text.replace(/\\?[+?]/g, (all) => (all.length > 1 ? all.slice(1) : `\\${all}`)) : text;
    const regex = compileRegex(pattern, { extended: this.syntax === "extended", icase });
    if (typeof regex === "string") throw new FindError(`failed to compile regular expression '${text}': ${regex}`);
    return new RegExp(`^(?:${regex.source})$`, regex.flags.replace("g", ""));
  }

  private types(name: string): string {
    const types = this.argument(name);
    const wrong = types.split(",").find((type) => !/^[bcdpfls]$/.test(type));
    if (wrong !== undefined) throw new FindError(`Unknown argument to ${name}: ${wrong.charAt(0)}`);
    return types;
  }

  private size(): Node {
    const text = this.argument("-size");
    const match = /^([-+]?\d+)([bcwkMG]?)$/.exec(text);
    if (match === null) throw new FindError(`invalid -size type \`${text.slice(-1)}'`);
    return { kind: "size", compare: this.number("-size", match[1] ?? ""), unit: SIZE_UNITS[match[2] ?? ""] ?? 512 };
  }

  private perm(): Node {
    const text = this.argument("-perm");
    const how = text.startsWith("-") ? "all" : text.startsWith("/") ? "any" : "exact";
    const bits = parseMode(how === "exact" ? text : text.slice(1), 0, { isDirectory: false, umask: 0 });
    if (bits === null) throw new FindError(`invalid mode ${quote(text)}`);
    return { kind: "perm", how, bits };
  }

  private async reference(path: string): Promise<Stat> {
    const stat = await this.util.process.stat(path);
    if (typeof stat === "number") throw new FindError(`${quote(path)}: ${strerror(stat)}`);
    return stat;
  }
}
