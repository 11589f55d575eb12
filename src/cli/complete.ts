/** What Tab offers: commands, files, and the names that commands of this world take: devices, ports, namespaces. */

import type { Task } from "../kernel/index.ts";
import type { Machine } from "../machine.ts";

const PATH = ["/usr/sbin", "/usr/bin"];

const BUILTINS =
  "alias bg break cd command continue declare echo eval exec exit export false fg hash help history if jobs kill let local printf pwd read return set shift source test time trap true type ulimit umask unset until wait while for case function".split(
    " ",
  );

/** Words that begin commands below the first word of these. */
const OBJECTS: Readonly<Record<string, readonly string[]>> = {
  ip: ["address", "link", "monitor", "netns", "route", "rule"],
  "ip netns": ["add", "attach", "delete", "exec", "identify", "list", "list-id", "monitor", "pids", "set"],
  devlink: ["dev", "dpipe", "health", "monitor", "port", "rate", "region", "resource", "sb", "trap"],
  "devlink dev": ["eswitch", "flash", "info", "param", "reload", "show"],
  rdma: ["dev", "link", "resource", "statistic", "system"],
};

/** The candidates for the last word of the line, and that word. `task` is the shell that would run it. */
export function complete(machine: Machine, task: Task, line: string): readonly [readonly string[], string] {
  const command = line.slice(Math.max(...["|", ";", "&", "("].map((mark) => line.lastIndexOf(mark))) + 1).trimStart();
  const words = command.split(/\s+/);
  const word = words.pop() ?? "";
  const found = words.length === 0 ? commandsAndFiles(machine, task, word) : argumentsOf(machine, task, words, word);
  return [[...new Set(found)].filter((name) => name.startsWith(word)).sort(), word];
}

function commandsAndFiles(machine: Machine, task: Task, word: string): readonly string[] {
  if (word.includes("/")) return files(machine, task, word);
  return [...BUILTINS, ...PATH.flatMap((directory) => machine.names(task, directory))].map((name) => `${name} `);
}

function argumentsOf(machine: Machine, task: Task, words: readonly string[], word: string): readonly string[] {
  const path = files(machine, task, word);
  const options = words.filter((candidate) => !candidate.startsWith("-"));
  const below = OBJECTS[options.join(" ")] ?? [];
  const state = machine.inspect();
  const names = [
    ...below,
    ...state.netns.flatMap(({ name }) => (name === null ? [] : [name])),
    ...state.netdevs.map(({ name }) => name),
    ...state.devlink.map(({ handle }) => handle),
    ...state.rdma.flatMap(({ name, ports }) => [name, ...ports.map(({ port }) => `${name}/${port}`)]),
    ...(words[0] === "devlink" && options.includes("reload") ? ["netns"] : []),
  ];
  return [...names.map((name) => `${name} `), ...path];
}

function files(machine: Machine, task: Task, word: string): readonly string[] {
  const slash = word.lastIndexOf("/");
  const directory = word.slice(0, slash + 1);
  const names = machine.names(task, directory === "" ? "." : directory.replace(/^~\//, "/root/"));
  return names.map((name) => `${directory}${name.endsWith("/") ? name : `${name} `}`);
}
