/**
 * date(1) on the virtual clock, in UTC: +FORMAT, -u, -R, -I, --rfc-3339, -r FILE, and -d with "now", "@SECONDS" or an ISO
 * date and time. Left out: setting the clock, and the rest of the grammar of -d.
 */

import { strerror } from "../../kernel/index.ts";
import { type Moment, momentOf, strftime } from "../lib/index.ts";
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
  refused: ["f", "s", "debug", "resolution"],
};

const ISO_FORMATS: Readonly<Record<string, string>> = {
  "": "%Y-%m-%d",
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

const ISO_DATE = /^(\d{4})-(\d\d?)-(\d\d?)(?:[T ]+(\d\d?):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?(?:\s*(?:Z|UTC|GMT|\+00:?00))?$/i;

/** Words that the real program understands in -d. */
const RELATIVE =
  /\b(today|yesterday|tomorrow|ago|next|last|this|(second|sec|minute|min|hour|day|week|fortnight|month|year)s?|noon|midnight)\b/i;

export const date = utility(manual, async (util) => {
  const [operand, extra] = util.operands;
  if (extra !== undefined) await util.misused(`extra operand ${quote(extra)}`);
  if (operand !== undefined && !operand.startsWith("+")) {
    if (/^\d{8}(\d\d(\d\d)?)?(\.\d\d)?$/.test(operand)) await util.notModelled("setting the clock");
    await util.die(`invalid date ${quote(operand)}`);
  }
  const option = await formatOption(util);
  if (option !== null && operand !== undefined) await util.die("multiple output formats specified");
  const format = option ?? operand?.slice(1) ?? "%a %b %e %H:%M:%S %Z %Y";
  await util.out(`${strftime(format, await momentAsked(util))}\n`);
});

async function formatOption(util: Utility): Promise<string | null> {
  if (util.has("R")) return "%a, %d %b %Y %H:%M:%S %z";
  for (const [letter, formats, name] of [
    ["I", ISO_FORMATS, "--iso-8601"],
    ["rfc-3339", RFC_3339_FORMATS, "--rfc-3339"],
  ] as const) {
    const argument = util.value(letter);
    if (argument === undefined) continue;
    const key = Object.keys(formats).find((known) => known === argument || (argument !== "" && known.startsWith(argument)));
    return formats[key ?? "?"] ?? (await util.misused(`invalid argument ${quote(argument)} for ${quote(name)}`));
  }
  return null;
}

async function momentAsked(util: Utility): Promise<Moment> {
  const [text, reference] = [util.value("d"), util.value("r")];
  if (reference !== undefined) {
    const stat = await util.process.stat(reference);
    return typeof stat === "number" ? await util.die(`${quoteIfNeeded(reference)}: ${strerror(stat)}`) : momentOf(stat.mtime);
  }
  if (text === undefined || text === "now") return momentOf(util.process.clockRealtime());
  const found = parseDate(text.trim());
  if (found !== null) return found;
  return RELATIVE.test(text) ? await util.notModelled(`date ${quote(text)}`) : await util.die(`invalid date ${quote(text)}`);
}

/** "@SECONDS" or an ISO date and time; null if it is neither. */
export function parseDate(text: string): Moment | null {
  const seconds = /^@(-?\d+)(?:\.(\d{1,9}))?$/.exec(text);
  if (seconds !== null) return { seconds: Number(seconds[1]), nanoseconds: Number((seconds[2] ?? "").padEnd(9, "0")) };
  const iso = ISO_DATE.exec(text);
  if (iso === null) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = iso.slice(1, 7).map((field) => Number(field ?? 0));
  const ms = Date.UTC(year, month - 1, day, hour, minute, second);
  const valid = new Date(ms).getUTCDate() === day && month >= 1 && month <= 12 && hour < 24 && minute < 60 && second <= 60;
  return valid ? { seconds: ms / 1000, nanoseconds: Number((iso[7] ?? "").padEnd(9, "0")) } : null;
}
