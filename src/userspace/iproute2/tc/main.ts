/**
 * Models tc of iproute2 6.1.0 (tc/tc.c, tc/tc_qdisc.c): tc qdisc show, and changes of ingress, clsact, mq, mqprio and pfifo_fast.
 * Left out, and refused: the rest.
 */
import {
  Attributes,
  AttributeWriter,
  NLM_F_CREATE,
  NLM_F_EXCL,
  NLM_F_REPLACE,
  RTM_DELQDISC,
  RTM_GETQDISC,
  RTM_NEWQDISC,
  TC_H_INGRESS,
  TC_H_ROOT,
  TCA_KIND,
  TCA_OPTIONS,
  TCMSG_LEN,
  viewOf,
} from "../../../netlink/index.ts";
import type { Program } from "../../../syscall/index.ts";
import { Output } from "../output.ts";
import { EXIT_KERNEL_REFUSED, linkName, Rtnl } from "../rtnl.ts";
import { EXIT_MINUS_ONE, IPROUTE2_VERSION, Tool } from "../tool.ts";
import { matches, Words } from "../words.ts";
import { PLAIN_KINDS, parseMqprio, printOptions } from "./kinds.ts";

const HELP = `Usage: tc [-s] [-d] [-j] [-p] qdisc [show [dev DEVICE] [ingress]]
       tc qdisc add|replace|del dev DEVICE ingress|clsact
       tc qdisc add|replace|change|link|del dev DEVICE root|parent CLASSID [handle HANDLE] [mq | pfifo_fast | mqprio OPTIONS]
`;
const OBJECTS = ["qdisc", "class", "filter", "chain", "actions", "monitor", "exec"];

/** Commands that change something, in the order in which they are looked for. */
const CHANGES: readonly (readonly [string, number, number])[] = [
  ["add", RTM_NEWQDISC, NLM_F_CREATE | NLM_F_EXCL],
  ["change", RTM_NEWQDISC, 0],
  ["replace", RTM_NEWQDISC, NLM_F_CREATE | NLM_F_REPLACE],
  ["link", RTM_NEWQDISC, NLM_F_REPLACE],
  ["delete", RTM_DELQDISC, 0],
];

interface Tc {
  readonly tool: Tool;
  readonly rtnl: Rtnl;
  readonly output: Output;
}

/** /usr/sbin/tc */
export const tc: Program = async (process) => {
  const tool = new Tool(process);
  const words = new Words(process.argv.slice(1));
  const layout = { json: false, pretty: false };
  for (let word = words.word; word?.startsWith("-"); word = words.word) {
    words.next();
    if (matches(word, "-Version")) {
      tool.out(`tc utility, iproute2-${IPROUTE2_VERSION}, libbpf 1\n`);
      return await tool.exit(0);
    }
    if (matches(word, "-json")) layout.json = true;
    else if (matches(word, "-pretty")) layout.pretty = true;
    else if (matches(word, "-help")) return await usage(tool, 0);
    else if (!["-statistics", "-stats", "-details"].some((option) => matches(word, option))) {
      await tool.err(`Option "${word}" is unknown, try "tc -help".\n`);
      return await tool.exit(255);
    }
  }
  const object = words.next();
  if (object === undefined || matches(object, "help")) return await usage(tool, 0);
  const known = OBJECTS.find((name) => matches(object, name));
  if (known === undefined) {
    await tool.err(`Object "${object}" is unknown, try "tc help".\n`);
    return await tool.exit(255);
  }
  if (known !== "qdisc") return await tool.exit(await tool.notModelled(`object "${known}"`));
  const rtnl = await Rtnl.open(tool);
  if (rtnl === null) return await tool.exit(1);
  return await tool.exit(await qdisc({ tool, rtnl, output: new Output((text) => tool.out(text), layout) }, words));
};

async function usage(tool: Tool, status: number): Promise<never> {
  await tool.err(HELP);
  return await tool.exit(status);
}

