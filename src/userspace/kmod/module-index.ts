/** What depmod wrote below /lib/modules/RELEASE, and how libkmod looks a name up in it: names first, then aliases. */
import { O_RDONLY, type Process } from "../../syscall/index.ts";
import { decode, readToEnd } from "../lib/index.ts";

export interface ModuleFile {
  readonly name: string;
  /** Absolute path of its file. */
  readonly path: string;
}

export interface IndexedModule extends ModuleFile {
  /** What has to be loaded first, in the order of loading. */
  readonly dependencies: readonly ModuleFile[];
}

/** Dashes and underscores are the same in names of modules. */
export function underscores(name: string): string {
  return name.replaceAll("-", "_");
}

/** The directory of the running kernel's modules. */
export function moduleDirectory(process: Process): string {
  return `/lib/modules/${process.uname().release}`;
}

/** A file's text, or null if it cannot be read. */
export async function textOf(process: Process, path: string): Promise<string | null> {
  const fd = await process.open(path, O_RDONLY);
  if (fd < 0) return null;
  const bytes = await readToEnd(process, fd);
  await process.close(fd);
  return typeof bytes === "number" ? null : decode(bytes);
}

/** The modules that `word` stands for: one by its name, or all that have it as an alias. */
export async function lookup(process: Process, word: string): Promise<readonly IndexedModule[]> {
  const directory = moduleDirectory(process);
  const index = new Map<string, IndexedModule>();
  for (const line of ((await textOf(process, `${directory}/modules.dep`)) ?? "").split("\n")) {
    const [file = "", ...dependencies] = line.split(/:? /).map((path) => path.replace(/:$/, ""));
    if (file !== "") index.set(nameOf(file), { ...at(directory, file), dependencies: dependencies.reverse().map((d) => at(directory, d)) });
  }
  const named = index.get(underscores(word));
  if (named !== undefined) return [named];
  const names = ((await textOf(process, `${directory}/modules.alias`)) ?? "").split("\n").flatMap((line) => {
    const [, pattern, name] = /^alias (\S+) (\S+)$/.exec(line) ?? [];
    return pattern !== undefined && name !== undefined && matches(pattern, word) ? [name] : [];
  });
  return [...new Set(names)].flatMap((name) => index.get(name) ?? []);
}

function at(directory: string, file: string): ModuleFile {
  return { name: nameOf(file), path: `${directory}/${file}` };
}

function nameOf(file: string): string {
  return underscores(file.replace(/^.*\//, "").replace(/\.ko$/, ""));
}

/** fnmatch(3) as far as aliases need it: a `*` stands for anything; `-` and `_` are the same. */
function matches(pattern: string, word: string): boolean {
  const escaped = underscores(pattern).replace(/[.+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replaceAll("*", ".*")}$`).test(underscores(word));
}

/** A line of /proc/modules. */
export interface LoadedModule {
  readonly name: string;
  readonly size: number;
  readonly refcnt: number;
  /** Modules that use it. */
  readonly holders: readonly string[];
}

/** What /proc/modules says, or null if it cannot be read. */
export async function loaded(process: Process): Promise<readonly LoadedModule[] | null> {
  const text = await textOf(process, "/proc/modules");
  if (text === null) return null;
  return text.split("\n").flatMap((line) => {
    const [name, size, refcnt, holders = "-"] = line.split(" ");
    if (name === undefined || name === "") return [];
    return [{ name, size: Number(size), refcnt: Number(refcnt), holders: holders.split(",").filter((h) => h !== "" && h !== "-") }];
  });
}

/** "live", "coming" or "going"; null for a module that is not in the kernel. */
export async function initstate(process: Process, name: string): Promise<string | null> {
  return (await textOf(process, `/sys/module/${name}/initstate`))?.trim() ?? null;
}
