/**
 * grep(1): -E -F -G, -e, -f, -i, -v, -w, -x, -c, -l, -L, -m, -n, -H, -h, -o, -q, -s, -r, -A, -B, -C, --line-buffered.
 * Left out: Perl expressions, byte offsets, binary files, choice of files, colours.
 */
import { EISDIR, strerror } from "../../kernel/index.ts";
import { type Fd, S_IFDIR, S_IFMT } from "../../syscall/index.ts";
import { LineReader } from "../lib/index.ts";
import { closeOperand, openOperand, readTextFile, splitLines } from "./input.ts";
import { quoteIfNeeded } from "./quote.ts";
import { translateRegex } from "./regex.ts";
import { joinPath } from "./targets.ts";
import { type Utility, utility } from "./utility.ts";

const manual = {
  usage: "[OPTION]... PATTERNS [FILE]...",
  short: "abA:B:cC:d:D:e:Ef:FGhHiIlLm:noPqrRsTUvVwxyzZ",
  long: {
    ...{
      "extended-regexp": "E",
      "fixed-strings": "F",
      "basic-regexp": "G",
      "perl-regexp": "P",
      regexp: "e",
      file: "f",
      "ignore-case": "i",
    },
    ...{ "word-regexp": "w", "line-regexp": "x", "invert-match": "v", "max-count": "m", "line-number": "n", "with-filename": "H" },
    ...{ "no-filename": "h", "only-matching": "o", quiet: "q", silent: "q", "files-without-match": "L", "files-with-matches": "l" },
    ...{ count: "c", "after-context": "A", "before-context": "B", context: "C", "no-messages": "s", recursive: "r", "byte-offset": "b" },
    ...{
      "line-buffered": "line-buffered",
      color: "color::",
      colour: "color::",
      text: "a",
      "null-data": "z",
      null: "Z",
      include: "include:",
    },
    ...{
      exclude: "exclude:",
      "exclude-dir": "exclude-dir:",
      label: "label:",
      "binary-files": "binary-files:",
      "no-ignore-case": "no-ignore-case",
    },
  },
  refused: [..."bdDITUVzZP", "include", "exclude", "exclude-dir", "label", "binary-files"],
  trouble: 2,
  synopsisOnError: true,
};

/** What decides which part of a line matches. */
type Finder = (line: string, from: number) => { readonly at: number; readonly text: string } | null;

interface Job {
  readonly util: Utility;
  readonly find: Finder;
  readonly withName: boolean;
  readonly most: number;
  readonly before: number;
  readonly after: number;
  selected: boolean;
  /** A line has been shown, of any file: groups of lines with context are kept apart by "--". */
  shown: boolean;
}

export const grep = utility(manual, async (util) => {
  const operands = [...util.operands];
  const patterns = await patternsOf(util, operands);
  const recursive = util.has("r", "R");
  const files = operands.length > 0 ? operands : [recursive ? "." : "-"];
  const context = await countOf(util, "C", 0);
  const job: Job = {
    util,
    find: await finderFor(util, patterns),
    withName: util.lastOf("H", "h") === "H" || (util.lastOf("H", "h") === undefined && (files.length > 1 || recursive)),
    most: await countOf(util, "m", Infinity),
    before: await countOf(util, "B", context),
    after: await countOf(util, "A", context),
    selected: false,
    shown: false,
  };
  for (const file of files) await searchTree(job, file, recursive, true);
  if (util.status === 0) util.status = job.selected ? 0 : 1;
  else if (job.selected && util.has("q")) util.status = 0;
});

async function countOf(util: Utility, letter: string, otherwise: number): Promise<number> {
  const text = util.value(letter);
  if (text === undefined) return otherwise;
  if (/^\d+$/.test(text)) return Number(text);
  return await util.die(letter === "m" ? "invalid max count" : `${text}: invalid context length argument`);
}

/** From -e and -f, else the first operand. Each line is a pattern of its own. */
async function patternsOf(util: Utility, operands: string[]): Promise<readonly string[]> {
  const patterns: string[] = [];
  for (const { letter, argument } of util.given) {
    if (letter === "e") patterns.push(...argument.split("\n"));
    if (letter !== "f") continue;
    const text = await readTextFile(util.process, argument === "-" ? "/dev/stdin" : argument);
    if (typeof text === "number") await util.die(`${quoteIfNeeded(argument)}: ${strerror(text)}`);
    else for (const line of splitLines(text)) patterns.push(line);
  }
  if (util.has("e", "f")) return patterns;
  const first = operands.shift();
  if (first !== undefined) return first.split("\n");
  await util.synopsis(manual);
  return [];
}

