/** Models ip rule of iproute2 6.1.0 (ip/iprule.c): rules by source and destination. Left out, and refused: all other selectors and actions. */
import {
  AF_INET,
  Attributes,
  AttributeWriter,
  FIB_RULE_HDR_LEN,
  FR_ACT_TO_TBL,
  FRA_DST,
  FRA_PRIORITY,
  FRA_PROTOCOL,
  FRA_SRC,
  FRA_TABLE,
  NLM_F_CREATE,
  NLM_F_EXCL,
  RTM_DELRULE,
  RTM_GETRULE,
  RTM_NEWRULE,
} from "../../../netlink/index.ts";
import { formatInet } from "../inet.ts";
import { EXIT_KERNEL_REFUSED } from "../rtnl.ts";
import { EXIT_MINUS_ONE } from "../tool.ts";
import { matches, parseInteger, UINT_MAX, type Words } from "../words.ts";
import { die, type Ip, type IpCommand, outputOf, required, takeNumber } from "./context.ts";
import { IP_RULE_HELP } from "./help.ts";
import { type Prefix, takePrefix } from "./prefix.ts";
import { parseTable, protocolName, tableName } from "./route-names.ts";

const RTPROT_KERNEL = 2;

const COMMANDS: readonly (readonly [string, IpCommand])[] = [
  ["list", listRules],
  ["lst", listRules],
  ["show", listRules],
  ["save", (ip) => ip.tool.notModelled('command "rule save"')],
  ["restore", (ip) => ip.tool.notModelled('command "rule restore"')],
  ["add", (ip, words) => modifyRule(ip, words, RTM_NEWRULE)],
  ["delete", (ip, words) => modifyRule(ip, words, RTM_DELRULE)],
  ["flush", (ip) => ip.tool.notModelled('command "rule flush"')],
  ["help", (ip) => die(ip, IP_RULE_HELP)],
];

/** ip rule ... */
export async function ipRule(ip: Ip, words: Words): Promise<number> {
  const word = words.next();
  if (word === undefined) return await listRules(ip, words);
  for (const [command, run] of COMMANDS) if (matches(word, command)) return await run(ip, words);
  await ip.tool.err(`Command "${word}" is unknown, try "ip rule help".\n`);
  return EXIT_MINUS_ONE;
}

async function listRules(ip: Ip, words: Words): Promise<number> {
  if (!words.atEnd) return await ip.tool.notModelled(`the filter "${words.word}" of a listing`);
  const header = new Uint8Array(FIB_RULE_HDR_LEN);
  header[0] = ip.options.family === 0 ? AF_INET : ip.options.family;
  const messages = await ip.rtnl.dump(RTM_GETRULE, new AttributeWriter().header(header).finish());
  if (messages === null) return EXIT_KERNEL_REFUSED;
  const output = outputOf(ip);
  output.openArray();
  for (const { payload } of messages) {
    const tb = Attributes.parse(payload, FIB_RULE_HDR_LEN);
    if (tb === null) continue;
    const [, dst_len = 0, src_len = 0] = payload;
    const pref = tb.u32(FRA_PRIORITY) ?? 0;
    output.openObject();
    output.field("priority", `${pref}:\t`, pref);
    printEnd(output, "src", "from ", tb.bytes(FRA_SRC), src_len, "all");
    printEnd(output, "dst", "to ", tb.bytes(FRA_DST), dst_len, null);
    const table = tb.u32(FRA_TABLE) ?? 0;
    output.field("table", `lookup ${tableName(table)} `, tableName(table));
    const protocol = tb.u8(FRA_PROTOCOL) ?? 0;
    if ((protocol !== 0 && protocol !== RTPROT_KERNEL) || ip.options.details > 0) {
      output.field("protocol", ` proto ${protocolName(protocol)} `, protocolName(protocol));
    }
    output.text("\n");
    output.closeObject();
  }
  output.closeArray();
  output.finish();
  return 0;
}

function printEnd(
  output: ReturnType<typeof outputOf>,
  key: "src" | "dst",
  word: string,
  bytes: Uint8Array | undefined,
  length: number,
  otherwise: string | null,
): void {
  if (bytes === undefined) {
    if (otherwise !== null) output.field(key, `${word}${otherwise} `, otherwise);
    return;
  }
  const whole = length === bytes.length * 8;
  output.field(key, `${word}${formatInet(bytes)}${whole ? "" : `/${length}`} `, formatInet(bytes));
  if (!whole) output.jsonField(`${key}len`, length);
}

interface RuleRequest {
  from: Prefix | null;
  to: Prefix | null;
  table: number | null;
  pref: number | null;
}

async function modifyRule(ip: Ip, words: Words, type: number): Promise<number> {
  const request: RuleRequest = { from: null, to: null, table: null, pref: null };
  if (words.atEnd && type === RTM_NEWRULE) {
    await ip.tool.err('"ip rule add" requires arguments.\n');
    return 1;
  }
  for (let word = words.next(); word !== undefined; word = words.next()) {
    if (word === "from") request.from = await takePrefix(ip, await required(ip, words));
    else if (word === "to") request.to = await takePrefix(ip, await required(ip, words));
    else if (matches(word, "preference") || matches(word, "order") || matches(word, "priority")) {
      request.pref = await takeNumber(
        ip,
        await required(ip, words),
        (text) => parseInteger(text, 0, UINT_MAX),
        "preference value is invalid\n",
      );
    } else if (matches(word, "table") || word === "lookup") {
      request.table = await takeNumber(ip, await required(ip, words), parseTable, "invalid table ID\n");
    } else if (word === "help") return await die(ip, IP_RULE_HELP);
    else return await ip.tool.notModelled(`the selector "${word}" of a rule`);
  }
  const flags = type === RTM_NEWRULE ? NLM_F_CREATE | NLM_F_EXCL : 0;
  return (await ip.rtnl.talk(type, flags, encode(ip, request, type))) ? 0 : EXIT_KERNEL_REFUSED;
}

function encode(ip: Ip, { from, to, table, pref }: RuleRequest, type: number): Uint8Array {
  const chosen = table ?? (type === RTM_NEWRULE ? 254 : 0);
  const family = ip.options.family || from?.family || to?.family || AF_INET;
  const header = new Uint8Array(FIB_RULE_HDR_LEN);
  header.set([family, to?.length ?? 0, from?.length ?? 0, 0, chosen < 256 ? chosen : 0, 0, 0, type === RTM_NEWRULE ? FR_ACT_TO_TBL : 0]);
  const w = new AttributeWriter().header(header);
  if (from !== null && from.length > 0) w.bytes(FRA_SRC, from.bytes);
  if (to !== null && to.length > 0) w.bytes(FRA_DST, to.bytes);
  if (pref !== null) w.u32(FRA_PRIORITY, pref);
  if (chosen >= 256) w.u32(FRA_TABLE, chosen);
  return w.finish();
}
