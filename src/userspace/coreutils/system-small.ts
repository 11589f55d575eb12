/**
 * Questions about the system: getent(1), getconf(1), whereis(1), pwd(1), uptime(1) with -p and -s, uuidgen(1). The machine has no
 * files below /etc: root is its only user, localhost its only host. Left out: getent's other databases, uptime's load averages.
 */
import { type Program, S_IFMT, S_IFREG } from "../../syscall/index.ts";
import { bootTime, complain, momentOf, print, strftime } from "../lib/index.ts";
import { readTextFile } from "./input.ts";
import { type Utility, utility } from "./utility.ts";

/** Entries by their keys. */
type Database = readonly { readonly keys: readonly string[]; readonly line: string }[];

const DATABASES: Readonly<Record<string, Database>> = {
  passwd: [{ keys: ["root", "0"], line: "root:x:0:0:root:/root:/bin/bash" }],
  group: [{ keys: ["root", "0"], line: "root:x:0:" }],
  shadow: [{ keys: ["root"], line: "root:*:18567:0:99999:7:::" }],
  hosts: [{ keys: ["localhost", "127.0.0.1"], line: "127.0.0.1       localhost" }],
};

const OTHER_DATABASES = /^(ahosts|ahostsv4|ahostsv6|aliases|ethers|gshadow|initgroups|netgroup|networks|protocols|rpc|services)$/;

const GETENT_HINT = "Try `getent --help' or `getent --usage' for more information.\n";

export const getent: Program = async (process) => {
  const [name, ...keys] = process.argv.slice(1).filter((word) => !/^-[is]?/.test(word));
  if (name === undefined) {
    await complain(process, "getent: wrong number of arguments\n");
    await print(process, GETENT_HINT);
    return 1;
  }
  const database = DATABASES[name];
  if (database === undefined) {
    if (OTHER_DATABASES.test(name)) await complain(process, `getent: database ${name} is not modelled by this emulator\n`);
    else {
      await complain(process, `Unknown database: ${name}\n`);
      await print(process, GETENT_HINT);
    }
    return 1;
  }
  const found: readonly (Database[number] | undefined)[] =
    keys.length === 0 ? database : keys.map((key) => database.find((entry) => entry.keys.includes(key)));
  for (const entry of found) if (entry !== undefined) await print(process, `${entry.line}\n`);
  return found.includes(undefined) ? 2 : 0;
};

/** Limits of the system and of C's types, as glibc on x86-64 has them. */
const CONFIGURATION: Readonly<Record<string, string | number>> = {
  ...{ PAGESIZE: 4096, PAGE_SIZE: 4096, ARG_MAX: 2_097_152, LONG_BIT: 64, WORD_BIT: 32, CHAR_BIT: 8, INT_MAX: 2_147_483_647, CLK_TCK: 100 },
  ...{
    NAME_MAX: 255,
    PATH_MAX: 4096,
    PIPE_BUF: 4096,
    LINK_MAX: 127,
    PATH: "/bin:/usr/bin",
    HOST_NAME_MAX: 64,
    LINE_MAX: 2048,
    IOV_MAX: 1024,
  },
  ...{
    SSIZE_MAX: 32_767,
    UINT_MAX: 4_294_967_295,
    INT_MIN: -2_147_483_648,
    NGROUPS_MAX: 65_536,
    _POSIX_VERSION: 200_809,
    POSIX2_VERSION: 200_809,
  },
};

export const getconf: Program = async (process) => {
  const words = process.argv.slice(1);
  if (words[0] === "-a") return await refuse(process, "option '-a'");
  const [name, , extra] = words;
  if (name === undefined || extra !== undefined) {
    await complain(process, "Usage: getconf [-v specification] variable_name [pathname]\n       getconf -a [pathname]\n");
    return 2;
  }
  const value =
    /^_?NPROCESSORS_(ONLN|CONF)$/.test(name) && name.startsWith("_")
      ? await processors(process)
      : name === "OPEN_MAX"
        ? process.getrlimit("RLIMIT_NOFILE").rlim_cur
        : CONFIGURATION[name];
  if (value === undefined) {
    await complain(process, `getconf: Unrecognized variable \`${name}'\n`);
    return 2;
  }
  await print(process, `${value}\n`);
  return 0;
};