async function finderFor(util: Utility, patterns: readonly string[]): Promise<Finder> {
  const syntax = util.lastOf("E", "F", "G") ?? "G";
  const sources: string[] = [];
  for (const pattern of patterns) {
    const translated =
      syntax === "F" ? { source: pattern.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"), warnings: [] } : translateRegex(pattern, syntax === "E");
    if ("error" in translated) return await util.die(translated.error);
    for (const warning of translated.warnings) await util.say(`warning: ${warning}`);
    sources.push(translated.source);
  }
  const any = sources.map((source) => `(?:${source})`).join("|");
  const whole = util.has("x") ? `^(?:${any})$` : util.has("w") ? `(?<!\\w)(?:${any})(?!\\w)` : any;
  const regex = new RegExp(whole, util.has("i", "y") ? "gi" : "g");
  return (line, from) => {
    regex.lastIndex = from;
    const found = sources.length === 0 ? null : regex.exec(line);
    return found === null ? null : { at: found.index, text: found[0] };
  };
}

async function searchTree(job: Job, path: string, recursive: boolean, named: boolean): Promise<void> {
  const { util } = job;
  const stat = path === "-" ? null : await (named ? util.process.stat(path) : util.process.lstat(path));
  const isFolder = stat !== null && typeof stat !== "number" && (stat.mode & S_IFMT) === S_IFDIR;
  if (!isFolder || !recursive) {
    // Below the operands only regular files are read; a link or a pipe there is passed over.
    if (named || (stat !== null && typeof stat !== "number" && (stat.mode & S_IFMT) === 0o100000)) await searchFile(job, path, isFolder);
    return;
  }
  const entries = await util.process.readdir(path);
  if (typeof entries === "number") return await complain(job, path, entries);
  for (const { name } of entries)
    await searchTree(job, util.operands.length < 2 && path === "." ? name : joinPath(path, name), true, false);
}

async function complain({ util }: Job, path: string, error: number): Promise<void> {
  util.status = 2;
  if (!util.has("s")) await util.fail(`${quoteIfNeeded(path)}: ${strerror(error)}`);
}

async function searchFile(job: Job, path: string, isFolder: boolean): Promise<void> {
  const { util } = job;
  if (isFolder) return await complain(job, path, -EISDIR);
  const fd = await openOperand(util, path);
  if (fd < 0) return await complain(job, path, fd);
  const name = path === "-" ? "(standard input)" : path;
  const count = await searchLines(job, fd, name);
  await closeOperand(util, fd);
  if (count < 0) return await complain(job, path, count);
  job.selected ||= util.has("L") ? count === 0 : count > 0;
  if (util.has("q")) {
    if (count > 0) await util.end(0);
  } else if (util.has("l", "L")) {
    if (count > 0 === (util.lastOf("l", "L") === "l")) await util.out(`${name}\n`);
  } else if (util.has("c")) {
    await util.out(`${job.withName ? `${name}:` : ""}${count}\n`);
  }
}

/** Goes through the lines and prints what is to be printed. How many were selected, or a negative errno. */
async function searchLines(job: Job, fd: Fd, name: string): Promise<number> {
  const { util } = job;
  const printer = util.has("q", "l", "L", "c") ? null : new Printer(job, name);
  const reader = new LineReader(util.process, fd);
  let count = 0;
  for (let number = 1; count < job.most || printer?.owes === true; number++) {
    const line = await reader.next();
    if (typeof line === "number") return line;
    if (line === null) break;
    const selected = count < job.most && (job.find(line, 0) !== null) !== util.has("v");
    if (selected) count++;
    if (selected && util.has("q", "l", "L")) return count;
    await printer?.line(number, line, selected);
  }
  return count;
}

/** Prints the selected lines of one file, and those around them that were asked for. */
class Printer {
  private readonly job: Job;
  private readonly name: string;
  private readonly waiting: { readonly number: number; readonly text: string }[] = [];
  private owed = 0;
  private lastShown = 0;

  constructor(job: Job, name: string) {
    this.job = job;
    this.name = name;
  }

  /** Lines are still to be shown behind the last selected one. */
  get owes(): boolean {
    return this.owed > 0;
  }

  async line(number: number, text: string, selected: boolean): Promise<void> {
    if (!selected && this.owed === 0) {
      this.waiting.push({ number, text });
      if (this.waiting.length > this.job.before) this.waiting.shift();
      return;
    }
    if (selected) await this.beginGroup(number);
    this.owed = selected ? this.job.after : this.owed - 1;
    this.lastShown = number;
    await this.show(number, text, selected ? ":" : "-");
  }

  private async beginGroup(number: number): Promise<void> {
    const first = this.waiting[0]?.number ?? number;
    const { job } = this;
    if (job.before + job.after > 0 && job.shown && first !== this.lastShown + 1) await job.util.out("--\n");
    for (const earlier of this.waiting.splice(0)) await this.show(earlier.number, earlier.text, "-");
  }

  private async show(number: number, line: string, mark: string): Promise<void> {
    const { util, find, withName } = this.job;
    this.job.shown = true;
    const prefix = (withName ? this.name + mark : "") + (util.has("n") ? number + mark : "");
    if (!util.has("o")) {
      await util.out(`${prefix}${line}\n`);
    } else if (mark === ":" && !util.has("v")) {
      for (let found = find(line, 0); found !== null; found = find(line, found.at + Math.max(1, found.text.length))) {
        if (found.text !== "") await util.out(`${prefix}${found.text}\n`);
      }
    }
    if (util.has("line-buffered")) await util.flush();
  }
}
