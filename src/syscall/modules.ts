/**
 * Modules as files: what `make modules_install` and depmod leave in /lib/modules/RELEASE, made of what the rooms have
 * declared, and finit_module(2) of such a file (kernel/module.c, v5.10). A file holds the lines of .modinfo only.
 */
import {
  declaredModules,
  EBADF,
  ENOEXEC,
  type Frame,
  __do_sys_finit_module as finit_module,
  type LoadableModule,
} from "../kernel/index.ts";
import { fget, installFile } from "../vfs/index.ts";

const MODINFO = "\x7fELF .modinfo\n";
/** How much of a file is looked at. */
const MODINFO_MAX = 65_536;

/** Writes the files of every declared module. Call once at boot, when all have been declared. */
export function installModules(current: Frame): void {
  const modules = declaredModules(current.kernel);
  const root = `/lib/modules/${current.kernel.release}`;
  const byName = new Map(modules.map((module) => [module.name, module]));
  for (const module of modules) installFile(current, `${root}/${pathOf(module.name)}`, MODINFO + modinfo(module));
  const deps = modules.map(({ name }) => `${pathOf(name)}:${closure(name, byName).map((dep) => ` ${pathOf(dep)}`)}`.replaceAll(",", ""));
  const aliases = modules.flatMap(({ name, aliases: names }) => (names ?? []).map((alias) => `alias ${alias} ${name}`));
  installFile(current, `${root}/modules.dep`, lines(deps));
  installFile(current, `${root}/modules.alias`, lines(aliases));
}

function pathOf(name: string): string {
  return `kernel/${name}.ko`;
}

function lines(texts: readonly string[]): string {
  return texts.map((text) => `${text}\n`).join("");
}

/** What a module needs, directly or not, in an order in which each stands before what it needs itself. */
function closure(name: string, byName: ReadonlyMap<string, LoadableModule>): string[] {
  const found: string[] = [];
  const visit = (from: string): void => {
    for (const dep of byName.get(from)?.depends ?? []) {
      if (found.includes(dep)) found.splice(found.indexOf(dep), 1);
      found.push(dep);
      visit(dep);
    }
  };
  visit(name);
  return found;
}

function modinfo({ name, aliases = [], depends = [], parameters = [] }: LoadableModule): string {
  return lines([
    ...aliases.map((alias) => `alias=${alias}`),
    `depends=${depends.join(",")}`,
    `name=${name}`,
    ...parameters.map((parameter) => `parmtype=${parameter.name}:${parameter.type}`),
  ]);
}

/** finit_module(2): -EBADF, -ENOEXEC for a file that is no module, or what loading it gives. */
export async function __do_sys_finit_module(current: Frame, fd: number, args: string): Promise<number> {
  const file = fget(current, fd);
  if (file === null) return -EBADF;
  const bytes = (await file.f_op.read?.(current, file, MODINFO_MAX)) ?? -ENOEXEC;
  if (typeof bytes === "number") return bytes;
  const text = new TextDecoder().decode(bytes);
  const name = text.startsWith(MODINFO) ? /^name=(.*)$/m.exec(text)?.[1] : undefined;
  return name === undefined ? -ENOEXEC : finit_module(current, name, args);
}
