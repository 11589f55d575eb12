/**
 * modprobe(8) of kmod 30: NAME [PARAM=VALUE...], -a, -r, -q, --first-time. Left out: configuration files, install and
 * remove commands, -n, -D, -R, -c, -f, -i, -C, -d, -S, -s, -v, which are refused.
 */
import { EAGAIN, EEXIST, ENOENT, strerror } from "../../kernel/index.ts";
import { O_CLOEXEC, O_NONBLOCK, O_RDONLY, type Process, type Program } from "../../syscall/index.ts";
import { complain, type OptionSpec, print, scanOptions } from "../lib/index.ts";
import { type IndexedModule, initstate, loaded, lookup, type ModuleFile, moduleDirectory } from "./module-index.ts";

const OPTIONS: OptionSpec = {
  short: "arfDcnC:d:S:sqvVhRi",
  long: new Map([
    ["all", "a"],
    ["remove", "r"],
    ["force", "f"],
    ["show-depends", "D"],
    ["showconfig", "c"],
    ["dry-run", "n"],
    ["config", "C:"],
    ["dirname", "d:"],
    ["set-version", "S:"],
    ["syslog", "s"],
    ["quiet", "q"],
    ["verbose", "v"],
    ["version", "V"],
    ["help", "h"],
    ["resolve-alias", "R"],
    ["first-time", "first-time"],
    ["use-blacklist", "b"],
    ["ignore-install", "i"],
  ]),
};
const MODELLED: ReadonlySet<string> = new Set(["a", "r", "q", "b", "V", "h", "first-time"]);

interface Wishes {
  readonly quiet: boolean;
  readonly firstTime: boolean;
}

export const modprobe: Program = async (process) => {
  const { steps, operands } = scanOptions(process.argv.slice(1), OPTIONS);
  const letters = new Set<string>();
  for (const step of steps) {
    if (step.kind === "bad") {
      await complain(process, `${process.argv[0]}: ${step.complaint}\n`);
      return 1;
    }
    if (!MODELLED.has(step.letter)) {
      await complain(process, `modprobe: option '${step.word}' is not modelled by this emulator\n`);
      return 1;
    }
    letters.add(step.letter);
  }
  if (letters.has("h") || letters.has("V")) {
    await print(process, letters.has("h") ? USAGE : "kmod version 30, as modelled by mlx5-emu\n");
    return 0;
  }
  if (operands.length === 0) {
    await complain(process, "modprobe: ERROR: missing parameters. See -h.\n");
    return 1;
  }
  const wishes: Wishes = { quiet: letters.has("q"), firstTime: letters.has("first-time") };
  if (letters.has("r")) return eachOf(operands, (name) => removeModule(process, name, wishes));
  if (letters.has("a")) return eachOf(operands, (name) => insert(process, name, "", wishes));
  const [name = "", ...parameters] = operands;
  return await insert(process, name, parameters.join(" "), wishes);
};

const USAGE = `Usage: modprobe [-a] [-q] [--first-time] MODULE [PARAMETER=VALUE...]
       modprobe -r [-q] [--first-time] MODULE...
`;

/** All of them, whatever becomes of one; 1 if one failed. */
async function eachOf(names: readonly string[], act: (name: string) => Promise<number>): Promise<number> {
  let status = 0;
  for (const name of names) if ((await act(name)) !== 0) status = 1;
  return status;
}

async function find(process: Process, word: string, wishes: Wishes): Promise<readonly IndexedModule[]> {
  const found = await lookup(process, word);
  if (found.length === 0 && !wishes.quiet) {
    await complain(process, `modprobe: FATAL: Module ${word} not found in directory ${moduleDirectory(process)}\n`);
  }
  return found;
}

async function insert(process: Process, word: string, parameters: string, wishes: Wishes): Promise<number> {
  const found = await find(process, word, wishes);
  let status = found.length === 0 ? 1 : 0;
  for (const { dependencies, ...own } of found) {
    for (const file of [...dependencies, own]) {
      const error = await insertOne(process, file, file.name === own.name ? parameters : "", wishes.firstTime && file.name === own.name);
      if (error === 0) continue;
      status = 1;
      if (!wishes.quiet) await complain(process, `modprobe: ERROR: could not insert '${own.name}': ${insertError(error)}\n`);
      break;
    }
  }
  return status;
}

/** What kmod says instead of the errno's own text. */
function insertError(error: number): string {
  if (error === -ENOENT) return "Unknown symbol in module, or unknown parameter (see dmesg)";
  return error === -EEXIST ? "Module already in kernel" : strerror(error);
}

async function insertOne(process: Process, { name, path }: ModuleFile, parameters: string, firstTime: boolean): Promise<number> {
  if ((await initstate(process, name)) === "live") return firstTime ? -EEXIST : 0;
  const fd = await process.open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return fd;
  const error = await process.finit_module(fd, parameters);
  await process.close(fd);
  return error === -EEXIST && !firstTime ? 0 : error;
}

async function removeModule(process: Process, word: string, wishes: Wishes): Promise<number> {
  const found = await find(process, word, wishes);
  let status = found.length === 0 ? 1 : 0;
  for (const one of found) if ((await removeOne(process, one, wishes)) !== 0) status = 1;
  return status;
}

async function removeOne(process: Process, { name, dependencies }: IndexedModule, wishes: Wishes): Promise<number> {
  const say = async (text: string): Promise<number> => {
    if (!wishes.quiet) await complain(process, `modprobe: ${text}\n`);
    return 1;
  };
  const own = (await loaded(process))?.find((module) => module.name === name);
  if (own === undefined) return wishes.firstTime ? say(`FATAL: Module ${name} is not in kernel.`) : 0;
  if (own.refcnt > 0) return say(`FATAL: Module ${name} is in use.`);
  const error = await process.delete_module(name, O_NONBLOCK);
  if (error === -EAGAIN) return say(`FATAL: Module ${name} is in use.`);
  if (error !== 0 && error !== -ENOENT) return say(`ERROR: could not remove '${name}': ${strerror(error)}`);
  // What it needed goes too, as far as nobody else needs it.
  for (const { name: dependency } of dependencies.toReversed()) {
    const left = (await loaded(process))?.find((module) => module.name === dependency);
    if (left?.refcnt === 0) await process.delete_module(dependency, O_NONBLOCK);
  }
  return 0;
}
