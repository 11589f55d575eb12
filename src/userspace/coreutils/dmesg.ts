/** dmesg(1) of util-linux: -c, -C, -k, -l, -r, -t, -T, -x. Left out: following, colours, files, other clocks. */
import { bootTime, momentOf, strftime } from "../lib/index.ts";
import { quote } from "./quote.ts";
import { type Utility, utility } from "./utility.ts";

const LEVELS = ["emerg", "alert", "crit", "err", "warn", "notice", "info", "debug"];

const manual = {
  usage: "[options]",
  short: "CcDdEeF:f:HhJkL::l:n:Pprs:StTuVwWx",
  long: {
    clear: "C",
    "read-clear": "c",
    kernel: "k",
    level: "l",
    raw: "r",
    notime: "t",
    ctime: "T",
    decode: "x",
    ...{
      follow: "w",
      "follow-new": "W",
      human: "H",
      color: "L",
      file: "F",
      facility: "f",
      reltime: "e",
      "show-delta": "d",
      userspace: "u",
    },
    ...{
      "console-level": "n",
      "console-on": "E",
      "console-off": "D",
      "force-prefix": "p",
      nopager: "P",
      "buffer-size": "s",
      syslog: "S",
      json: "J",
    },
    ...{ "time-format": "time-format:", since: "since:", until: "until:", noescape: "noescape" },
  },
  refused: [..."DdEeFfHhJLnsSuwW", "time-format", "since", "until"],
};

interface LogRecord {
  readonly level: number;
  /** ns since boot. */
  readonly time: number;
  readonly text: string;
}

export const dmesg = utility(manual, async (util) => {
  const levels = await levelsAsked(util);
  if (util.operands.length > 0) await util.misused("bad usage");
  const { process } = util;
  if (!util.has("C")) {
    const records = await process.syslog("read_all");
    const boot = bootTime(process);
    for (const record of records) if (levels === null || levels.includes(record.level)) await util.out(lineOf(util, record, boot));
  }
  if (util.has("C", "c")) await process.syslog("clear");
});

async function levelsAsked(util: Utility): Promise<readonly number[] | null> {
  const list = util.value("l");
  if (list === undefined) return null;
  const levels: number[] = [];
  for (const name of list.split(",")) {
    const level = LEVELS.indexOf(name);
    if (level < 0) await util.die(`unknown level ${quote(name)}`);
    levels.push(level);
  }
  return levels;
}

function lineOf(util: Utility, { level, time, text }: LogRecord, boot: number): string {
  const seconds = Math.floor(time / 1e9);
  const micros = Math.floor((time - seconds * 1e9) / 1e3);
  const plain = `[${String(seconds).padStart(5)}.${String(micros).padStart(6, "0")}] `;
  if (util.has("r")) return `<${level}>${plain}${text}\n`;
  const stamp = util.has("t") ? "" : util.has("T") ? `[${strftime("%a %b %e %H:%M:%S %Y", momentOf(boot + time))}] ` : plain;
  const decoded = util.has("x") ? `${"kern".padEnd(6)}:${(LEVELS[level] ?? "").padEnd(6)}: ` : "";
  // A record of several lines is indented, so that the next stamp stands out.
  return `${decoded}${stamp}${text.replace(/\n(?=[^\n])/g, `\n${" ".repeat(decoded.length + stamp.length)}`)}\n`;
}
