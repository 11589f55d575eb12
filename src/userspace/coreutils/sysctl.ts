/** sysctl(8) of procps-ng 4: reads and writes the files below /proc/sys. -a -b -e -n -N -q -w. Left out: -p, --system, --pattern. */
import { ENOENT, strerror } from "../../kernel/index.ts";
import { O_TRUNC, O_WRONLY, S_IFDIR, S_IFMT } from "../../syscall/index.ts";
import { encode, writeAll } from "../lib/index.ts";
import { readTextFile } from "./input.ts";
import { type Utility, utility } from "./utility.ts";

const ROOT = "/proc/sys/";

const manual = {
  version: "sysctl from procps-ng 4.0.2",
  usage: "[options] [variable[=value] ...]",
  short: "abeNnpqr:wAXx",
  long: {
    all: "a",
    binary: "b",
    ignore: "e",
    names: "N",
    values: "n",
    load: "p",
    quiet: "q",
    pattern: "r",
    write: "w",
    system: "system",
    "dry-run": "dry-run",
  },
  refused: ["p", "r", "system", "dry-run"],
};

export const sysctl = utility(manual, async (util) => {
  if (util.has("a", "A", "X")) return await showTree(util, "");
  if (util.operands.length === 0) {
    await util.out("\nUsage:\n sysctl [options] [variable[=value] ...]\n");
    return await util.end(1);
  }
  for (const word of util.operands) {
    const equals = word.indexOf("=");
    if (equals > 0) await set(util, word.slice(0, equals), word.slice(equals + 1));
    else if (util.has("w")) await util.fail(`"${word}" must be of the form name=value`);
    else await show(util, word);
  }
});

/** net.ipv4.ip_forward and net/ipv4/ip_forward are the same; the first separator decides. */
function pathOf(name: string): string {
  const slashed = /[./]/.exec(name)?.[0] === "/";
  return slashed ? name : name.replace(/[./]/g, (char) => (char === "." ? "/" : "."));
}

function nameOf(path: string): string {
  return path.replace(/[./]/g, (char) => (char === "/" ? "." : "/"));
}

async function missing(util: Utility, path: string, error: number): Promise<void> {
  if (error === -ENOENT && util.has("e")) return;
  util.status = 1;
  const what = error === -ENOENT ? `cannot stat ${ROOT}${path}: ${strerror(error)}` : `reading key "${nameOf(path)}": ${strerror(error)}`;
  await util.say(error === -13 ? `permission denied on key '${nameOf(path)}'` : what);
}

async function show(util: Utility, name: string): Promise<void> {
  const path = pathOf(name);
  const stat = await util.process.stat(ROOT + path);
  if (typeof stat === "number") return await missing(util, path, stat);
  if ((stat.mode & S_IFMT) === S_IFDIR) return await showTree(util, path);
  await showValue(util, path);
}

async function showValue(util: Utility, path: string): Promise<void> {
  if (util.has("N")) return await util.out(`${nameOf(path)}\n`);
  const text = await readTextFile(util.process, ROOT + path);
  if (typeof text === "number") return await missing(util, path, text);
  const lines = text.replace(/\n$/, "").split("\n");
  for (const line of lines) await util.out(util.has("b") ? line : util.has("n") ? `${line}\n` : `${nameOf(path)} = ${line}\n`);
}

async function showTree(util: Utility, folder: string): Promise<void> {
  const entries = await util.process.readdir(ROOT + folder);
  if (typeof entries === "number") return await missing(util, folder, entries);
  for (const { name, type } of [...entries].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = folder === "" ? name : `${folder}/${name}`;
    if (type === S_IFDIR) await showTree(util, path);
    else await showValue(util, path);
  }
}

async function set(util: Utility, name: string, value: string): Promise<void> {
  const { process } = util;
  const path = pathOf(name.trim());
  const stat = await process.stat(ROOT + path);
  if (typeof stat === "number") return await missing(util, path, stat);
  const fd = await process.open(ROOT + path, O_WRONLY | O_TRUNC);
  const error = fd < 0 ? fd : await writeAll(process, fd, encode(`${value.trim()}\n`));
  if (fd >= 0) await process.close(fd);
  if (error < 0)
    return await util.fail(
      error === -13 ? `permission denied on key "${nameOf(path)}"` : `setting key "${nameOf(path)}": ${strerror(error)}`,
    );
  if (!util.has("q")) await util.out(util.has("n") ? `${value.trim()}\n` : `${nameOf(path)} = ${value.trim()}\n`);
}