async function qdisc(tcRun: Tc, words: Words): Promise<number> {
  const word = words.next();
  if (word === undefined || ["list", "show", "lst"].some((name) => matches(word, name))) return await show(tcRun, words);
  const change = CHANGES.find(([name]) => matches(word, name));
  if (change !== undefined) return await modify(tcRun, words, change[1], change[2]);
  if (matches(word, "get")) return await tcRun.tool.notModelled(`command "qdisc ${word}"`);
  if (matches(word, "help")) return await usage(tcRun.tool, 1);
  await tcRun.tool.err(`Command "${word}" is unknown, try "tc qdisc help".\n`);
  return 1;
}

async function deviceIndex({ tool, rtnl }: Tc, name: string): Promise<number> {
  const index = await rtnl.indexOf(name);
  if (index === 0) await tool.err(`Cannot find device "${name}"\n`);
  return index;
}

async function show(tcRun: Tc, words: Words): Promise<number> {
  const { tool, rtnl, output } = tcRun;
  let only = 0;
  let ingressOnly = false;
  for (let word = words.next(); word !== undefined; word = words.next()) {
    if (word === "dev") {
      only = await deviceIndex(tcRun, words.next() ?? "");
      if (only === 0) return 1;
    } else if (word === "ingress" || word === "clsact") ingressOnly = true;
    else if (matches(word, "help")) return await usage(tool, 1);
    else {
      await tool.err(`What is "${word}"? Try "tc qdisc help".\n`);
      return 1;
    }
  }
  const messages = await rtnl.dump(RTM_GETQDISC, new Uint8Array(TCMSG_LEN));
  if (messages === null) return 1;
  output.openArray();
  for (const { payload } of messages) {
    const view = viewOf(payload);
    const index = view.getInt32(4, true);
    const attributes = Attributes.parse(payload, TCMSG_LEN);
    if (attributes === null || (only !== 0 && index !== only)) continue;
    if (ingressOnly && view.getUint32(12, true) !== TC_H_INGRESS) continue;
    await print(tcRun, only === 0 ? index : null, view, attributes);
  }
  output.closeArray();
  output.finish();
  return 0;
}

/** One line; the device is not named if only one was asked for. */
async function print({ rtnl, output }: Tc, index: number | null, view: DataView, attributes: Attributes): Promise<void> {
  const kind = attributes.string(TCA_KIND) ?? "";
  const handle = view.getUint32(8, true);
  const parent = view.getUint32(12, true);
  const refcnt = view.getUint32(16, true);
  const hex = (handle >>> 16).toString(16);
  output.openObject();
  output.field("kind", `qdisc ${kind} `, kind);
  output.field("handle", `${hex}: `, `${hex}:`);
  if (index !== null) {
    const link = await rtnl.linkAt(index);
    const name = link === null ? `if${index}` : linkName(link);
    output.field("dev", `dev ${name} `, name);
  }
  if (parent === TC_H_ROOT) output.field("root", "root ", true);
  else {
    const text = classid(parent);
    output.field("parent", `parent ${text} `, text);
  }
  if (refcnt !== 1) output.field("refcnt", `refcnt ${refcnt} `, refcnt);
  output.openObject("options");
  printOptions(output, kind, attributes.bytes(TCA_OPTIONS));
  output.closeObject();
  output.text("\n");
  output.closeObject();
}

/** print_tc_classid() */
function classid(handle: number): string {
  const [major, minor] = [handle >>> 16, handle & 0xffff];
  if (major === 0) return `:${minor.toString(16)}`;
  return minor === 0 ? `${major.toString(16)}:` : `${major.toString(16)}:${minor.toString(16)}`;
}

const INGRESS_HANDLE = 0xffff_0000;

/** What a change is about, and TCA_KIND and TCA_OPTIONS. */
interface Asked {
  device: string | null;
  handle: number;
  parent: number;
  kind: string | null;
  options: Uint8Array | null;
}

