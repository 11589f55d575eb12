/** dmesg(1) of util-linux: -c, -C, -k, -l, -r, -t, -T, -w, -W, -x. Left out: colours, files, other clocks. */
import { EINTR, EPIPE, strerror } from "../../kernel/index.ts";
import { O_RDONLY } from "../../syscall/index.ts";
import { bootTime, decode, momentOf, strftime } from "../lib/index.ts";
import { quote } from "./quote.ts";
import { type Utility, utility } from "./utility.ts";

const SEEK_END = 2;
const SEEK_DATA = 3;
/** The longest record that /dev/kmsg gives. */
const RECORD_MAX = 8192;

const LEVELS = ["emerg", "alert", "crit", "err", "warn", "notice", "info", "debug"];

const manual = {
  version: "dmesg from util-linux 2.38.1",
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
  refused: [..."DdEeFfHhJLnsSu", "time-format", "since", "until"],
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
  const print = async (record: LogRecord): Promise<void> => {
    if (levels === null || levels.includes(record.level)) await util.out(lineOf(util, record, bootTime(process)));
  };
  if (util.has("w", "W") && !util.has("C", "c")) {
    await follow(util, print);
    return;
  }
  if (!util.has("C")) {
    const records = await process.syslog("read_all");
    for (const record of records) await print(record);
  }
  if (util.has("C", "c")) await process.syslog("clear");
});

/** -w: the log from the last clear on and then what comes, for ever; -W: only what comes. */
async function follow(util: Utility, print: (record: LogRecord) => Promise<void>): Promise<void> {
  const { process } = util;
  const fd = await process.open("/dev/kmsg", O_RDONLY);
  if (fd < 0) await util.die(`cannot open /dev/kmsg: ${strerror(fd)}`);
  await process.lseek(fd, 0, util.has("W") ? SEEK_END : SEEK_DATA);
  for (;;) {
    const bytes = await process.read(fd, RECORD_MAX);
    // Records that were lost meanwhile are passed over.
    if (bytes === -EPIPE || bytes === -EINTR) continue;
    if (typeof bytes === "number") return await util.die(`read kernel buffer failed: ${strerror(bytes)}`);
    const record = /^(\d+),\d+,(\d+),[^;]*;(.*)\n$/s.exec(decode(bytes));
    if (record === null) continue;
    await print({ level: Number(record[1]) & 7, time: Number(record[2]) * 1000, text: record[3] ?? "" });
    await util.flush();
  }
}

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
