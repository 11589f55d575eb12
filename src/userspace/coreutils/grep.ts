/**
 * grep(1) of GNU grep 3.8: all options. Left out: colours of one's own (GREP_COLORS), and of -P what perl-regex.ts leaves out.
 */
import { EISDIR, ENOENT, strerror } from "../../kernel/index.ts";
import { type Fd, S_IFDIR, S_IFLNK, S_IFMT, S_IFREG, type Stat } from "../../syscall/index.ts";
import { STDOUT, complain as write } from "../lib/index.ts";
import { FileChoice } from "./grep-files.ts";
import { LineSource } from "./grep-lines.ts";
import { Printer } from "./grep-print.ts";
import { closeOperand, openOperand, readTextFile, splitLines } from "./input.ts";
import { quoteIfNeeded } from "./quote.ts";
import { posixRegExp, translateRegex } from "./regex.ts";
import { joinPath } from "./targets.ts";
import { type Utility, utility } from "./utility.ts";

const manual = {
  version: "grep (GNU grep) 3.8",
  usage: "[OPTION]... PATTERNS [FILE]...",
  short: "abA:B:cC:d:D:e:Ef:FGhHiIlLm:noPqrRsTuUvVwxyzZ0:",
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
    ...{ "dereference-recursive": "R", directories: "d", devices: "D", binary: "U", "initial-tab": "T", "unix-byte-offsets": "u" },
    ...{ "line-buffered": "line-buffered", color: "color::", colour: "color::", text: "a", "null-data": "z", null: "Z" },
    ...{ include: "include:", exclude: "exclude:", "exclude-dir": "exclude-dir:", "exclude-from": "exclude-from:", label: "label:" },
    ...{ "binary-files": "binary-files:", "no-ignore-case": "no-ignore-case", "group-separator": "group-separator:" },
    ...{ "no-group-separator": "no-group-separator" },
  },
  trouble: 2,
  synopsisOnError: true,
  modernise: contextNumbers,
};

/** `-5` is a number of context lines; digits of one word are one number. */
function contextNumbers(words: readonly string[]): readonly string[] {
  const end = words.indexOf("--");
  return words.flatMap((word, i) => {
    const match = end >= 0 && i > end ? null : /^-([a-zA-Z]*?)(\d+)$/.exec(word);
    const wanted = /^-[a-zA-Z]*[ABCDdefm]$/.test(words[i - 1] ?? "");
    if (match === null || wanted || /[ABCDdefm]/.test(match[1] ?? "")) return [word];
    return match[1] === "" ? [`-C${match[2]}`] : [`-${match[1]}`, `-C${match[2]}`];
  });
}

/** Digits of the largest offset of a file. */
const MAX_OFFSET_DIGITS = 19;

/** A part of a line that matches. */
interface Found {
  readonly at: number;
  readonly text: string;
  /** Where the search for the next one begins. */
  readonly next: number;
}

/** What decides which part of a line matches. */
export type Finder = (line: string, from: number) => Found | null;

export interface Job {
  readonly util: Utility;
  readonly find: Finder;
  readonly choice: FileChoice;
  readonly withName: boolean;
  readonly color: boolean;
  readonly most: number;
  readonly before: number;
  readonly after: number;
  /** What stands between groups of lines with context; null for nothing. */
  readonly separator: string | null;
  /** What ends a line, of input and output. */
  readonly end: string;
  readonly binaryFiles: "binary" | "text" | "without-match";
  readonly directories: "read" | "recurse" | "skip";
  readonly devices: "read" | "skip" | "read-operands";
  /** The tree below the working directory is searched because there is no operand: names do not begin with "./". */
  readonly bare: boolean;
  selected: boolean;
  /** A line has been shown, of any file: groups of lines with context are kept apart by "--". */
  shown: boolean;
}

export const grep = utility(manual, async (util) => {
  if (util.has("V")) return await util.out(`${manual.version}\nas modelled by mlx5-emu\n`);
  const operands = [...util.operands];
  const patterns = await patternsOf(util, operands);
  const directories = await directoriesOf(util);
  const recursive = directories === "recurse";
  const files = operands.length > 0 ? operands : [recursive ? "." : "-"];
  const context = await countOf(util, "C", 0);
  if (util.has("u")) await util.say("warning: --unix-byte-offsets (-u) is obsolete");
  const job: Job = {
    util,
    find: await finderFor(util, patterns),
    choice: await FileChoice.from(util),
    withName:
      util.lastOf("H", "h") === "H" ||
      (util.lastOf("H", "h") === undefined && (files.length > 1 || (recursive && (await namesFolder(util, files))))),
    color: await colored(util),
    most: await countOf(util, "m", Infinity),
    before: await countOf(util, "B", context),
    after: await countOf(util, "A", context),
    separator:
      util.lastOf("group-separator", "no-group-separator") === "no-group-separator" ? null : (util.value("group-separator") ?? "--"),
    end: util.has("z") ? "\0" : "\n",
    binaryFiles: await binaryFilesOf(util),
    directories,
    devices: await devicesOf(util, directories),
    bare: operands.length === 0,
    selected: false,
    shown: false,
  };
  if (job.most > 0 || util.has("c", "L")) for (const file of files) await searchTree(job, file, true);
  if (util.status === 0) util.status = job.selected ? 0 : 1;
  else if (job.selected && util.has("q")) util.status = 0;
});

