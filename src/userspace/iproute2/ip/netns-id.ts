/** Ids that one namespace has for others (nsid): ip netns set and list-id, and the map from ids to names. */
import { strerror } from "../../../kernel/index.ts";
import {
  AF_UNSPEC,
  Attributes,
  AttributeWriter,
  NETNSA_CURRENT_NSID,
  NETNSA_FD,
  NETNSA_NSID,
  NETNSA_TARGET_NSID,
  type NetlinkMessage,
  RTGENMSG_LEN,
  RTM_GETNSID,
  RTM_NEWNSID,
} from "../../../netlink/index.ts";
import type { Fd } from "../../../syscall/index.ts";
import { netnsNames, openNetns } from "../netns.ts";
import { EXIT_KERNEL_REFUSED } from "../rtnl.ts";
import { INT_MAX, INT_MIN, parseInteger, type Words } from "../words.ts";
import { die, duplicateArgument, type Ip, invalidArgument, outputOf, required } from "./context.ts";
import { IP_NETNS_HELP } from "./help.ts";

function rtgenmsg(): AttributeWriter {
  return new AttributeWriter().header(Uint8Array.of(AF_UNSPEC));
}

function nsidIn(message: NetlinkMessage, type: number): number | null {
  return Attributes.parse(message.payload, RTGENMSG_LEN)?.s32(type) ?? null;
}

/** The id that the kernel has for the namespace of that name, or null after an error, which is said. */
export async function nsidOf(ip: Ip, name: string): Promise<number | null> {
  const fd = await openNetns(ip.tool.process, name);
  if (fd < 0) return null;
  const message = await ip.rtnl.get(RTM_GETNSID, rtgenmsg().u32(NETNSA_FD, fd).finish());
  await ip.tool.process.close(fd);
  return message === null ? null : nsidIn(message, NETNSA_NSID);
}

/** Names by id, read once. Files that are no namespace make the kernel complain, as they do with the real program. */
export class NsidMap {
  private readonly names: ReadonlyMap<number, string>;

  private constructor(names: ReadonlyMap<number, string>) {
    this.names = names;
  }

  static async read(ip: Ip): Promise<NsidMap> {
    const names = await netnsNames(ip.tool.process);
    const map = new Map<number, string>();
    for (const name of typeof names === "number" ? [] : names) {
      const nsid = await nsidOf(ip, name);
      if (nsid !== null && nsid >= 0) map.set(nsid, name);
    }
    return new NsidMap(map);
  }

  nameOf(nsid: number): string | undefined {
    return this.names.get(nsid);
  }
}

/** ip netns set NAME NSID|auto */
export async function netnsSet(ip: Ip, words: Words): Promise<number> {
  const { tool } = ip;
  const name = words.next();
  if (name === undefined) return await complain(ip, "No netns name specified\n");
  const text = words.next();
  if (text === undefined) return await complain(ip, "No nsid specified\n");
  const nsid = text === "auto" ? -1 : parseInteger(text, INT_MIN, INT_MAX);
  if (nsid === null) return await invalidArgument(ip, 'Invalid "netnsid" value', text);
  if (nsid < 0 && text !== "auto") return await invalidArgument(ip, '"netnsid" value should be >= 0', text);
  const fd: Fd = await openNetns(tool.process, name);
  if (fd < 0) return await complain(ip, `Cannot open network namespace "${name}": ${strerror(fd)}\n`);
  const done = await ip.rtnl.talk(RTM_NEWNSID, 0, rtgenmsg().u32(NETNSA_FD, fd).s32(NETNSA_NSID, nsid).finish());
  await tool.process.close(fd);
  return done ? 0 : EXIT_KERNEL_REFUSED;
}

async function complain(ip: Ip, message: string): Promise<number> {
  await ip.tool.err(message);
  return 1;
}

/** ip netns list-id [target-nsid NSID] [nsid NSID] */
export async function netnsListId(ip: Ip, words: Words): Promise<number> {
  const map = await NsidMap.read(ip);
  let target: number | null = null;
  let nsid: number | null = null;
  for (let word = words.next(); word !== undefined; word = words.next()) {
    if (word === "target-nsid") target = await takeNsid(ip, words, word, target);
    else if (word === "nsid") nsid = await takeNsid(ip, words, word, nsid);
    else return await die(ip, IP_NETNS_HELP);
  }
  const messages = nsid === null ? await dumpNsids(ip, target) : await getNsid(ip, nsid, target);
  if (messages === null) return nsid === null ? 1 : EXIT_KERNEL_REFUSED;
  const output = outputOf(ip);
  output.openArray();
  for (const message of messages) printNsid(message, map, output);
  output.closeArray();
  output.finish();
  return 0;
}

async function takeNsid(ip: Ip, words: Words, key: string, before: number | null): Promise<number> {
  const text = await required(ip, words);
  if (before !== null) return await duplicateArgument(ip, key, text);
  const nsid = parseInteger(text, INT_MIN, INT_MAX);
  if (nsid === null) return await invalidArgument(ip, `"${key}" value is invalid`, text);
  if (nsid < 0) return await invalidArgument(ip, `"${key}" value should be >= 0`, text);
  return nsid;
}

function dumpNsids(ip: Ip, target: number | null): Promise<readonly NetlinkMessage[] | null> {
  const request = rtgenmsg();
  if (target !== null) request.s32(NETNSA_TARGET_NSID, target);
  return ip.rtnl.dump(RTM_GETNSID, request.finish());
}

async function getNsid(ip: Ip, nsid: number, target: number | null): Promise<readonly NetlinkMessage[] | null> {
  const request = rtgenmsg().s32(NETNSA_NSID, nsid);
  if (target !== null) request.s32(NETNSA_TARGET_NSID, target);
  const message = await ip.rtnl.get(RTM_GETNSID, request.finish());
  return message === null ? null : [message];
}

function printNsid(message: NetlinkMessage, map: NsidMap, output: ReturnType<typeof outputOf>): void {
  const nsid = nsidIn(message, NETNSA_NSID);
  if (nsid === null) return;
  const current = nsidIn(message, NETNSA_CURRENT_NSID);
  output.openObject();
  if (nsid < 0) output.field("nsid", "nsid unassigned ", "unassigned");
  else output.field("nsid", `nsid ${nsid} `, nsid);
  if (current !== null && current >= 0) output.field("current-nsid", `current-nsid ${current} `, current);
  const name = map.nameOf(current ?? nsid);
  if (name !== undefined) output.field("name", `(iproute2 netns name: ${name})`, name);
  output.text("\n");
  output.closeObject();
}

/** get_name_from_nsid(): for lines of ip link; looks below /run/netns without complaining. */
export async function nameOfNsid(ip: Ip, nsid: number): Promise<string | null> {
  const names = await netnsNames(ip.tool.process);
  for (const name of typeof names === "number" ? [] : names) {
    const fd = await openNetns(ip.tool.process, name);
    if (fd < 0) continue;
    const message = await ip.rtnl.lookUp(RTM_GETNSID, rtgenmsg().u32(NETNSA_FD, fd).finish());
    await ip.tool.process.close(fd);
    if (message !== null && nsidIn(message, NETNSA_NSID) === nsid) return name;
  }
  return null;
}
