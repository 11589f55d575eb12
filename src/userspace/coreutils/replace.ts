/** What cp(1), mv(1), ln(1) and install(1) do to a file that is in the way: ask, or keep a backup of it (gnulib backupfile). */
import { strerror } from "../../kernel/index.ts";
import { complain, LineReader, STDIN } from "../lib/index.ts";
import { refuseChoice } from "./choices.ts";
import { quote } from "./quote.ts";
import { joinPath, lastPart } from "./targets.ts";
import type { Utility } from "./utility.ts";

type Control = "none" | "simple" | "existing" | "numbered";

const CONTROLS: Readonly<Record<string, Control>> = {
  none: "none",
  off: "none",
  simple: "simple",
  never: "simple",
  existing: "existing",
  nil: "existing",
  numbered: "numbered",
  t: "numbered",
};

/** Asks on standard error and reads answers from standard input. */
export class Asker {
  private readonly util: Utility;
  private readonly reader: LineReader;

  constructor(util: Utility) {
    this.util = util;
    this.reader = new LineReader(util.process, STDIN);
  }

  async yes(question: string): Promise<boolean> {
    await this.util.flush();
    await complain(this.util.process, `${this.util.name}: ${question}? `);
    const answer = await this.reader.next();
    return typeof answer === "string" && /^[yY]/.test(answer);
  }
}

/** Names of backups as -b, --backup, -S and the environment say. */
export class Backups {
  private readonly util: Utility;
  private readonly control: Control;
  private readonly suffix: string;

  private constructor(util: Utility, control: Control, suffix: string) {
    this.util = util;
    this.control = control;
    this.suffix = suffix;
  }

  static async from(util: Utility): Promise<Backups> {
    const { env } = util.process;
    const suffix = util.value("S") ?? env.get("SIMPLE_BACKUP_SUFFIX") ?? "~";
    if (!util.has("b", "S", "backup")) return new Backups(util, "none", suffix);
    const asked = util.value("backup") || env.get("VERSION_CONTROL") || "existing";
    const known = Object.keys(CONTROLS).filter((word) => word.startsWith(asked));
    const control = CONTROLS[asked] ?? (known.length === 1 ? CONTROLS[known[0] ?? ""] : undefined);
    if (control === undefined) return await refuse(util, asked);
    return new Backups(util, control, suffix);
  }

  /** Moves what is at `path` out of the way; its new name, null without backups. Ends the program if it cannot. */
  async keep(path: string): Promise<string | null> {
    if (this.control === "none") return null;
    const name = await this.nameFor(path);
    const error = await this.util.process.rename(path, name);
    if (error < 0) await this.util.die(`cannot backup ${quote(path)}: ${strerror(error)}`);
    return name;
  }

  private async nameFor(path: string): Promise<string> {
    const slash = path.lastIndexOf("/");
    const entries = await this.util.process.readdir(slash < 0 ? "." : path.slice(0, slash + 1));
    const base = lastPart(path);
    const numbers = typeof entries === "number" ? [] : entries.map(({ name }) => numberIn(name, base));
    const highest = Math.max(0, ...numbers);
    const numbered = this.control === "numbered" || (this.control === "existing" && highest > 0);
    return numbered ? `${path}.~${highest + 1}~` : path + this.suffix;
  }
}

function numberIn(name: string, base: string): number {
  const digits = name.startsWith(`${base}.~`) ? /^(\d+)~$/.exec(name.slice(base.length + 2))?.[1] : undefined;
  return Number(digits ?? 0);
}

async function refuse(util: Utility, word: string): Promise<never> {
  const pairs = [
    ["none", "off"],
    ["simple", "never"],
    ["existing", "nil"],
    ["numbered", "t"],
  ];
  return await refuseChoice(
    util,
    `invalid argument ${quote(word)} for ${quote("backup type")}`,
    pairs.map(([a, b]) => `'${a}', '${b}'`),
  );
}

/** ` (backup: 'x~')`, for -v. */
export function backupNote(backup: string | null): string {
  return backup === null ? "" : ` (backup: ${quote(backup)})`;
}

/** The operand without the slashes at its end, for --strip-trailing-slashes. */
export function withoutSlashes(path: string): string {
  return path.replace(/(?!^)\/+$/, "");
}

/** Where --parents puts a source: its whole name below the directory. */
export function belowWhole(folder: string, source: string): string {
  return joinPath(folder, withoutSlashes(source).replace(/^\/+/, ""));
}
