/** touch(1): -a, -c, -m, -r FILE, -d "now", "@SECONDS" or an ISO date and time. Left out: -t, -h, the rest of the grammar of -d. */
import { ENOENT, strerror } from "../../kernel/index.ts";
import { O_CREAT, O_NONBLOCK, O_WRONLY } from "../../syscall/index.ts";
import { parseDate } from "./date.ts";
import { quote } from "./quote.ts";
import { type Utility, utility } from "./utility.ts";

const manual = {
  usage: "[OPTION]... FILE...",
  short: "acd:fhmr:t:",
  long: { "no-create": "c", date: "d", "no-dereference": "h", reference: "r", time: "time:" },
  refused: ["h", "t", "time"],
};

export const touch = utility(manual, async (util) => {
  if (util.operands.length === 0) await util.missingOperand("file operand");
  const time = await timeAsked(util);
  for (const path of util.operands) {
    let error = await util.process.utimens(path, time);
    if (error === -ENOENT) {
      if (util.has("c")) continue;
      const fd = await util.process.open(path, O_WRONLY | O_CREAT | O_NONBLOCK, 0o666);
      error = fd < 0 ? fd : await util.process.close(fd);
      if (error === 0 && time !== null) error = await util.process.utimens(path, time);
    }
    if (error < 0) await util.fail(`cannot touch ${quote(path)}: ${strerror(error)}`);
  }
});

/** ns since the epoch; null for now. */
async function timeAsked(util: Utility): Promise<number | null> {
  const [text, reference] = [util.value("d"), util.value("r")];
  if (reference !== undefined) {
    const stat = await util.process.stat(reference);
    if (typeof stat === "number") return await util.die(`failed to get attributes of ${quote(reference)}: ${strerror(stat)}`);
    return stat.mtime;
  }
  if (text === undefined || text === "now") return null;
  const found = parseDate(text.trim());
  if (found === null) return await util.die(`invalid date format ${quote(text)}`);
  return found.seconds * 1e9 + found.nanoseconds;
}
