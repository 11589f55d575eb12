/**
 * date(1) on the virtual clock, in UTC: +FORMAT, -u, -R, -I, --rfc-3339, -r FILE, -f FILE, -d. Left out: setting the clock,
 * other time zones (TZ).
 */
import { strerror } from "../../kernel/index.ts";
import { type Moment, momentOf, strftime } from "../lib/index.ts";
import { chooseWord } from "./choices.ts";
import { readTextFile, splitLines } from "./input.ts";
import { quote, quoteIfNeeded } from "./quote.ts";
import { type Utility, utility } from "./utility.ts";

const manual = {
  usage: "[OPTION]... [+FORMAT]",
  short: "d:f:I::r:Rs:u",
  long: {
    date: "d",
    file: "f",
    "iso-8601": "I",
    reference: "r",
    "rfc-email": "R",
    "rfc-3339": "rfc-3339:",
    set: "s",
    utc: "u",
    universal: "u",
    debug: "debug",
    resolution: "resolution",
  },
  refused: ["s", "debug"],
};

const ISO_FORMATS: Readonly<Record<string, string>> = {
  date: "%Y-%m-%d",
  hours: "%Y-%m-%dT%H%:z",
  minutes: "%Y-%m-%dT%H:%M%:z",
  seconds: "%Y-%m-%dT%H:%M:%S%:z",
  ns: "%Y-%m-%dT%H:%M:%S,%N%:z",
};

const RFC_3339_FORMATS: Readonly<Record<string, string>> = {
  date: "%Y-%m-%d",
  seconds: "%Y-%m-%d %H:%M:%S%:z",
  ns: "%Y-%m-%d %H:%M:%S.%N%:z",
};

export const date = utility(manual, async (util) => {
  const [operand, extra] = util.operands;
  if (extra !== undefined) await util.misused(`extra operand ${quote(extra)}`);
  if (operand !== undefined && !operand.startsWith("+")) {
    if (/^\d{8}(\d\d(\d\d)?)?(\.\d\d)?$/.test(operand)) await util.notModelled("setting the clock");
    await util.die(`invalid date ${quote(operand)}`);
  }
  if (util.has("resolution")) return await util.out("0.000000001\n");
  const option = await formatOption(util);
  if (option !== null && operand !== undefined) await util.die("multiple output formats specified");
  const format = option ?? operand?.slice(1) ?? "%a %b %e %H:%M:%S %Z %Y";
  const file = util.value("f");
  if (file !== undefined) return await showFile(util, file, format);
  await util.out(`${strftime(format, await momentAsked(util, util.value("d")))}\n`);
});

async function formatOption(util: Utility): Promise<string | null> {
  if (util.has("R")) return "%a, %d %b %Y %H:%M:%S %z";
  for (const [letter, formats, name, words] of [
    ["I", ISO_FORMATS, "--iso-8601", [["hours"], ["minutes"], ["date"], ["seconds"], ["ns"]]],
    ["rfc-3339", RFC_3339_FORMATS, "--rfc-3339", [["date"], ["seconds"], ["ns"]]],
  ] as const) {
    const argument = util.value(letter);
    if (argument === undefined) continue;
    return formats[argument === "" ? "date" : await chooseWord(util, argument, name, words)] ?? null;
  }
  return null;
}

async function momentAsked(util: Utility, text: string | undefined): Promise<Moment> {
  const reference = util.value("r");
  if (reference !== undefined) {
    const stat = await util.process.stat(reference);
    return typeof stat === "number" ? await util.die(`${quoteIfNeeded(reference)}: ${strerror(stat)}`) : momentOf(stat.mtime);
  }
  const now = momentOf(util.process.clockRealtime());
  if (text === undefined) return now;
  if (text.includes("TZ=")) await util.notModelled(`a time zone in ${quote(text)}`);
  const { parseDate } = await util.process.hostCall(() => import("./date-parse.ts"));
  return parseDate(text, now) ?? (await util.die(`invalid date ${quote(text)}`));
}

/** Every line of a file is a date (-f). */
async function showFile(util: Utility, path: string, format: string): Promise<void> {
  const text = await readTextFile(util.process, path === "-" ? "/dev/stdin" : path);
  if (typeof text === "number") return await util.die(`${quoteIfNeeded(path)}: ${strerror(text)}`);
  const { parseDate } = await util.process.hostCall(() => import("./date-parse.ts"));
  for (const line of splitLines(text)) {
    const moment = parseDate(line, momentOf(util.process.clockRealtime()));
    if (moment === null) await util.fail(`invalid date ${quote(line)}`);
    else await util.out(`${strftime(format, moment)}\n`);
  }
}
