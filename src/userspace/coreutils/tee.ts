/** tee(1): -a, -i. Left out: -p. */
import { SIGINT, strerror } from "../../kernel/index.ts";
import { type Fd, O_APPEND, O_CREAT, O_TRUNC, O_WRONLY } from "../../syscall/index.ts";
import { STDIN, STDOUT, writeAll } from "../lib/index.ts";
import { readSome } from "./input.ts";
import { quoteIfNeeded } from "./quote.ts";
import { utility } from "./utility.ts";

const manual = {
  usage: "[OPTION]... [FILE]...",
  short: "aip",
  long: { append: "a", "ignore-interrupts": "i", "output-error": "output-error::" },
  refused: ["p", "output-error"],
};

export const tee = utility(manual, async (util) => {
  const { process } = util;
  if (util.has("i")) process.sigaction(SIGINT, "ignore");
  const outputs: { readonly fd: Fd; readonly name: string }[] = [{ fd: STDOUT, name: "standard output" }];
  for (const path of util.operands) {
    const fd = await process.open(path, O_WRONLY | O_CREAT | (util.has("a") ? O_APPEND : O_TRUNC), 0o666);
    if (fd < 0) await util.fail(`${quoteIfNeeded(path)}: ${strerror(fd)}`);
    else outputs.push({ fd, name: path });
  }
  for (;;) {
    const bytes = await readSome(process, STDIN);
    if (typeof bytes === "number") return await util.fail(`read error: ${strerror(bytes)}`);
    if (bytes.length === 0) return;
    for (const output of [...outputs]) {
      const error = await writeAll(process, output.fd, bytes);
      if (error === 0) continue;
      await util.fail(`${quoteIfNeeded(output.name)}: ${strerror(error)}`);
      outputs.splice(outputs.indexOf(output), 1);
    }
  }
});
