/**
 * stat(1): the long form, -t, -c and --printf, of files (behind links with -L) and of file systems (-f). A file has one time
 * here, that of its last change, which stands for the others too. Left out: how files are cached, security contexts.
 */
import { strerror } from "../../kernel/index.ts";
import { S_IFBLK, S_IFCHR, S_IFLNK, S_IFMT, type Stat, type StatFs } from "../../syscall/index.ts";
import { momentOf, STDIN, strftime } from "../lib/index.ts";
import { BACKSLASHED, escapedCharacter } from "./backslash.ts";
import { canonical } from "./canonical.ts";
import { fileSystemName } from "./file-systems.ts";
import { modeText, pagesKib, typeName } from "./ls-format.ts";
import { readMounts } from "./mount-table.ts";
import { quote } from "./quote.ts";
import { type Utility, utility } from "./utility.ts";

const manual = {
  usage: "[OPTION]... FILE...",
  short: "c:fLt",
  long: { format: "c", "file-system": "f", dereference: "L", terse: "t", printf: "printf:", cached: "cached:" },
};

const DIRECTIVE = /%([-0+ #']*)(\d*)(?:\.(\d*))?([HL][dr]|[a-zA-Z%])/g;

const LONG = `  File: %N
  Size: %-10s\tBlocks: %-10b IO Block: %-6o %F
Device: %Hd,%Ld\tInode: %-11i Links: %h
Access: (%04a/%10.10A)  Uid: (%5u/%8U)   Gid: (%5g/%8G)
Access: %x
Modify: %y
Change: %z
 Birth: %w
`;

const LONG_OF_DEVICES = LONG.replace("Links: %h", "Links: %-5h Device type: %Hr,%Lr");

const TERSE = "%n %s %b %f %u %g %D %i %h %t %T %X %Y %Z %W %o\n";

const LONG_OF_FILE_SYSTEMS = `  File: "%n"
    ID: %-8i Namelen: %-7l Type: %T
Block size: %-10s Fundamental block size: %S
Blocks: Total: %-10b Free: %-10f Available: %a
Inodes: Total: %-10c Free: %d
`;

const TERSE_OF_FILE_SYSTEMS = "%n %i %l %t %s %S %b %f %a %c %d\n";

export const stat = utility(manual, async (util) => {
  if (util.operands.length === 0) await util.missingOperand();
  const template = await templateOf(util);
  for (const path of util.operands) await (util.has("f") ? showFileSystem(util, path, template) : showFile(util, path, template));
});

/** What -c or --printf say, the last of them; null for one of the forms that stat has of its own. */
async function templateOf(util: Utility): Promise<string | null> {
  const last = util.given.findLast(({ letter }) => letter === "c" || letter === "printf");
  if (last === undefined) return null;
  if (last.letter === "c") return `${last.argument}\n`;
  const unknown: string[] = [];
  const text = last.argument.replace(BACKSLASHED, (all, octal?: string, hex?: string, char = "") => {
    const known = char === '"' ? char : escapedCharacter(octal, hex, char);
    if (known === null && all !== "\\") unknown.push(char);
    return known ?? (all === "\\" ? all : char);
  });
  for (const char of unknown) await util.say(`warning: unrecognized escape '\\${char}'`);
  return text;
}

/** Times with as many digits of the second as the precision says. */
interface Field {
  readonly text: string;
  readonly nanoseconds?: number;
}

async function showFile(util: Utility, path: string, template: string | null): Promise<void> {
  const { process } = util;
  const found = await (path === "-" ? process.fstat(STDIN) : util.has("L") ? process.stat(path) : process.lstat(path));
  if (typeof found === "number") {
    return await util.fail(
      path === "-" ? `cannot stat standard input: ${strerror(found)}` : `cannot statx ${quote(path)}: ${strerror(found)}`,
    );
  }
  const isDevice = [S_IFCHR, S_IFBLK].includes(found.mode & S_IFMT);
  const own = util.has("t") ? TERSE : isDevice ? LONG_OF_DEVICES : LONG;
  const target = (found.mode & S_IFMT) === S_IFLNK ? await process.readlink(path) : null;
  const fields = fileFields(path, found, typeof target === "string" ? target : null, template === null);
  const asked = template ?? own;
  if (/%[-0-9]*m/.test(asked)) fields["m"] = { text: await mountPointOf(util, path) };
  if (/%[-0-9]*C/.test(asked)) await util.fail(`failed to get security context of ${quote(path)}: No data available`);
  await util.out(fill(asked, fields));
}

async function mountPointOf(util: Utility, path: string): Promise<string> {
  const [real, mounts] = [await canonical(util, path, "f"), await readMounts(util.process)];
  if (typeof real === "number" || typeof mounts === "number") return "?";
  const above = mounts.map(({ target }) => target).filter((point) => point === "/" || real === point || real.startsWith(`${point}/`));
  return above.reduce((longest, point) => (point.length > longest.length ? point : longest), "/");
}

async function showFileSystem(util: Utility, path: string, template: string | null): Promise<void> {
  const found = await util.process.statfs(path);
  if (typeof found === "number") return await util.fail(`cannot read file system information for ${quote(path)}: ${strerror(found)}`);
  await util.out(fill(template ?? (util.has("t") ? TERSE_OF_FILE_SYSTEMS : LONG_OF_FILE_SYSTEMS), fileSystemFields(path, found)));
}

function fill(template: string, fields: Readonly<Record<string, Field>>): string {
  return template.replace(DIRECTIVE, (_all, flags: string, width: string, precision: string | undefined, name: string) => {
    if (name === "%") return "%";
    const field = fields[name] ?? { text: "?" };
    const text = flags.includes("#") && /^[aft]$/i.test(name) ? alternate(name, field.text) : precise(field, precision);
    if (flags.includes("-")) return text.padEnd(Number(width));
    return text.padStart(Number(width), flags.includes("0") && /^\d+$/.test(text) ? "0" : " ");
  });
}

function alternate(name: string, text: string): string {
  return name === "a" ? `0${text}` : `0x${text}`;
}

function precise({ text, nanoseconds }: Field, precision: string | undefined): string {
  if (precision === undefined) return text;
  if (nanoseconds === undefined) return precision === "" ? text : text.slice(0, Number(precision));
  const digits = String(nanoseconds).padStart(9, "0");
  const shown = precision === "" ? digits : digits.padEnd(Number(precision), "0").slice(0, Number(precision));
  return shown === "" ? text : `${text}.${shown}`;
}

/** @param whole for the long form, which quotes names only where that is needed */
function fileFields(path: string, found: Stat, target: string | null, whole: boolean): Record<string, Field> {
  const time = momentOf(found.mtime);
  const [when, stamp] = [strftime("%Y-%m-%d %H:%M:%S.%N %z", time), { text: String(time.seconds), nanoseconds: time.nanoseconds }];
  const named = (name: string): string => (whole && /^[\w.,/+@%:-]+$/.test(name) ? name : quote(name));
  const texts: Readonly<Record<string, string | number>> = {
    ...{
      a: (found.mode & 0o7777).toString(8),
      A: modeText(found.mode),
      b: pagesKib(found) * 2,
      B: 512,
      C: "?",
      d: found.dev,
      D: found.dev.toString(16),
    },
    ...{ Hd: found.dev >> 8, Ld: found.dev & 0xff, Hr: (found.rdev >> 8) & 0xfff, Lr: found.rdev & 0xff, f: found.mode.toString(16) },
    ...{ F: typeName(found), g: found.gid, G: found.gid === 0 ? "root" : "UNKNOWN", h: found.nlink, i: found.ino, n: path },
    ...{ N: target === null ? named(path) : `${named(path)} -> ${named(target)}`, o: 4096, r: found.rdev, R: found.rdev.toString(16) },
    ...{ s: found.size, t: ((found.rdev >> 8) & 0xfff).toString(16), T: (found.rdev & 0xff).toString(16), u: found.uid },
    ...{ U: found.uid === 0 ? "root" : "UNKNOWN", w: when, x: when, y: when, z: when },
  };
  const fields = Object.fromEntries(Object.entries(texts).map(([name, text]): [string, Field] => [name, { text: String(text) }]));
  return { ...fields, W: stamp, X: stamp, Y: stamp, Z: stamp };
}

/** What statfs(2) tells. */
function fileSystemFields(path: string, { type, bsize, blocks, bfree, files, ffree }: StatFs): Readonly<Record<string, Field>> {
  const texts: Readonly<Record<string, string | number>> = {
    ...{ n: path, t: type.toString(16), T: fileSystemName(type), i: 0, l: 255, s: bsize, S: bsize },
    ...{ b: blocks, f: bfree, a: bfree, c: files, d: ffree },
  };
  return Object.fromEntries(Object.entries(texts).map(([name, text]): [string, Field] => [name, { text: String(text) }]));
}
