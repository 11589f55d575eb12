/** Pathname expansion: walks the directories that a pattern names, level by level. */
import { S_IFDIR, S_IFMT } from "../../../syscall/index.ts";
import type { Shell } from "../shell.ts";
import { ExpansionError } from "../unwind.ts";
import { hasMagic, type PatternOptions, unescapePattern } from "./pattern.ts";

/** The sorted paths that match; null if none does and the word stays as it is. */
export async function glob(shell: Shell, pattern: string): Promise<readonly string[] | null> {
  const { options } = shell;
  const walk = new Walk(shell, { extglob: options.shopt("extglob"), ignoreCase: options.shopt("nocaseglob") });
  const sections = pattern.split("/");
  const start = pattern.startsWith("/") ? "/" : "";
  const found = notIgnored(shell, await walk.from(start, pattern.startsWith("/") ? sections.slice(1) : sections));
  if (found.length > 0) return found.sort(compareNames);
  if (options.shopt("failglob")) throw new ExpansionError(`no match: ${unescapePattern(pattern)}`);
  return options.shopt("nullglob") ? [] : null;
}

/** Without the paths that a pattern of GLOBIGNORE matches. */
function notIgnored(shell: Shell, paths: readonly string[]): string[] {
  const ignored = (shell.variables.text("GLOBIGNORE") ?? "").split(":").filter((pattern) => pattern !== "");
  return paths.filter((path) => !ignored.some((pattern) => shell.compiled.matcher.matches(path, pattern, shell.patternOptions())));
}

/** The order of the C locale: by code points. */
function compareNames(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

class Walk {
  private readonly shell: Shell;
  private readonly options: PatternOptions;

  constructor(shell: Shell, options: PatternOptions) {
    this.shell = shell;
    this.options = options;
  }

  /** Paths below `base` that match the sections of a pattern. */
  async from(base: string, sections: readonly string[]): Promise<string[]> {
    const [section, ...rest] = sections;
    if (section === undefined) return [base];
    if (section === "")
      return rest.length === 0 ? await this.ifDirectory(base) : await this.from(base.endsWith("/") ? base : `${base}/`, rest);
    if (section === "**" && this.shell.options.shopt("globstar")) {
      const self = rest.length === 0 && base !== "" ? [`${base}/`] : [];
      return [...self, ...(await this.recursively(base, rest))];
    }
    if (!hasMagic(section, this.options.extglob)) return await this.literal(base, unescapePattern(section), rest);
    const found: string[] = [];
    for (const name of await this.names(base, section)) {
      const path = join(base, name);
      if (rest.length === 0) found.push(path);
      else if (await this.isDirectory(path)) for (const deeper of await this.from(path, rest)) found.push(deeper);
    }
    return found;
  }

  private async literal(base: string, name: string, rest: readonly string[]): Promise<string[]> {
    const path = join(base, name);
    if (rest.length > 0) return await this.from(path, rest);
    return typeof (await this.shell.process.lstat(path)) === "number" ? [] : [path];
  }

  private async names(directory: string, section: string): Promise<string[]> {
    const entries = await this.shell.process.readdir(directory === "" ? "." : directory);
    if (typeof entries === "number") return [];
    const hidden = section.startsWith(".") || section.startsWith("\\.");
    const names: string[] = [];
    const dots = this.shell.options.shopt("globskipdots") ? [] : [".", ".."];
    for (const name of [...dots, ...entries.map((entry) => entry.name)]) {
      if (dots.length === 0 && (name === "." || name === "..")) continue;
      if (name.startsWith(".") && !hidden && (dots.includes(name) || !this.shell.options.shopt("dotglob"))) continue;
      if (this.shell.compiled.matcher.matches(name, section, this.options)) names.push(name);
    }
    return names;
  }

  /** `**`: all directories below, and with nothing behind it all files too. */
  private async recursively(base: string, rest: readonly string[]): Promise<string[]> {
    const found = rest.length === 0 ? [] : await this.from(base, rest);
    for (const name of await this.names(base, "*")) {
      const path = join(base, name);
      if (rest.length === 0) found.push(path);
      const stat = await this.shell.process.lstat(path);
      if (typeof stat === "number" || (stat.mode & S_IFMT) !== S_IFDIR) continue;
      for (const deeper of await this.recursively(path, rest)) found.push(deeper);
    }
    return found;
  }

  private async ifDirectory(path: string): Promise<string[]> {
    return (await this.isDirectory(path)) ? [path.endsWith("/") ? path : `${path}/`] : [];
  }

  private async isDirectory(path: string): Promise<boolean> {
    const stat = await this.shell.process.stat(path);
    return typeof stat !== "number" && (stat.mode & S_IFMT) === S_IFDIR;
  }
}

function join(base: string, name: string): string {
  return base === "" || base.endsWith("/") ? base + name : `${base}/${name}`;
}