/** Names are shown for a single operand of -r only if it is a directory. */
async function namesFolder(util: Utility, files: readonly string[]): Promise<boolean> {
  const stat = await util.process.stat(files[0] ?? "");
  return typeof stat !== "number" && typeOf(stat) === S_IFDIR;
}

function typeOf({ mode }: Stat): number {
  return mode & S_IFMT;
}

async function countOf(util: Utility, letter: string, otherwise: number): Promise<number> {
  const text = util.value(letter);
  if (text === undefined) return otherwise;
  if (/^\d+$/.test(text)) return Number(text);
  if (letter !== "m") return await util.die(`${text}: invalid context length argument`);
  return /^-\d+$/.test(text) ? Infinity : await util.die("invalid max count");
}

async function directoriesOf(util: Utility): Promise<Job["directories"]> {
  const last = util.given.findLast(({ letter }) => /^[drR]$/.test(letter));
  if (last === undefined) return "read";
  if (last.letter !== "d") return "recurse";
  const known = (["read", "recurse", "skip"] as const).filter((action) => action.startsWith(last.argument));
  const [action] = known;
  if (action !== undefined && known.length === 1) return action;
  const kind = known.length > 1 ? "ambiguous" : "invalid";
  await util.say(`${kind} argument '${last.argument}' for '--directories'`);
  await write(util.process, `Valid arguments are:\n  - 'read'\n  - 'recurse'\n  - 'skip'\nUsage: ${util.name} ${manual.usage}\n`);
  await write(util.process, `Try '${util.name} --help' for more information.\n`);
  return await util.end(1);
}

async function devicesOf(util: Utility, directories: Job["directories"]): Promise<Job["devices"]> {
  const text = util.value("D");
  if (text === undefined) return directories === "recurse" ? "read-operands" : "read";
  return text === "read" || text === "skip" ? text : await util.die("unknown devices method");
}

async function binaryFilesOf(util: Utility): Promise<Job["binaryFiles"]> {
  const last = util.given.findLast(({ letter }) => /^(a|I|U|binary-files)$/.test(letter) && letter !== "U");
  if (last === undefined) return "binary";
  if (last.letter !== "binary-files") return last.letter === "a" ? "text" : "without-match";
  const { argument } = last;
  return argument === "binary" || argument === "text" || argument === "without-match"
    ? argument
    : await util.die("unknown binary-files type");
}

