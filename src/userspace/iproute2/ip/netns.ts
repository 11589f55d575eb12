/** Models ip netns of iproute2 6.1.0 (ip/ipnetns.c): names of network namespaces. */

import { ENOENT, strerror } from "../../../kernel/index.ts";
import { O_CLOEXEC, O_RDONLY } from "../../../syscall/index.ts";
import { isInvalidNetnsName, NETNS_RUN_DIR, netnsNames } from "../netns.ts";

import { EXIT_MINUS_ONE } from "../tool.ts";
import { matches, type Words } from "../words.ts";
import { die, type Ip, type IpCommand, outputOf } from "./context.ts";
import { IP_NETNS_HELP } from "./help.ts";
import { netnsAdd, netnsAttach, netnsDelete } from "./netns-add.ts";
import { netnsExec } from "./netns-exec.ts";
import { NsidMap, netnsListId, netnsSet, nsidOf } from "./netns-id.ts";
import { netnsMonitor } from "./netns-monitor.ts";

/** The commands in the order in which a prefix is looked up. */
const COMMANDS: readonly (readonly [string, IpCommand])[] = [
  ["list", netnsList],
  ["show", netnsList],
  ["lst", netnsList],
  ["list-id", netnsListId],
  ["help", (ip) => die(ip, IP_NETNS_HELP)],
  ["add", netnsAdd],
  ["set", netnsSet],
  ["delete", netnsDelete],
  ["identify", netnsIdentify],
  ["pids", netnsPids],
  ["exec", netnsExec],
  ["monitor", netnsMonitor],
  ["attach", netnsAttach],
];

/** ip netns ... */
export async function ipNetns(ip: Ip, words: Words): Promise<number> {
  const word = words.next();
  if (word === undefined) return await netnsList(ip);
  const name = words.word;
  if (!ip.options.all && name !== undefined && isInvalidNetnsName(name)) return await die(ip, `Invalid netns name "${name}"\n`);
  for (const [command, run] of COMMANDS) if (matches(word, command)) return await run(ip, words);
  await ip.tool.err(`Command "${word}" is unknown, try "ip netns help".\n`);
  return EXIT_MINUS_ONE;
}

/** Every file of the directory is a name; its id is asked for twice, for the map of ids and for the line. */
async function netnsList(ip: Ip): Promise<number> {
  await NsidMap.read(ip);
  const entries = await ip.tool.process.readdir(NETNS_RUN_DIR);
  if (entries === -ENOENT) return 0;
  if (typeof entries === "number") {
    await ip.tool.err(`Failed to open directory ${NETNS_RUN_DIR}: ${strerror(entries)}\n`);
    return 1;
  }
  const output = outputOf(ip);
  output.openArray();
  for (const { name } of entries) {
    if (name === "." || name === "..") continue;
    output.openObject();
    output.field("name", name, name);
    const nsid = await nsidOf(ip, name);
    if (nsid !== null && nsid >= 0) output.field("id", ` (id: ${nsid})`, nsid);
    output.text("\n");
    output.closeObject();
  }
  output.closeArray();
  output.finish();
  return 0;
}

function isPid(text: string): boolean {
  return /^\d*$/.test(text);
}

/** A namespace as two paths that lead to the same one are recognised. */
async function identityOf(ip: Ip, path: string): Promise<string | number> {
  const { process } = ip.tool;
  const fd = await process.open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return fd;
  const stat = await process.fstat(fd);
  await process.close(fd);
  return typeof stat === "number" ? stat : `${stat.dev}:${stat.ino}`;
}

/** Prints the name of a process's namespace, the last one if it has several, or an empty line. */
async function netnsIdentify(ip: Ip, words: Words): Promise<number> {
  const { tool } = ip;
  const pid = words.next();
  if (!words.atEnd) return await fail(ip, "extra arguments specified\n");
  if (pid !== undefined && !isPid(pid)) return await fail(ip, `Specified string '${pid}' is not a pid\n`);
  const wanted = await identityOf(ip, `/proc/${pid ?? "self"}/ns/net`);
  if (typeof wanted === "number") return await fail(ip, `Cannot open network namespace: ${strerror(wanted)}\n`);
  const names = await netnsNames(tool.process);
  if (typeof names === "number") return await fail(ip, `Failed to open directory ${NETNS_RUN_DIR}:${strerror(names)}\n`);
  let found = "";
  for (const name of names) {
    const stat = await tool.process.stat(`${NETNS_RUN_DIR}/${name}`);
    if (typeof stat !== "number" && `${stat.dev}:${stat.ino}` === wanted) found = name;
  }
  tool.out(`${found}\n`);
  return 0;
}

async function netnsPids(ip: Ip, words: Words): Promise<number> {
  const { tool } = ip;
  const name = words.next();
  if (name === undefined) return await fail(ip, "No netns name specified\n");
  if (!words.atEnd) return await fail(ip, "extra arguments specified\n");
  const wanted = await identityOf(ip, `${NETNS_RUN_DIR}/${name}`);
  if (typeof wanted === "number") return await fail(ip, `Cannot open network namespace: ${strerror(wanted)}\n`);
  const entries = await tool.process.readdir("/proc");
  if (typeof entries === "number") return await fail(ip, `Open of /proc failed: ${strerror(entries)}\n`);
  for (const entry of entries) {
    if (!isPid(entry.name)) continue;
    const stat = await tool.process.stat(`/proc/${entry.name}/ns/net`);
    if (typeof stat !== "number" && `${stat.dev}:${stat.ino}` === wanted) tool.out(`${entry.name}\n`);
  }
  return 0;
}

async function fail(ip: Ip, message: string): Promise<number> {
  await ip.tool.err(message);
  return 1;
}
