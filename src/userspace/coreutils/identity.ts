/** id(1) of root, the only user there is; uname(1), nproc(1), hostname(1). */
import { readTextFile } from "./input.ts";
import { quote } from "./quote.ts";
import { type Utility, utility } from "./utility.ts";

const idManual = {
  usage: "[OPTION]... [USER]...",
  short: "aGgnruzZ",
  long: { group: "g", groups: "G", name: "n", real: "r", user: "u", zero: "z", context: "Z" },
  refused: ["z", "Z"],
};

export const id = utility(idManual, async (util) => {
  const parts = ["u", "g", "G"].filter((letter) => util.has(letter));
  if (parts.length > 1) await util.die('cannot print "only" of more than one choice');
  if (parts.length === 0 && util.has("n", "r")) await util.die("cannot print only names or real IDs in default format");
  for (const user of util.operands.length === 0 ? ["root"] : util.operands) {
    if (user !== "root" && user !== "0") await util.fail(`${quote(user)}: no such user`);
    else await util.out(parts.length === 0 ? "uid=0(root) gid=0(root) groups=0(root)\n" : util.has("n") ? "root\n" : "0\n");
  }
});

const unameManual = {
  usage: "[OPTION]...",
  short: "aimnoprsv",
  long: {
    ...{ all: "a", "kernel-name": "s", nodename: "n", "kernel-release": "r", "kernel-version": "v", machine: "m" },
    ...{ processor: "p", "hardware-platform": "i", "operating-system": "o" },
  },
};

export const uname = utility(unameManual, async (util) => {
  await refuseOperands(util);
  const names = util.process.uname();
  const fields = [
    ["s", names.sysname],
    ["n", names.nodename],
    ["r", names.release],
    ["v", names.version],
    ["m", names.machine],
    ["p", "unknown"],
    ["i", "unknown"],
    ["o", "GNU/Linux"],
  ] as const;
  const asked = util.given.length === 0 ? ["s"] : util.given.map(({ letter }) => letter);
  // -a leaves out what is unknown.
  const shown = fields.filter(([letter, value]) => asked.includes(letter) || (asked.includes("a") && value !== "unknown"));
  await util.out(`${shown.map(([, value]) => value).join(" ")}\n`);
});

async function refuseOperands(util: Utility): Promise<void> {
  if (util.operands.length > 0) await util.misused(`extra operand ${quote(util.operands[0] ?? "")}`);
}

const nprocManual = { usage: "[OPTION]...", short: "", long: { all: "all", ignore: "ignore:" } };

/** The processors that /sys/devices/system/cpu/online counts. */
export const nproc = utility(nprocManual, async (util) => {
  await refuseOperands(util);
  const ignored = util.value("ignore") ?? "0";
  if (!/^\d+$/.test(ignored)) await util.die(`invalid number: ${quote(ignored)}`);
  const online = await readTextFile(util.process, "/sys/devices/system/cpu/online");
  const ranges = (typeof online === "number" ? "0" : online).trim().split(",");
  const count = ranges.map((range) => range.split("-").map(Number)).reduce((sum, [from = 0, to = from]) => sum + to - from + 1, 0);
  await util.out(`${Math.max(1, count - Number(ignored))}\n`);
});

const hostnameManual = { usage: "", short: "aAbdfF:iIsyVh", refused: [..."aAbdfFiIyVh"] };

/** Shows the name; setting it is refused. */
export const hostname = utility(hostnameManual, async (util) => {
  if (util.operands.length > 0) await util.notModelled("setting the host name");
  const { nodename } = util.process.uname();
  await util.out(`${util.has("s") ? nodename.replace(/\..*$/, "") : nodename}\n`);
});
