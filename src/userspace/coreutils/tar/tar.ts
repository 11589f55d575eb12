/**
 * tar(1) of GNU tar 1.34: -c, -t, -x, with -f -v -C -T -O -p -P -k -h, --strip-components, --exclude, --wildcards, --mtime, --sort.
 * Everything belongs to root. Left out: compression, adding to archives and comparing with them, sparse files, several volumes.
 */
import { strerror } from "../../../kernel/index.ts";
import { type Fd, O_CREAT, O_RDONLY, O_TRUNC, O_WRONLY } from "../../../syscall/index.ts";
import { encode, momentOf, STDIN, STDOUT, strftime, writeAll } from "../../lib/index.ts";
import { globToRegex } from "../glob.ts";
import { readTextFile, splitLines } from "../input.ts";
import { modeText } from "../ls-format.ts";
import { joinPath } from "../targets.ts";
import { type Utility, utility } from "../utility.ts";
import { Creator } from "./create.ts";
import { Extractor } from "./extract.ts";
import type { Member } from "./format.ts";
import { ArchiveReader, NotAnArchive } from "./reader.ts";

const FAILURE = 2;
const USAGE = 64;
const MODES = "Acdtrux";

const manual = {
  version: "tar (GNU tar) 1.34",
  usage: "[OPTION...] [FILE]...",
  short: "AcC:df:hjJkmOpPrtT:uvxzZa",
  long: {
    ...{ create: "c", list: "t", extract: "x", get: "x", file: "f", directory: "C", verbose: "v", "files-from": "T", "to-stdout": "O" },
    ...{
      "keep-old-files": "k",
      touch: "m",
      "preserve-permissions": "p",
      "absolute-names": "P",
      dereference: "h",
      append: "r",
      update: "u",
    },
    ...{
      gzip: "z",
      bzip2: "j",
      xz: "J",
      compress: "Z",
      "auto-compress": "a",
      diff: "d",
      catenate: "A",
      exclude: "exclude:",
      mtime: "mtime:",
    },
    ...{ "strip-components": "strip-components:", wildcards: "wildcards", sort: "sort:", "numeric-owner": "numeric-owner" },
    ...{ overwrite: "overwrite", "no-recursion": "no-recursion", owner: "owner:", group: "group:", "same-permissions": "p" },
  },
  refused: [..."AdjJruzZ"],
  trouble: USAGE,
  hint: "Try 'tar --help' or 'tar --usage' for more information.\n",
  /** `tar xf FILE`: letters without a dash, whose arguments follow in order. */
  modernise: (words: readonly string[]): readonly string[] => {
    const [first = "", ...rest] = words;
    if (first === "" || first.startsWith("-")) return words;
    const options = Array.from(first).flatMap((letter) => ("fCT".includes(letter) ? [`-${letter}`, rest.shift() ?? ""] : [`-${letter}`]));
    return [...options, ...rest];
  },
};

export const tar = utility(manual, async (util) => {
  const mode = await modeOf(util);
  const archive = util.value("f") ?? "-";
  const fd = await openArchive(util, archive, mode === "c");
  if (mode === "c") await create(util, fd, archive);
  else await read(util, fd, mode === "x");
  if (util.status !== 0) await util.say("Exiting with failure status due to previous errors");
});

async function modeOf(util: Utility): Promise<string> {
  if (/^[^-].*[fCT]$/.test(util.process.argv[1] ?? "") && util.process.argv.length === 2) {
    await util.say(`Old option '${util.process.argv[1]?.slice(-1)}' requires an argument.`);
    return await usage(util, null);
  }
  const modes = new Set(util.given.map(({ letter }) => letter).filter((letter) => MODES.includes(letter)));
  const [mode] = modes;
  if (mode === undefined) return await usage(util, `You must specify one of the '-${MODES}', '--delete' or '--test-label' options`);
  if (modes.size > 1) return await usage(util, `You may not specify more than one '-${MODES}', '--delete' or  '--test-label' option`);
  if (mode === "c" && util.operands.length === 0 && !util.has("T"))
    return await usage(util, "Cowardly refusing to create an empty archive");
  return mode;
}

async function usage(util: Utility, message: string | null): Promise<never> {
  if (message !== null) await util.say(message);
  return await util.hinted(FAILURE);
}

async function openArchive(util: Utility, archive: string, creates: boolean): Promise<Fd> {
  if (archive === "-") return creates ? STDOUT : STDIN;
  const fd = await util.process.open(archive, creates ? O_WRONLY | O_CREAT | O_TRUNC : O_RDONLY, 0o666);
  return fd < 0 ? await hopeless(util, `${archive}: Cannot open: ${strerror(fd)}`) : fd;
}

/** An error behind which nothing can be done. */
async function hopeless(util: Utility, message: string): Promise<never> {
  await util.say(message);
  return await util.die("Error is not recoverable: exiting now", FAILURE);
}

/** Operands with the folder that -C named before them. */
async function operandsOf(util: Utility): Promise<readonly string[]> {
  const list = util.value("T");
  const text = list === undefined ? "" : await readTextFile(util.process, list === "-" ? "/dev/stdin" : list);
  if (typeof text === "number") return await hopeless(util, `${list}: Cannot open: ${strerror(text)}`);
  return [...util.operands, ...splitLines(text)];
}

async function folderOf(util: Utility): Promise<string> {
  const folder = util.value("C") ?? "";
  const stat = folder === "" ? 0 : await util.process.stat(folder);
  return typeof stat === "number" && stat < 0 ? await hopeless(util, `${folder}: Cannot open: ${strerror(stat)}`) : folder;
}

