/** tee(1): -a, -i, -p, --output-error. */
import { EPIPE, SIGINT, SIGPIPE, strerror } from "../../kernel/index.ts";
import { type Fd, O_APPEND, O_CREAT, O_TRUNC, O_WRONLY } from "../../syscall/index.ts";
import { STDIN, STDOUT, writeAll } from "../lib/index.ts";
import { chooseWord } from "./choices.ts";
import { readSome } from "./input.ts";
import { quoteIfNeeded } from "./quote.ts";
import { type Utility, utility } from "./utility.ts";

const manual = {
  usage: "[OPTION]... [FILE]...",
  short: "aip",
  long: { append: "a", "ignore-interrupts": "i", "output-error": "output-error::" },
};

export const tee = utility(manual, async (util) => {
  const { process } = util;
  if (util.has("i")) process.sigaction(SIGINT, "ignore");
  const mode = await errorMode(util);
  if (mode !== null) process.sigaction(SIGPIPE, "ignore");
  const outputs: Output[] = [{ fd: STDOUT, name: "standard output" }];
  for (const path of util.operands) {
    const fd = await process.open(path, O_WRONLY | O_CREAT | (util.has("a") ? O_APPEND : O_TRUNC), 0o666);
    if (fd < 0) await util.fail(`${quoteIfNeeded(path)}: ${strerror(fd)}`);
    else outputs.push({ fd, name: path });
  }
  await pour(util, outputs, mode);
});

interface Output {
  readonly fd: Fd;
  readonly name: string;
}

async function pour(util: Utility, outputs: Output[], mode: ErrorMode | null): Promise<void> {
  const { process } = util;
  for (;;) {
    const bytes = await readSome(process, STDIN);
    if (typeof bytes === "number") return await util.fail(`read error: ${strerror(bytes)}`);
    if (bytes.length === 0 || outputs.length === 0) return;
    for (const output of [...outputs]) {
      const error = await writeAll(process, output.fd, bytes);
      if (error === 0) continue;
      // Where SIGPIPE is ignored a reader that has gone is no failure, unless that was asked for.
      const quiet = error === -EPIPE && mode !== "warn" && mode !== "exit";
      if (!quiet) await util.fail(`${quoteIfNeeded(output.name)}: ${strerror(error)}`);
      if (!quiet && mode?.startsWith("exit") === true) await util.end(1);
      outputs.splice(outputs.indexOf(output), 1);
    }
  }
}

const MODES = ["warn", "warn-nopipe", "exit", "exit-nopipe"] as const;

type ErrorMode = (typeof MODES)[number];

/** What is done when something cannot be written; null without -p and --output-error: SIGPIPE ends tee. */
async function errorMode(util: Utility): Promise<ErrorMode | null> {
  const last = util.given.findLast(({ letter }) => letter === "p" || letter === "output-error");
  if (last === undefined) return null;
  if (last.argument === "") return last.letter === "p" ? "warn-nopipe" : "warn";
  return await chooseWord(
    util,
    last.argument,
    "--output-error",
    MODES.map((mode) => [mode] as const),
  );
}
