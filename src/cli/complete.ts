/** What Tab offers: commands, files, and what commands of this world take at a place: verbs, devices, ports, namespaces. */

import { declaredModules, type Task } from "../kernel/index.ts";
import type { Machine } from "../machine.ts";

const PATH = ["/usr/sbin", "/usr/bin"];

const BUILTINS =
  "alias bg break case cd command continue declare echo eval exec exit export false fg for function hash help if jobs kill let local mapfile popd printf pushd pwd read return set shift source test time trap true type ulimit umask unset until wait while".split(
    " ",
  );

/** Names that only the machine knows. */
const NAMES = {
  NETNS: (machine) => machine.inspect().netns.flatMap(({ name }) => (name === null ? [] : [name])),
  NETDEV: (machine, task) => {
    const here = machine.netnsOf(task) ?? "init_net";
    return machine.inspect().netdevs.flatMap(({ name, netns }) => (netns === here ? [name] : []));
  },
  DEVICE: (machine) => machine.inspect().devlink.map(({ handle }) => handle),
  RDMA: (machine) => machine.inspect().rdma.map(({ name }) => name),
  RDMAPORT: (machine) => machine.inspect().rdma.flatMap(({ name, ports }) => ports.map(({ port }) => `${name}/${port}`)),
  MODULE: (machine) => declaredModules(machine.kernel).map(({ name }) => name),
} satisfies Readonly<Record<string, (machine: Machine, task: Task) => readonly string[]>>;

/** The words of a command so far, without its options, and what can come next. The first that fits holds. */
const NEXT: readonly (readonly [RegExp, string])[] = [
  [/^ip$/, "address link monitor netns route rule"],
  [/^ip netns$/, "add attach delete exec identify list list-id monitor pids set"],
  [/^ip netns (del(ete)?|exec|pids|set|attach)$/, "NETNS"],
  [/^ip l(i|in|ink)?$/, "add delete set show"],
  [/^ip l(i|in|ink)? (set|show|del(ete)?)( dev)?$/, "NETDEV"],
  [/^ip l(i|in|ink)? set (dev )?\S+$/, "up down name netns mtu address alias master nomaster"],
  [/^ip l(i|in|ink)? add .*\btype$/, "bridge dummy veth vlan"],
  [/^ip (a|addr|address)$/, "add delete flush show"],
  [/^ip (a|addr|address) show$/, "NETDEV"],
  [/^ip \S+ .*\b(dev|master|link)$/, "NETDEV"],
  [/^devlink$/, "dev dpipe health monitor port rate region resource sb trap"],
  [/^devlink dev$/, "eswitch flash info param reload show"],
  [/^devlink dev (info|reload|show|flash|eswitch (set|show)|param (set|show))$/, "DEVICE"],
  [/^devlink dev eswitch$/, "set show"],
  [/^devlink dev eswitch set \S+$/, "mode inline-mode encap-mode"],
  [/^devlink dev eswitch set .*\bmode$/, "legacy switchdev"],
  [/^devlink dev param$/, "set show"],
  [/^devlink dev reload .*\baction$/, "driver_reinit fw_activate"],
  [/^devlink dev reload .*\blimit$/, "no_reset"],
  [/^devlink dev reload .*\bnetns$/, "NETNS"],
  [/^devlink dev reload \S+( \S+ \S+)*$/, "netns action limit"],
  [/^devlink port$/, "add del function health param set show split unsplit"],
  [/^devlink port (set|show|split|unsplit|del)$/, "NETDEV"],
  [/^devlink (health|region|resource|trap)$/, "show"],
  [/^devlink (health|region|resource|trap) show$/, "DEVICE"],
  [/^devlink monitor/, "all dev health port region trap"],
  [/^rdma$/, "dev link resource statistic system"],
  [/^rdma (dev|link|resource|system)$/, "set show"],
  [/^rdma dev (set|show)$/, "RDMA"],
  [/^rdma dev set \S+$/, "name netns"],
  [/^rdma link show$/, "RDMAPORT"],
  [/^rdma system set$/, "netns"],
  [/^rdma system set netns$/, "exclusive shared"],
  [/^(modprobe|rmmod)\b/, "MODULE"],
  [/^ethtool( --json| -I)*( -[aAcCgGilL]| --(show|set)-fec)?$/, "NETDEV"],
  [/ netns$/, "NETNS"],
];

/** Options that take a namespace. */
const NETNS_OPTIONS = new Set(["-n", "-netns", "-N", "--Netns"]);
/** A command that another runs: the rest is completed as if it stood alone. */
const PREFIX = /^(?:ip netns exec \S+|ip -n(?:etns)? \S+ netns exec \S+|time|nohup|exec|command) /;

/** The candidates for the last word of the line, and that word. `task` is the shell that would run it. */
export function complete(machine: Machine, task: Task, line: string): readonly [readonly string[], string] {
  let command = line.slice(Math.max(...["|", ";", "&", "("].map((mark) => line.lastIndexOf(mark))) + 1).trimStart();
  for (let prefix = PREFIX.exec(command); prefix !== null; prefix = PREFIX.exec(command))
    command = command.slice(prefix[0].length).trimStart();
  const words = command.split(/\s+/);
  const word = words.pop() ?? "";
  const found = words.length === 0 ? commands(machine, task, word) : next(machine, task, words, word);
  const fitting = [...new Set(found)].filter((name) => name.startsWith(word)).sort();
  return [fitting, word];
}

function commands(machine: Machine, task: Task, word: string): readonly string[] {
  if (word.includes("/")) return files(machine, task, word);
  return [...BUILTINS, ...PATH.flatMap((directory) => machine.names(task, directory))].map((name) => `${name} `);
}

function next(machine: Machine, task: Task, words: readonly string[], word: string): readonly string[] {
  if (NETNS_OPTIONS.has(words.at(-1) ?? "")) return NAMES.NETNS(machine).map((name) => `${name} `);
  const said = words.filter((each, index) => !each.startsWith("-") && !NETNS_OPTIONS.has(words[index - 1] ?? "")).join(" ");
  const rule = NEXT.find(([pattern]) => pattern.test(said));
  if (rule === undefined) return files(machine, task, word);
  const [, what] = rule;
  const names = what.split(" ").flatMap((each) => (isName(each) ? NAMES[each](machine, task) : [each]));
  return names.map((name) => `${name} `);
}

function isName(word: string): word is keyof typeof NAMES {
  return word in NAMES;
}

function files(machine: Machine, task: Task, word: string): readonly string[] {
  const slash = word.lastIndexOf("/");
  const directory = word.slice(0, slash + 1);
  const names = machine.names(task, directory === "" ? "." : directory.replace(/^~\//, "/root/"));
  return names.map((name) => `${directory}${name.endsWith("/") ? name : `${name} `}`);
}
