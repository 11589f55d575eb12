/** touch(1): -a, -c, -m, -r FILE, -d DATE, -t STAMP. Left out: -h, and the time of the last access, which no file here has. */
import { ENOENT, strerror } from "../../kernel/index.ts";
import { O_CREAT, O_NONBLOCK, O_WRONLY } from "../../syscall/index.ts";
import { momentOf } from "../lib/index.ts";
import { quote } from "./quote.ts";
import { type Utility, utility } from "./utility.ts";

const manual = {
  usage: "[OPTION]... FILE...",
  short: "acd:fhmr:t:",
  long: { "no-create": "c", date: "d", "no-dereference": "h", reference: "r", time: "time:" },
  refused: ["h"],
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
  if (util.has("t")) return await stampTime(util, util.value("t") ?? "");
  if (text === undefined || text === "now") return null;
  const { parseDate } = await util.process.hostCall(() => import("./date-parse.ts"));
  const found = parseDate(text, momentOf(util.process.clockRealtime()));
  if (found === null) return await util.die(`invalid date format ${quote(text)}`);
  return found.seconds * 1e9 + found.nanoseconds;
}

/** [[CC]YY]MMDDhhmm[.ss] */
async function stampTime(util: Utility, text: string): Promise<number> {
  const match = /^(\d\d(?:\d\d)?)?(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d\d))?$/.exec(text);
  const [, years, ...rest] = match ?? [];
  const [month = 0, day = 0, hour = 0, minute = 0, second = 0] = rest.map((field) => Number(field ?? 0));
  const short = Number(years) + (Number(years) < 69 ? 2000 : 1900);
  const now = new Date(util.process.clockRealtime() / 1e6).getUTCFullYear();
  const year = years === undefined ? now : years.length === 4 ? Number(years) : short;
  const date = new Date(Date.UTC(year, month - 1, day));
  if (match === null || date.getUTCMonth() !== month - 1 || hour > 23 || minute > 59 || second > 60)
    return await util.die(`invalid date format ${quote(text)}`);
  return (date.getTime() / 1000 + hour * 3600 + minute * 60 + second) * 1e9;
}
