/** mkdir(1): -m, -p, -v; rmdir(1): -p, -v, --ignore-fail-on-non-empty. */
import { EEXIST, ENOTEMPTY, strerror } from "../../kernel/index.ts";
import { S_IFDIR, S_IFMT } from "../../syscall/index.ts";
import { parseMode, umaskOf } from "./mode.ts";
import { quote } from "./quote.ts";
import { type Utility, utility } from "./utility.ts";

const mkdirManual = {
  usage: "[OPTION]... DIRECTORY...",
  short: "m:pvZ",
  long: { mode: "m", parents: "p", verbose: "v", context: "Z" },
  refused: ["Z"],
};

export const mkdir = utility(mkdirManual, async (util) => {
  if (util.operands.length === 0) await util.missingOperand();
  const text = util.value("m");
  const mode = text === undefined ? null : parseMode(text, 0o777, { isDirectory: true, umask: umaskOf(util.process) });
  if (text !== undefined && mode === null) await util.die(`invalid mode ${quote(text)}`);
  for (const path of util.operands) {
    if (util.has("p") && !(await makeParents(util, path))) continue;
    const error = await util.process.mkdir(path, mode ?? 0o777);
    const isThere = error === -EEXIST && util.has("p") && (await isDirectory(util, path));
    if (error < 0 && !isThere) await util.fail(`cannot create directory ${quote(path)}: ${strerror(error)}`);
    else if (error === 0) await created(util, path, mode);
  }
});

async function created(util: Utility, path: string, mode: number | null): Promise<void> {
  if (util.has("v")) await util.out(`${util.name}: created directory ${quote(path)}\n`);
  if (mode !== null) await util.process.chmod(path, mode);
}

/** Makes what is missing in front of the last part. False if that failed, which has been said. */
async function makeParents(util: Utility, path: string): Promise<boolean> {
  for (const { index } of path.matchAll(/[^/](?=\/+[^/])/g)) {
    const parent = path.slice(0, index + 1);
    const error = await util.process.mkdir(parent, 0o777);
    if (error === 0) await created(util, parent, null);
    else if (error !== -EEXIST) return await util.fail(`cannot create directory ${quote(parent)}: ${strerror(error)}`).then(() => false);
    else if (!(await isDirectory(util, parent)))
      return await util.fail(`cannot create directory ${quote(parent)}: Not a directory`).then(() => false);
  }
  return true;
}

async function isDirectory(util: Utility, path: string): Promise<boolean> {
  const stat = await util.process.stat(path);
  return typeof stat !== "number" && (stat.mode & S_IFMT) === S_IFDIR;
}

const rmdirManual = {
  usage: "[OPTION]... DIRECTORY...",
  short: "pv",
  long: { parents: "p", verbose: "v", "ignore-fail-on-non-empty": "ignore-fail-on-non-empty" },
};

export const rmdir = utility(rmdirManual, async (util) => {
  if (util.operands.length === 0) await util.missingOperand();
  for (const operand of util.operands) {
    let path = operand;
    while (path !== "" && (await removeDirectory(util, path)) && util.has("p")) {
      path = path.replace(/\/+$/, "").replace(/\/*[^/]*$/, "");
    }
  }
});

async function removeDirectory(util: Utility, path: string): Promise<boolean> {
  if (util.has("v")) await util.out(`${util.name}: removing directory, ${quote(path)}\n`);
  const error = await util.process.rmdir(path);
  if (error === 0) return true;
  if (error === -ENOTEMPTY && util.has("ignore-fail-on-non-empty")) return false;
  await util.fail(`failed to remove ${quote(path)}: ${strerror(error)}`);
  return false;
}