async function colored(util: Utility): Promise<boolean> {
  if (!util.has("color")) return false;
  const when = util.value("color") ?? "";
  if (/^(always|yes|force)$/.test(when)) return true;
  if (/^(never|no|none)$/.test(when)) return false;
  if (!/^(|auto|tty|if-tty)$/.test(when)) await util.notModelled(`option '--color=${when}'`);
  return util.process.isatty(STDOUT) && !/^(|dumb)$/.test(util.process.env.get("TERM") ?? "");
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
  const syntax = util.lastOf("E", "F", "G", "P") ?? "G";
  if ([..."EFGP"].filter((letter) => util.has(letter)).length > 1) await util.die("conflicting matchers specified");
  const icase = util.lastOf("i", "y", "no-ignore-case") !== "no-ignore-case" && util.has("i", "y");
  if (syntax === "P") return await perlFinder(util, patterns, icase);
  const sources: string[] = [];
  for (const pattern of patterns) {
    const translated =
      syntax === "F"
        ? { source: pattern.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"), warnings: [] }
        : translateRegex(pattern, syntax === "E", util.has("z"));
    if ("error" in translated) return await util.die(translated.error);
    for (const warning of translated.warnings) await util.say(`warning: ${warning}`);
    sources.push(translated.source);
  }
  const any = sources.map((source) => `(?:${source})`).join("|");
  const whole = util.has("x") ? `^(?:${any})$` : util.has("w") ? `(?<!\\w)(?:${any})(?!\\w)` : any;
  // Which of several matches is taken makes a difference only where the match is shown.
  const regex = util.has("o", "color") ? posixRegExp(whole, icase ? "gi" : "g") : new RegExp(whole, icase ? "gi" : "g");
  return (line, from) => {
    regex.lastIndex = from;
    const found = sources.length === 0 ? null : regex.exec(line);
    return found === null ? null : { at: found.index, text: found[0], next: found.index + Math.max(1, found[0].length) };
  };
}

async function perlFinder(util: Utility, patterns: readonly string[], icase: boolean): Promise<Finder> {
  const [pattern = "", another] = patterns;
  if (another !== undefined) return await util.die("the -P option only supports a single pattern");
  const { compilePerl, NotModelledPattern, PerlError } = await util.process.hostCall(() => import("./perl-regex.ts"));
  const wrap = (source: string): string =>
    util.has("x") ? `(?<![^])(?:${source})(?![^])` : util.has("w") ? `(?<!\\w)(?:${source})(?!\\w)` : source;
  try {
    const { regex, startOf } = compilePerl(pattern, icase, wrap);
    return (line, from) => {
      regex.lastIndex = from;
      const found = regex.exec(line);
      if (found === null) return null;
      const [at, end] = [startOf(found), found.index + found[0].length];
      return { at, text: line.slice(at, end), next: Math.max(end, found.index + 1) };
    };
  } catch (thrown) {
    if (thrown instanceof NotModelledPattern) return await util.notModelled(`${thrown.message} in a Perl expression`);
    if (thrown instanceof PerlError) return await util.die(thrown.message);
    throw thrown;
  }
}

async function searchTree(job: Job, path: string, named: boolean): Promise<void> {
  const { util, choice } = job;
  const follow = named || util.lastOf("r", "R") === "R";
  const stat = path === "-" ? null : await (follow ? util.process.stat(path) : util.process.lstat(path));
  if (typeof stat === "number") return named ? await searchFile(job, path, false) : await complain(job, path, stat);
  const type = stat === null ? S_IFREG : typeOf(stat);
  if (path !== "-" && choice.skips(path, type === S_IFDIR, named)) return;
  if (type === S_IFDIR) {
    if (job.directories === "recurse") return await searchFolder(job, path, named);
    return job.directories === "skip" ? undefined : await searchFile(job, path, true);
  }
  const plain = type === S_IFREG || (named && job.devices !== "skip") || job.devices === "read";
  if (type === S_IFLNK || !plain) return;
  await searchFile(job, path, false);
}

async function searchFolder(job: Job, path: string, named: boolean): Promise<void> {
  const entries = await job.util.process.readdir(path);
  if (typeof entries === "number") return await complain(job, path, entries);
  for (const { name } of entries) await searchTree(job, job.bare && named ? name : joinPath(path, name), false);
}

async function complain({ util }: Job, path: string, error: number): Promise<void> {
  util.status = 2;
  if (!util.has("s")) await util.fail(`${quoteIfNeeded(path)}: ${strerror(error)}`);
}

async function searchFile(job: Job, path: string, isFolder: boolean): Promise<void> {
  const { util } = job;
  if (isFolder) return await complain(job, path, -EISDIR);
  const fd = path === "" ? -ENOENT : await openOperand(util, path);
  if (fd < 0) return await complain(job, path, fd);
  const name = path === "-" ? (util.value("label") ?? "(standard input)") : path;
  const printer = new Printer(job, name, util.has("T") ? await offsetWidth(util, fd) : 0);
  const count = await searchLines(job, fd, printer);
  await closeOperand(util, fd);
  if (count < 0) return await complain(job, path, count);
  job.selected ||= count > 0;
  if (util.has("q")) {
    if (count > 0) await util.end(0);
    return;
  }
  if (util.has("c")) await printer.count(count);
  if (util.has("l", "L") && count > 0 === (util.lastOf("l", "L") === "l")) await printer.fileName();
}

/** Digits of numbers with -T: as many as the file's size has, or the largest number that there is. */
async function offsetWidth(util: Utility, fd: Fd): Promise<number> {
  const stat = await util.process.fstat(fd);
  return typeof stat !== "number" && typeOf(stat) === S_IFREG ? String(stat.size).length : MAX_OFFSET_DIGITS;
}

/** Goes through the lines and prints what is to be printed. How many were selected, or a negative errno. */
async function searchLines(job: Job, fd: Fd, printer: Printer): Promise<number> {
  const { util } = job;
  const silent = util.has("q", "l", "L", "c");
  const mayBeBinary = job.end === "\n" && job.binaryFiles !== "text";
  const source = new LineSource(util.process, fd, { end: job.end, mayBeBinary, offsets: util.has("b") });
  let count = 0;
  while (count < job.most || (!silent && printer.owes)) {
    const line = await source.next();
    if (typeof line === "number") return line;
    if (line === null) break;
    if (source.binary && job.binaryFiles === "without-match") return 0;
    const selected = count < job.most && (job.find(line.text, 0) !== null) !== util.has("v");
    if (selected) count++;
    if (selected && util.has("q", "l", "L")) return count;
    if (selected && source.binary && !silent) {
      await util.say(`${printer.name}: binary file matches`);
      return count;
    }
    if (!silent && !source.binary) await printer.line(line, selected);
  }
  return count;
}
