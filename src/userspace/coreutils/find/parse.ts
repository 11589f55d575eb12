/** Reads find's expression. Complaints are those of GNU findutils 4.9. */
import { strerror } from "../../../kernel/index.ts";
import type { Process } from "../../../syscall/index.ts";
import { globToRegex } from "../glob.ts";
import { parseMode } from "../mode.ts";
import { quote } from "../quote.ts";
import { compileRegex } from "../regex.ts";
import { type Action, type Comparison, type Expression, FindError, type Node } from "./syntax.ts";

const SIZE_UNITS: Readonly<Record<string, number>> = { b: 512, c: 1, w: 2, k: 1024, M: 1 << 20, G: 1 << 30, "": 512 };

export async function parseFind(process: Process, words: readonly string[]): Promise<Expression> {
  return await new Parser(process, words).expression();
}

class Parser {
  private readonly process: Process;
  private readonly words: readonly string[];
  private readonly execs: Extract<Action, { kind: "exec" }>[] = [];
  private at = 0;
  private minDepth = 0;
  private maxDepth = Number.POSITIVE_INFINITY;
  private depthFirst = false;
  private oneFileSystem = false;
  private acts = false;

  constructor(process: Process, words: readonly string[]) {
    this.process = process;
    this.words = words;
  }

  async expression(): Promise<Expression> {
    const given = this.words.length === 0 ? null : await this.comma();
    if (this.at < this.words.length) throw new FindError("you have too many ')'");
    const print: Node = { kind: "print", end: "\n" };
    const root = given === null ? print : this.acts ? given : ({ kind: "and", left: given, right: print } as const);
    const { minDepth, maxDepth, depthFirst, oneFileSystem, execs } = this;
    return { root, minDepth, maxDepth, depthFirst, oneFileSystem, execs };
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
      this.at++;
      left = { kind: "or", left, right: await this.and() };
    }
    return left;
  }

  private async and(): Promise<Node> {
    let left = await this.not();
    while (this.at < this.words.length && !this.peek("-o", "-or", ",", ")")) {
      if (this.peek("-a", "-and")) this.at++;
      left = { kind: "and", left, right: await this.not() };
    }
    return left;
  }

  private async not(): Promise<Node> {
    if (this.peek("!", "-not")) {
      this.at++;
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
    switch (name) {
      case "-name":
      case "-iname":
        return { kind: "name", pattern: globToRegex(this.argument(name), name === "-iname"), whole: false };
      case "-path":
      case "-ipath":
      case "-wholename":
        return { kind: "name", pattern: globToRegex(this.argument(name), name === "-ipath"), whole: true };
      case "-lname":
        return { kind: "link", pattern: globToRegex(this.argument(name), false) };
      case "-regex":
      case "-iregex":
        return { kind: "name", pattern: this.regex(this.argument(name), name === "-iregex"), whole: true };
      case "-type":
        return this.type();
      case "-size":
        return this.size();
      case "-links":
      case "-inum":
        return { kind: name === "-links" ? "links" : "inode", compare: this.number(name, this.argument(name)) };
      case "-mtime":
      case "-mmin":
        return { kind: "age", compare: this.number(name, this.argument(name)), unit: name === "-mmin" ? 60e9 : 86_400e9 };
      case "-newer":
        return { kind: "newer", than: await this.reference(this.argument(name)) };
      case "-perm":
        return this.perm();
      case "-empty":
        return { kind: "empty" };
      case "-true":
      case "-false":
        return { kind: name === "-true" ? "true" : "false" };
      default:
        return this.optionOrAction(name);
    }
  }

  private optionOrAction(name: string): Node {
    switch (name) {
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
        return { kind: "true" };
      case "-prune":
        return { kind: "prune" };
      default:
        this.acts = true;
        return this.action(name);
    }
  }

  private action(name: string): Node {
    switch (name) {
      case "-print":
      case "-print0":
        return { kind: "print", end: name === "-print" ? "\n" : "\0" };
      case "-printf":
        return { kind: "printf", format: this.argument(name) };
      case "-delete":
        this.depthFirst = true;
        return { kind: "delete" };
      case "-quit":
        return { kind: "quit" };
      case "-exec":
      case "-execdir":
        return this.exec(name);
      default:
        throw new FindError(name.startsWith("-") ? `unknown predicate \`${name}'` : `paths must precede expression: \`${name}'`);
    }
  }

  private exec(name: "-exec" | "-execdir"): Node {
    const words: string[] = [];
    for (;;) {
      const word = this.argument(name);
      const batch = word === "+" && words.at(-1) === "{}";
      if (word !== ";" && !batch) {
        words.push(word);
        continue;
      }
      const node: Extract<Action, { kind: "exec" }> = {
        kind: "exec",
        words: batch ? words.slice(0, -1) : words,
        batch,
        inFolder: name === "-execdir",
        pending: [],
      };
      this.execs.push(node);
      return node;
    }
  }

  private regex(text: string, icase: boolean): RegExp {
    const regex = compileRegex(text, { extended: false, icase });
    if (typeof regex === "string") throw new FindError(`failed to compile regular expression '${text}': ${regex}`);
    return new RegExp(`^(?:${regex.source})$`, regex.flags.replace("g", ""));
  }

  private type(): Node {
    const types = this.argument("-type");
    const wrong = types.split(",").find((type) => !/^[bcdpfls]$/.test(type));
    if (wrong !== undefined) throw new FindError(`Unknown argument to -type: ${wrong.charAt(0)}`);
    return { kind: "type", types };
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
    const bits = parseMode(how === "exact" ? text : text.slice(1), 0, false);
    if (bits === null) throw new FindError(`invalid mode ${quote(text)}`);
    return { kind: "perm", how, bits };
  }

  private async reference(path: string): Promise<number> {
    const stat = await this.process.stat(path);
    if (typeof stat === "number") throw new FindError(`${quote(path)}: ${strerror(stat)}`);
    return stat.mtime;
  }
}