/** get_qdisc_handle(): `100:` or `100`, in hexadecimal. */
function qdiscHandle(text: string): number | null {
  const [, major] = /^([0-9a-fA-F]{1,4}):?$/.exec(text) ?? [];
  return major === undefined ? null : (Number.parseInt(major, 16) << 16) >>> 0;
}

/** get_tc_classid(): `100:4`, in hexadecimal. */
function classidOf(text: string): number | null {
  const [, major, minor] = /^([0-9a-fA-F]{0,4}):([0-9a-fA-F]{0,4})$/.exec(text) ?? [];
  if (major === undefined || minor === undefined) return null;
  return ((Number.parseInt(major || "0", 16) << 16) | Number.parseInt(minor || "0", 16)) >>> 0;
}

/** tc_qdisc_modify() up to the request: what the words ask for, or a status after an error. */
async function parseChange(tool: Tool, words: Words): Promise<Asked | number> {
  const asked: Asked = { device: null, handle: 0, parent: 0, kind: null, options: null };
  for (let word = words.next(); word !== undefined; word = words.next()) {
    if (word === "dev") asked.device = words.next() ?? null;
    else if (word === "root") asked.parent = TC_H_ROOT;
    else if (word === "ingress" || word === "clsact") {
      Object.assign(asked, { kind: word, handle: INGRESS_HANDLE, parent: TC_H_INGRESS });
    } else if (word === "handle" || word === "parent") {
      const text = words.next() ?? "";
      if (takeId(asked, word, text)) continue;
      await tool.err(`Error: argument "${text}" is wrong: invalid ${word === "handle" ? "qdisc" : "parent"} ID\n`);
      return EXIT_MINUS_ONE;
    } else if (matches(word, "help")) return await usage(tool, 1);
    else {
      const unknown = takeKind(asked, word, words);
      if (unknown !== null) return await tool.notModelled(unknown);
    }
  }
  return asked;
}

/** Where a discipline is, or its name. The two of ingress are always the same. False for what is no id. */
function takeId(asked: Asked, what: "handle" | "parent", text: string): boolean {
  const id = what === "handle" ? qdiscHandle(text) : text === "root" ? TC_H_ROOT : classidOf(text);
  if (id !== null && asked.parent !== TC_H_INGRESS) asked[what] = id;
  return id !== null;
}

/** A kind and all words behind it, or what of them is not modelled. */
function takeKind(asked: Asked, kind: string, words: Words): string | null {
  if (kind === "mqprio") {
    const options = parseMqprio(words);
    if (typeof options === "string") return `"${options}" of mqprio`;
    Object.assign(asked, { kind, options });
    return null;
  }
  if (!PLAIN_KINDS.includes(kind)) return `queueing discipline "${kind}"`;
  if (words.word !== undefined) return `an option of ${kind}`;
  asked.kind = kind;
  return null;
}

async function modify(tcRun: Tc, words: Words, type: number, flags: number): Promise<number> {
  const { tool, rtnl } = tcRun;
  const asked = await parseChange(tool, words);
  if (typeof asked === "number") return asked;
  const index = asked.device === null ? 0 : await deviceIndex(tcRun, asked.device);
  if (asked.device !== null && index === 0) return 1;
  const header = new Uint8Array(TCMSG_LEN);
  viewOf(header).setInt32(4, index, true);
  viewOf(header).setUint32(8, asked.handle, true);
  viewOf(header).setUint32(12, asked.parent, true);
  const message = new AttributeWriter().header(header);
  if (asked.kind !== null) message.string(TCA_KIND, asked.kind);
  if (asked.options !== null) message.bytes(TCA_OPTIONS, asked.options);
  return (await rtnl.talk(type, flags, message.finish())) ? 0 : EXIT_KERNEL_REFUSED;
}
