/**
 * Names of network namespaces: files below /run/netns onto which namespaces are mounted. What ip, devlink and rdma do to
 * enter one and to turn a name into a descriptor.
 */
import { ENOENT, strerror } from "../../kernel/index.ts";
import { type Fd, O_CLOEXEC, O_RDONLY, type Process } from "../../syscall/index.ts";
import { CLONE_NEWNET, CLONE_NEWNS, MNT_DETACH, MS_BIND, MS_REC, MS_SLAVE } from "../lib/index.ts";
import type { Tool } from "./tool.ts";

export const NETNS_RUN_DIR = "/run/netns";
const NETNS_ETC_DIR = "/etc/netns";
const NAME_MAX = 255;

const encoder = new TextEncoder();

/** A name that cannot be a file of /run/netns. */
export function isInvalidNetnsName(name: string): boolean {
  return name === "" || name === "." || name === ".." || name.includes("/") || encoder.encode(name).length > NAME_MAX;
}

/** netns_get_fd(): a descriptor of the namespace of that name, or of that path if it has a slash; or a negative errno. */
export function openNetns(process: Process, name: string): Promise<Fd> {
  return process.open(name.includes("/") ? name : `${NETNS_RUN_DIR}/${name}`, O_RDONLY | O_CLOEXEC);
}

/** Names of namespaces in the order of the directory; none if there is no directory. Or a negative errno. */
export async function netnsNames(process: Process): Promise<readonly string[] | number> {
  const entries = await process.readdir(NETNS_RUN_DIR);
  if (typeof entries === "number") return entries === -ENOENT ? [] : entries;
  return entries.map((entry) => entry.name).filter((name) => name !== "." && name !== "..");
}

/**
 * netns_switch(): enters the namespace, with a mount namespace of its own in which /sys shows it. Says what went wrong and
 * returns whether it succeeded. `name` is undefined where the command line ended, which the real programs do not check.
 */
export async function netnsSwitch(tool: Tool, name: string | undefined): Promise<boolean> {
  const { process } = tool;
  const shown = name ?? "(null)";
  const fd = await process.open(`${NETNS_RUN_DIR}/${shown}`, O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    await tool.err(`Cannot open network namespace "${shown}": ${strerror(fd)}\n`);
    return false;
  }
  const entered = await process.setns(fd, CLONE_NEWNET);
  await process.close(fd);
  if (entered < 0) {
    await tool.err(`setting the network namespace "${shown}" failed: ${strerror(entered)}\n`);
    return false;
  }
  return await showNetnsInSys(tool, shown);
}

async function showNetnsInSys(tool: Tool, name: string): Promise<boolean> {
  const { process } = tool;
  const unshared = await process.unshare(CLONE_NEWNS);
  if (unshared < 0) {
    await tool.err(`unshare failed: ${strerror(unshared)}\n`);
    return false;
  }
  const slaved = await process.mount("", "/", "none", MS_SLAVE | MS_REC, "");
  if (slaved < 0) {
    await tool.err(`"mount --make-rslave /" failed: ${strerror(slaved)}\n`);
    return false;
  }
  await process.umount2("/sys", MNT_DETACH);
  const mounted = await process.mount(name, "/sys", "sysfs", 0, "");
  if (mounted < 0) {
    await tool.err(`mount of /sys failed: ${strerror(mounted)}\n`);
    return false;
  }
  await bindEtc(tool, name);
  return true;
}

/** Files below /etc/netns/NAME take the place of those in /etc. */
async function bindEtc(tool: Tool, name: string): Promise<void> {
  const entries = await tool.process.readdir(`${NETNS_ETC_DIR}/${name}`);
  if (typeof entries === "number") return;
  for (const entry of entries) {
    if (entry.name === "." || entry.name === "..") continue;
    const source = `${NETNS_ETC_DIR}/${name}/${entry.name}`;
    const target = `/etc/${entry.name}`;
    const bound = await tool.process.mount(source, target, "none", MS_BIND, "");
    if (bound < 0) await tool.err(`Bind ${source} -> ${target} failed: ${strerror(bound)}\n`);
  }
}
