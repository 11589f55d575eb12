/** Models tc of iproute2 6.1.0 (tc/tc.c, tc/tc_qdisc.c): tc qdisc show, and add and del of ingress and clsact. Left out, and refused: the rest. */
import {
  Attributes,
  AttributeWriter,
  NLM_F_CREATE,
  NLM_F_EXCL,
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
import { IPROUTE2_VERSION, Tool } from "../tool.ts";
import { matches, Words } from "../words.ts";

const HELP = `Usage: tc [-s] [-d] [-j] [-p] qdisc [show [dev DEVICE] [ingress]]
       tc qdisc add|del dev DEVICE ingress|clsact
`;
const OBJECTS = ["qdisc", "class", "filter", "chain", "actions", "monitor", "exec"];

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
  if (matches(word, "add")) return await modify(tcRun, words, RTM_NEWQDISC, NLM_F_CREATE | NLM_F_EXCL);
  if (matches(word, "delete")) return await modify(tcRun, words, RTM_DELQDISC, 0);
  if (["change", "replace", "link", "get"].some((name) => matches(word, name)))
    return await tcRun.tool.notModelled(`command "qdisc ${word}"`);
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
    await print(tcRun, index, view, attributes);
  }
  output.closeArray();
  output.finish();
  return 0;
}

async function print({ rtnl, output }: Tc, index: number, view: DataView, attributes: Attributes): Promise<void> {
  const kind = attributes.string(TCA_KIND) ?? "";
  const handle = view.getUint32(8, true);
  const parent = view.getUint32(12, true);
  const refcnt = view.getUint32(16, true);
  const link = await rtnl.linkAt(index);
  const name = link === null ? `if${index}` : linkName(link);
  const hex = (handle >>> 16).toString(16);
  output.openObject();
  output.field("kind", `qdisc ${kind} `, kind);
  output.field("handle", `${hex}: `, `${hex}:`);
  output.field("dev", `dev ${name} `, name);
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

function printOptions(output: Output, kind: string, options: Uint8Array | undefined): void {
  if (kind === "ingress") output.text("---------------- ");
  if (options === undefined || kind !== "pfifo_fast") return;
  const bands = viewOf(options).getUint32(0, true);
  output.field("bands", `bands ${bands} `, bands);
  output.text("priomap");
  output.openArray("priomap");
  for (const band of options.subarray(4)) output.item(` ${band}`, band);
  output.closeArray();
}

async function modify(tcRun: Tc, words: Words, type: number, flags: number): Promise<number> {
  const { tool, rtnl } = tcRun;
  let device: string | null = null;
  let kind: string | null = null;
  for (let word = words.next(); word !== undefined; word = words.next()) {
    if (word === "dev") device = words.next() ?? null;
    else if (word === "ingress" || word === "clsact") kind = word;
    else if (matches(word, "help")) return await usage(tool, 1);
    else if (word !== "handle") return await tool.notModelled(`"${word}" of a queueing discipline`);
    else words.next();
  }
  if (kind === null) return await tool.notModelled("a queueing discipline other than ingress and clsact");
  const index = device === null ? 0 : await deviceIndex(tcRun, device);
  if (device !== null && index === 0) return 1;
  const header = new Uint8Array(TCMSG_LEN);
  viewOf(header).setInt32(4, index, true);
  viewOf(header).setUint32(8, 0xffff_0000, true);
  viewOf(header).setUint32(12, TC_H_INGRESS, true);
  return (await rtnl.talk(type, flags, new AttributeWriter().header(header).string(TCA_KIND, kind).finish())) ? 0 : EXIT_KERNEL_REFUSED;
}
