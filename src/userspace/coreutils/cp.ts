/** cp(1): all options but -Z and --copy-contents, of the attributes mode and time; copy.ts does the work. */
import { strerror } from "../../kernel/index.ts";
import { chooseWord } from "./choices.ts";
import { Copier, type CopyOptions, parent } from "./copy.ts";
import { quote } from "./quote.ts";
import { Asker, Backups, belowWhole, withoutSlashes } from "./replace.ts";
import { isDirectory, joinPath, type Move, movesOf } from "./targets.ts";
import { type Utility, utility } from "./utility.ts";

const manual = {
  usage: "[OPTION]... SOURCE... DEST",
  short: "abdfHilLnpPrRsS:t:TuvxZ",
  long: {
    ...{ archive: "a", force: "f", "no-clobber": "n", "no-dereference": "P", recursive: "r", "target-directory": "t", verbose: "v" },
    ...{ "no-target-directory": "T", dereference: "L", interactive: "i", link: "l", "symbolic-link": "s", suffix: "S", update: "u" },
    ...{ "one-file-system": "x", backup: "backup::", preserve: "preserve::", "no-preserve": "no-preserve:", parents: "parents" },
    ...{ reflink: "reflink::", sparse: "sparse:", "attributes-only": "attributes-only", "remove-destination": "remove-destination" },
    ...{ "strip-trailing-slashes": "strip-trailing-slashes", "copy-contents": "copy-contents", context: "context::" },
  },
  refused: ["copy-contents"],
};

export const cp = utility(manual, async (util) => {
  await checkAttributes(util);
  const last = util.operands.at(-1);
  if (
    util.has("parents") &&
    util.value("t") === undefined &&
    last !== undefined &&
    util.operands.length > 1 &&
    !(await isDirectory(util, last))
  ) {
    await util.misused("with --parents, the destination must be a directory");
  }
  const copier = new Copier(util, await optionsOf(util));
  for (const move of await movesOf(util)) {
    const source = util.has("strip-trailing-slashes") ? withoutSlashes(move.source) : move.source;
    const target = util.has("parents") ? await parentsFor(util, move) : move.target;
    if (target !== null) await copier.copy(source, target);
  }
});

const ATTRIBUTES = ["mode", "timestamps", "ownership", "links", "context", "xattr", "all"].map((word) => [word] as const);

async function checkAttributes(util: Utility): Promise<void> {
  for (const { letter, argument } of util.given) {
    if (!/^(no-)?preserve$/.test(letter) || argument === "") continue;
    for (const word of argument.split(",")) await chooseWord(util, word, `--${letter}`, ATTRIBUTES);
  }
}

async function optionsOf(util: Utility): Promise<CopyOptions> {
  const recursive = util.has("r", "R", "a");
  const links = util.lastOf("L", "P", "H", "d", "a");
  const [mode, time, hard] = [kept(util, "mode"), kept(util, "timestamps"), kept(util, "links")];
  const last = util.lastOf("n", "i");
  return {
    recursive,
    follow: links === "L" ? "all" : links === "H" ? "operands" : links !== undefined || recursive ? "none" : "all",
    keepMode: mode,
    keepTime: time,
    keepLinks: hard,
    make: util.has("l") ? "hard links" : util.has("s") ? "symbolic links" : "copies",
    update: util.has("u"),
    overwrite: last === "n" ? "never" : last === "i" ? "ask" : "always",
    force: util.has("f"),
    removeFirst: util.has("remove-destination"),
    withoutData: util.has("attributes-only"),
    verbose: util.has("v"),
    backups: await Backups.from(util),
    asker: new Asker(util),
  };
}

/** Whether an attribute is kept, as the last option that names it says. */
function kept(util: Utility, attribute: "mode" | "timestamps" | "links"): boolean {
  let keep = false;
  for (const { letter, argument } of util.given) {
    const named = (argument === "" ? "mode,ownership,timestamps" : argument)
      .split(",")
      .some((word) => word === attribute || word === "all");
    if (letter === "a") keep = true;
    else if (letter === "p") keep ||= attribute !== "links";
    else if (letter === "d") keep ||= attribute === "links";
    else if (letter === "preserve" && named) keep = true;
    else if (letter === "no-preserve" && named) keep = false;
  }
  return keep;
}

/** --parents: makes the directories of the source below the target. The whole name there, or null if that was not possible. */
async function parentsFor(util: Utility, { source, target }: Move): Promise<string | null> {
  const folder = util.value("t") ?? parent(target);
  let made = folder;
  const parts = parent(withoutSlashes(source))
    .split("/")
    .filter((part) => part !== "" && part !== ".");
  let read = source.startsWith("/") ? "/" : "";
  for (const part of parts) {
    read = read === "" ? part : joinPath(read, part);
    const stat = await util.process.stat(read);
    if (typeof stat === "number") {
      await util.fail(`failed to get attributes of ${quote(read)}: ${strerror(stat)}`);
      return null;
    }
    made = joinPath(made, part);
    if (await isDirectory(util, made)) continue;
    const error = await util.process.mkdir(made, stat.mode & 0o7777);
    if (error < 0) {
      await util.fail(`cannot make directory ${quote(made)}: ${strerror(error)}`);
      return null;
    }
    if (util.has("v")) await util.out(`${read} -> ${made}\n`);
  }
  return belowWhole(folder, source);
}