async function create(util: Utility, fd: Fd, archive: string): Promise<void> {
  const own = archive === "-" ? 0 : await util.process.fstat(fd);
  const patterns = util.given.filter(({ letter }) => letter === "exclude").map(({ argument }) => globToRegex(argument, false));
  const creator = new Creator(util, {
    write: async (bytes) => {
      const error = await writeAll(util.process, fd, bytes);
      if (error < 0) await hopeless(util, `${archive}: Cannot write: ${strerror(error)}`);
    },
    // With the archive on standard output the names go elsewhere.
    tell: async (member) => (util.has("v") ? await tell(util, member, fd === STDOUT ? 2 : STDOUT) : undefined),
    excluded: (name) => patterns.some((pattern) => name.split("/").some((_part, i, all) => pattern.test(all.slice(i).join("/")))),
    archive: typeof own === "number" ? "" : `${own.dev}:${own.ino}`,
    mtime: await mtimeOf(util),
    absolute: util.has("P"),
    recurse: !util.has("no-recursion"),
    follow: util.has("h"),
    byName: util.value("sort") === "name",
  });
  const folder = await folderOf(util);
  for (const path of await operandsOf(util)) await creator.add(path, folder);
  await creator.end();
  if (util.status !== 0) util.status = FAILURE;
}

async function mtimeOf(util: Utility): Promise<number | null> {
  const text = util.value("mtime");
  if (text === undefined) return null;
  const { parseDate } = await util.process.hostCall(() => import("../date-parse.ts"));
  const moment = parseDate(text, momentOf(util.process.clockRealtime()));
  return moment === null ? await util.die(`Invalid date format '${text}'`, FAILURE) : moment.seconds;
}

/** -v: the name, for listings also what else the header says. */
async function tell(util: Utility, member: Member, fd: Fd): Promise<void> {
  const verbose = util.given.filter(({ letter }) => letter === "v").length > (util.has("t") ? 0 : 1);
  const text = verbose ? longLine(util, member) : member.name;
  if (fd === STDOUT) await util.out(`${text}\n`);
  else await writeAll(util.process, fd, encode(`${text}\n`));
}

const TYPE_BITS = { file: 0o100000, folder: 0o040000, "symbolic link": 0o120000, pipe: 0o010000, "hard link": 0o100000 };

function longLine(util: Utility, { name, kind, mode, size, mtime, target }: Member): string {
  const letters = kind === "hard link" ? `h${modeText(TYPE_BITS[kind] | mode).slice(1)}` : modeText(TYPE_BITS[kind] | mode);
  const owner = util.has("numeric-owner") ? "0/0" : "root/root";
  const room = Math.max(19, owner.length + 1 + String(size).length);
  const time = strftime("%Y-%m-%d %H:%M", momentOf(mtime * 1e9));
  const leads = kind === "symbolic link" ? ` -> ${target}` : kind === "hard link" ? ` link to ${target}` : "";
  return `${letters} ${owner}${String(size).padStart(room - owner.length)} ${time} ${name}${leads}`;
}

/** Which members are meant: those of the operands with what is below them, all without operands. */
class Selection {
  readonly unused: Set<string>;
  private readonly wanted: readonly (readonly [operand: string, matches: (name: string) => boolean])[];
  private readonly excluded: readonly RegExp[];

  constructor(util: Utility, operands: readonly string[]) {
    this.unused = new Set(operands);
    this.excluded = util.given.filter(({ letter }) => letter === "exclude").map(({ argument }) => globToRegex(argument, false));
    this.wanted = operands.map((operand) => {
      const plain = operand.replace(/\/+$/, "");
      const pattern = util.has("wildcards") ? globToRegex(plain, false) : null;
      return [operand, (name) => name === plain || name.startsWith(`${plain}/`) || pattern?.test(name) === true];
    });
  }

  has(name: string): boolean {
    const bare = name.replace(/\/+$/, "");
    if (this.excluded.some((pattern) => bare.split("/").some((_part, i, all) => pattern.test(all.slice(i).join("/"))))) return false;
    if (this.wanted.length === 0) return true;
    const found = this.wanted.filter(([, matches]) => matches(bare));
    for (const [operand] of found) this.unused.delete(operand);
    return found.length > 0;
  }
}

/** That absolute names do not stay so is said once. */
class SlashNote {
  private readonly util: Utility;
  private told = false;

  constructor(util: Utility) {
    this.util = util;
  }

  async tell(): Promise<void> {
    if (!this.told) await this.util.say("Removing leading `/' from member names");
    this.told = true;
  }
}

async function read(util: Utility, fd: Fd, extracts: boolean): Promise<void> {
  const folder = await folderOf(util);
  const selection = new Selection(util, await operandsOf(util));
  const reader = new ArchiveReader(util, fd, (errno) => hopeless(util, `Cannot read: ${strerror(errno)}`));
  const slash = new SlashNote(util);
  const extractor = extracts ? new Extractor(util, reader, (name) => (folder === "" ? name : joinPath(folder, name))) : null;
  try {
    for (let member = await reader.next(); member !== null; member = await reader.next()) {
      if (!selection.has(member.name)) continue;
      if (member.name.startsWith("/") && !util.has("P")) await slash.tell();
      if (!extracts || util.has("v")) await tell(util, member, STDOUT);
      await extractor?.extract(member);
    }
  } catch (thrown) {
    if (!(thrown instanceof NotAnArchive)) throw thrown;
    await util.fail("This does not look like a tar archive", FAILURE);
  }
  await extractor?.finish();
  if (util.status !== FAILURE) for (const operand of selection.unused) await util.fail(`${operand}: Not found in archive`, FAILURE);
}
