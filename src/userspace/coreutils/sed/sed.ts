/**
 * sed(1) of GNU sed 4.9: the whole language; options -n -e -f -E -r -i -s -z -u -l --posix --sandbox --follow-symlinks.
 * Left out: --debug, and what --posix forbids.
 */
import { strerror } from "../../../kernel/index.ts";
import { O_CREAT, O_EXCL, O_WRONLY, S_IFMT, S_IFREG } from "../../../syscall/index.ts";
import { decode, encode, writeAll } from "../../lib/index.ts";
import { canonical } from "../canonical.ts";
import { readOperand } from "../input.ts";
import { type Utility, utility } from "../utility.ts";
import { Execution, type SedOptions, type SedOutput, SedState } from "./execute.ts";
import { writeOut } from "./files.ts";
import { LineInput } from "./input.ts";
import { type Chunk, parseSed } from "./parse.ts";
import { type Command, SedError } from "./script.ts";

const EXIT_PANIC = 4;

const manual = {
  usage: "[OPTION]... {script-only-if-no-other-script} [input-file]...",
  short: "bsnrzuEe:f:l:i::V:",
  long: {
    ...{ binary: "b", regexp: "E", "regexp-extended": "E", debug: "debug", "in-place": "i::", expression: "e:", file: "f:" },
    ...{ "follow-symlinks": "follow-symlinks", "line-length": "l:", "null-data": "z", "zero-terminated": "z", quiet: "n", silent: "n" },
    ...{ posix: "p", sandbox: "sandbox", separate: "s", unbuffered: "u" },
  },
  refused: ["debug", "V"],
  version: "sed (GNU sed) 4.9",
};

export const sed = utility(manual, async (util) => {
  try {
    await run(util);
  } catch (thrown) {
    if (!(thrown instanceof SedError)) throw thrown;
    await util.die(thrown.message, thrown.status);
  }
});

async function run(util: Utility): Promise<void> {
  const operands = [...util.operands];
  const chunks = await chunksOf(util, operands);
  const first = chunks[0]?.text ?? "";
  const commands = parseSed(chunks, { extended: util.has("E", "r"), nulls: util.has("z"), sandbox: util.has("sandbox") });
  const options: SedOptions = {
    quiet: util.has("n") || first.startsWith("#n\n") || first === "#n",
    separator: util.has("z") ? "\0" : "\n",
    lineWidth: Number.parseInt(util.value("l") ?? "70", 10) || 0,
    unbuffered: util.has("u"),
    posix: util.has("p") || util.process.env.has("POSIXLY_CORRECT"),
  };
  for (const file of filesOf(commands)) if (!file.startsWith("/dev/std")) await writeOut(util, file, "");
  const files = operands.length === 0 ? ["-"] : operands;
  const state = new SedState();
  const suffix = util.value("i");
  const output: SedOutput = { write: (text) => util.out(text), missingNewline: false };
  if (suffix === undefined && !util.has("s")) {
    util.status = (await execute(util, commands, options, files, state, output)) ?? util.status;
    return;
  }
  for (const operand of files) {
    const file = util.has("follow-symlinks") ? await behindLinks(util, operand) : operand;
    const quit =
      suffix === undefined
        ? await execute(util, commands, options, [file], state, output)
        : await edit(util, commands, options, file, suffix, state);
    if (quit === null) continue;
    util.status = quit;
    return;
  }
}

function filesOf(commands: readonly Command[]): readonly string[] {
  return commands.flatMap(({ action }) => {
    if (action.name === "w" || action.name === "W") return [action.file];
    return action.name === "s" && action.substitution.file !== null ? [action.substitution.file] : [];
  });
}

/** The script in its pieces: -e, -f, or the first operand. */
async function chunksOf(util: Utility, operands: string[]): Promise<Chunk[]> {
  const chunks: Chunk[] = [];
  let expressions = 0;
  for (const { letter, argument } of util.given) {
    if (letter === "e") chunks.push({ text: argument, name: `-e expression #${++expressions}`, isFile: false });
    if (letter !== "f") continue;
    const bytes = await readOperand(util, argument);
    if (typeof bytes === "number") return await util.die(`couldn't open file ${argument}: ${strerror(bytes)}`, EXIT_PANIC);
    chunks.push({ text: decode(bytes).replace(/^#![^\n]*\n/, "\n"), name: `file ${argument}`, isFile: true });
  }
  if (chunks.length > 0) return chunks;
  const script = operands.shift();
  if (script === undefined) return await util.synopsis(manual);
  return [{ text: script, name: "-e expression #1", isFile: false }];
}

function execute(
  util: Utility,
  commands: readonly Command[],
  options: SedOptions,
  files: readonly string[],
  state: SedState,
  output: SedOutput,
): Promise<number | null> {
  const input = new LineInput(util, files, options.separator.charCodeAt(0));
  return new Execution(util, commands, options, input, output, state).run();
}

/** -i: the output takes the place of the file. */
async function edit(
  util: Utility,
  commands: readonly Command[],
  options: SedOptions,
  file: string,
  suffix: string,
  state: SedState,
): Promise<number | null> {
  const { process } = util;
  const stat = await process.stat(file);
  if (typeof stat === "number") {
    await util.fail(`can't read ${file}: ${strerror(stat)}`, 2);
    return null;
  }
  if ((stat.mode & S_IFMT) !== S_IFREG) {
    await util.fail(`couldn't edit ${file}: not a regular file`, EXIT_PANIC);
    return null;
  }
  let result = "";
  const output = {
    write: async (text: string): Promise<void> => {
      result += text;
    },
    missingNewline: false,
  };
  const input = new LineInput(util, [file], options.separator.charCodeAt(0));
  const quit = await new Execution(util, commands, options, input, output, state).run();
  for (let rest = quit === null ? null : await input.next(); rest !== null; rest = await input.next()) {
    result += rest.text + (rest.ended ? options.separator : "");
  }
  const backedUp = suffix === "" ? 0 : await process.rename(file, backupName(file, suffix));
  if (backedUp < 0) return await util.die(`cannot rename ${file}: ${strerror(backedUp)}`, EXIT_PANIC);
  await replaceFile(util, file, result, stat.mode & 0o7777);
  return quit;
}

async function behindLinks(util: Utility, file: string): Promise<string> {
  const found = await canonical(util, file, "f");
  return typeof found === "number" ? file : found;
}

function backupName(file: string, suffix: string): string {
  const slash = file.lastIndexOf("/") + 1;
  const base = file.slice(slash);
  const name = suffix.includes("*") ? suffix.replaceAll("*", base) : base + suffix;
  return name.includes("/") ? name : file.slice(0, slash) + name;
}

/** By a new file beside it, which is renamed. */
async function replaceFile(util: Utility, file: string, text: string, mode: number): Promise<void> {
  const { process } = util;
  const folder = file.slice(0, file.lastIndexOf("/") + 1);
  const letters = Array.from({ length: 6 }, () => "abcdefghijklmnopqrstuvwxyz".charAt(process.random(26))).join("");
  const temporary = `${folder}sed${letters}`;
  const fd = await process.open(temporary, O_WRONLY | O_CREAT | O_EXCL, mode);
  if (fd < 0) return await util.die(`couldn't open temporary file ${temporary}: ${strerror(fd)}`, EXIT_PANIC);
  await writeAll(process, fd, encode(text));
  await process.close(fd);
  await process.chmod(temporary, mode);
  const error = await process.rename(temporary, file);
  if (error < 0) await util.die(`cannot rename ${temporary}: ${strerror(error)}`, EXIT_PANIC);
}
