/** touch(1): -a, -c, -m; the time is now. Left out: other times. */
import { ENOENT, strerror } from "../../kernel/index.ts";
import { O_CREAT, O_NONBLOCK, O_WRONLY } from "../../syscall/index.ts";
import { quote } from "./quote.ts";
import { utility } from "./utility.ts";

const manual = {
  usage: "[OPTION]... FILE...",
  short: "acd:fhmr:t:",
  long: { "no-create": "c", date: "d", "no-dereference": "h", reference: "r", time: "time:" },
  refused: ["d", "h", "r", "t", "time"],
};

export const touch = utility(manual, async (util) => {
  if (util.operands.length === 0) await util.missingOperand("file operand");
  for (const path of util.operands) {
    let error = await util.process.utimens(path, null);
    if (error === -ENOENT) {
      if (util.has("c")) continue;
      const fd = await util.process.open(path, O_WRONLY | O_CREAT | O_NONBLOCK, 0o666);
      error = fd < 0 ? fd : await util.process.close(fd);
    }
    if (error < 0) await util.fail(`cannot touch ${quote(path)}: ${strerror(error)}`);
  }
});