async function refuse(process: Parameters<Program>[0], what: string): Promise<number> {
  await complain(process, `getconf: ${what} is not modelled by this emulator\n`);
  return 1;
}

async function processors(process: Parameters<Program>[0]): Promise<number> {
  const online = await readTextFile(process, "/sys/devices/system/cpu/online");
  const [from = 0, to = from] = (typeof online === "number" ? "0" : online).trim().split("-").map(Number);
  return to - from + 1;
}

const whereisManual = { usage: "[options] [-BMS <dir>... -f] <name>", short: "bmsuBMSfgl", refused: [..."uBMSfgl"] };

/** There are no manual pages and no sources. */
export const whereis = utility(whereisManual, async (util) => {
  if (util.operands.length === 0) await util.misused("not enough arguments");
  for (const name of util.operands) {
    const found: string[] = [];
    if (!util.has("m", "s") || util.has("b")) {
      for (const folder of ["/usr/bin", "/usr/sbin"]) if (await isFile(util, `${folder}/${name}`)) found.push(`${folder}/${name}`);
    }
    await util.out(`${[`${name}:`, ...found].join(" ")}\n`);
  }
});

async function isFile(util: Utility, path: string): Promise<boolean> {
  const stat = await util.process.stat(path);
  return typeof stat !== "number" && (stat.mode & S_IFMT) === S_IFREG;
}

/** Without -L the name without links, whatever $PWD says. */
export const pwd = utility({ usage: "[OPTION]...", short: "LP", long: { logical: "L", physical: "P" } }, async (util) => {
  if (util.operands.length > 0) await util.say("ignoring non-option arguments");
  const { process } = util;
  const named = process.env.get("PWD") ?? "";
  if (util.lastOf("L", "P") === "L" && named.startsWith("/") && !/(^|\/)\.\.?(\/|$)/.test(named)) {
    const [a, b] = [await process.stat(named), await process.stat(".")];
    if (typeof a !== "number" && typeof b !== "number" && a.ino === b.ino && a.dev === b.dev) return await util.out(`${named}\n`);
  }
  await util.out(`${process.getcwd()}\n`);
});

export const uptime = utility(
  { version: "uptime from procps-ng 4.0.2", usage: "[options]", short: "psh", long: { pretty: "p", since: "s" } },
  async (util) => {
    const { process } = util;
    if (util.has("s")) return await util.out(`${strftime("%Y-%m-%d %H:%M:%S", momentOf(bootTime(process)))}\n`);
    if (!util.has("p")) return await util.notModelled("the load average");
    const minutes = Math.floor(process.clockMonotonic() / 60e9);
    const parts = [
      [Math.floor(minutes / 10_080), "week"],
      [Math.floor(minutes / 1440) % 7, "day"],
      [Math.floor(minutes / 60) % 24, "hour"],
      [minutes % 60, "minute"],
    ] as const;
    const shown = parts.filter(([count]) => count > 0).map(([count, unit]) => `${count} ${unit}${count === 1 ? "" : "s"}`);
    await util.out(`up ${shown.length === 0 ? "0 minutes" : shown.join(", ")}\n`);
  },
);

const uuidManual = { usage: "[options]", short: "rtn:N:msx", long: { random: "r", time: "t" }, refused: [..."tnNmsx"] };

/** From the machine's seed. */
export const uuidgen = utility(uuidManual, async (util) => {
  const digits = Array.from({ length: 32 }, () => util.process.random(16));
  digits[12] = 4;
  digits[16] = 8 + (util.process.random(16) & 3);
  const hex = digits.map((digit) => digit.toString(16)).join("");
  await util.out(`${[hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-")}\n`);
});
