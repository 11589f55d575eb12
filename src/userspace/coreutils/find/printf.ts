/** find -printf and -ls. */
import { type Process, S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG, S_IFSOCK, type Stat } from "../../../syscall/index.ts";
import { momentOf, strftime } from "../../lib/index.ts";
import { escapedCharacter } from "../backslash.ts";
import { fileSystemName } from "../file-systems.ts";
import { isRecent, modeText, pagesKib } from "../ls-format.ts";
import { escapeName } from "../ls-names.ts";
import type { Utility } from "../utility.ts";

/** A file that was met on the way. */
export interface Found {
  readonly path: string;
  readonly name: string;
  readonly start: string;
  readonly depth: number;
  readonly stat: Stat;
}

export const TYPE_LETTERS: ReadonlyMap<number, string> = new Map([
  [S_IFREG, "f"],
  [S_IFDIR, "d"],
  [S_IFLNK, "l"],
  [S_IFIFO, "p"],
  [S_IFCHR, "c"],
  [S_IFBLK, "b"],
  [S_IFSOCK, "s"],
]);

/** What a format says of a file. `\c` ends it. */
export async function formatted(util: Utility, format: string, found: Found): Promise<string> {
  let text = "";
  for (const [all, octal, escaped, width = "", directive] of format.matchAll(
    /\\([0-7]{1,3})|\\(.)|%([-0 +#]*\d*(?:\.\d+)?)([TAC].|.)|[^\\%]+|[\\%]/gs,
  )) {
    if (octal !== undefined) text += String.fromCharCode(Number.parseInt(octal, 8));
    else if (escaped === "c") return text;
    else if (escaped !== undefined) text += escapedCharacter(undefined, undefined, escaped) ?? all;
    else if (directive === undefined) text += all;
    else {
      const value = await directiveOf(util.process, directive, found);
      if (value === null) await util.say(`warning: unrecognized format directive \`%${directive}'`);
      text += value === null ? all : pad(value, width);
    }
  }
  return text;
}

function pad(value: string, width: string): string {
  const [, flags = "", digits = "", most] = /^([-0 +#]*)(\d*)(?:\.(\d+))?$/.exec(width) ?? [];
  const cut = most === undefined ? value : value.slice(0, Number(most));
  if (flags.includes("-")) return cut.padEnd(Number(digits));
  return cut.padStart(Number(digits), flags.includes("0") && /^\d+$/.test(cut) ? "0" : " ");
}

/** The line of -ls. */
export async function listing(util: Utility, { path, stat }: Found, now: number): Promise<string> {
  const target = (stat.mode & S_IFMT) === S_IFLNK ? await util.process.readlink(path) : null;
  const when = strftime(isRecent(stat.mtime, now) ? "%b %e %H:%M" : "%b %e  %Y", momentOf(stat.mtime));
  const [ino, blocks, links, size] = [
    String(stat.ino).padStart(9),
    String(pagesKib(stat)).padStart(6),
    String(stat.nlink).padStart(3),
    String(stat.size).padStart(8),
  ];
  const name = escapeName(path, "escape", false) + (typeof target === "string" ? ` -> ${escapeName(target, "escape", false)}` : "");
  return `${ino} ${blocks} ${modeText(stat.mode)} ${links} ${"root".padEnd(8)} ${"root".padEnd(8)} ${size} ${when} ${name}\n`;
}

async function directiveOf(process: Process, directive: string, found: Found): Promise<string | null> {
  const { path, stat } = found;
  const letter = TYPE_LETTERS.get(stat.mode & S_IFMT) ?? "U";
  if (/^[TAC]./s.test(directive)) return timeField(directive.charAt(1), stat.mtime);
  switch (directive) {
    case "l": {
      const target = letter === "l" ? await process.readlink(path) : "";
      return typeof target === "string" ? target : "";
    }
    case "Y": {
      const behind = letter === "l" ? await process.stat(path) : stat;
      return typeof behind === "number" ? "N" : (TYPE_LETTERS.get(behind.mode & S_IFMT) ?? "U");
    }
    case "F": {
      const statfs = await process.statfs(path);
      return typeof statfs === "number" ? "unknown" : fileSystemName(statfs.type);
    }
    default:
      return nameField(directive, found) ?? statField(directive, stat, letter);
  }
}

function nameField(directive: string, { path, name, start, depth }: Found): string | null {
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
    case "%":
      return "%";
    default:
      return null;
  }
}

function statField(directive: string, stat: Stat, letter: string): string | null {
  const kib = pagesKib(stat);
  const fields: Readonly<Record<string, string>> = {
    ...{ s: String(stat.size), y: letter, m: (stat.mode & 0o7777).toString(8), M: modeText(stat.mode), i: String(stat.ino) },
    ...{ n: String(stat.nlink), u: "root", g: "root", U: "0", G: "0", D: String(stat.dev), k: String(kib), b: String(kib * 2) },
    ...{ t: wholeTime(stat.mtime), a: wholeTime(stat.mtime), c: wholeTime(stat.mtime) },
    S: stat.size === 0 ? "1" : String(Number(((kib * 1024) / stat.size).toPrecision(6))),
  };
  return fields[directive] ?? null;
}

/** Ten digits: find writes one more than there are. */
function fraction(mtime: number): string {
  return `.${String(momentOf(mtime).nanoseconds).padStart(9, "0")}0`;
}

function wholeTime(mtime: number): string {
  return strftime("%a %b %e %H:%M:%S", momentOf(mtime)) + fraction(mtime) + strftime(" %Y", momentOf(mtime));
}

function timeField(conversion: string, mtime: number): string {
  const moment = momentOf(mtime);
  switch (conversion) {
    case "@":
      return moment.seconds + fraction(mtime);
    case "+":
      return strftime("%F+%T", moment) + fraction(mtime);
    case "c":
      return wholeTime(mtime);
    case "r":
      return strftime("%I:%M:%S", moment) + fraction(mtime) + strftime(" %p", moment);
    case "S":
    case "T":
    case "X":
      return strftime(`%${conversion}`, moment) + fraction(mtime);
    default:
      return strftime(`%${conversion}`, moment);
  }
}
