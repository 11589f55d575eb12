/** ip route get: the route that a packet would take. Left out, and refused: every selector but source and output device. */
import { AttributeWriter, RTA_DST, RTA_OIF, RTA_SRC, RTM_GETROUTE, RTMSG_LEN, viewOf } from "../../../netlink/index.ts";
import { EXIT_KERNEL_REFUSED } from "../rtnl.ts";
import { matches, type Words } from "../words.ts";
import { die, eitherOr, type Ip, noDevice, outputOf, required } from "./context.ts";
import { IP_ROUTE_HELP } from "./help.ts";
import { familyOf, type Prefix, takePrefix } from "./prefix.ts";
import { parseRoute, printRoute } from "./route-print.ts";

/** The answer shall name the table. */
const RTM_F_LOOKUP_TABLE = 0x1000;
const REFUSED = ["iif", "mark", "tos", "dsfield", "vrf", "uid", "notify", "connected", "ipproto", "sport", "dport", "fibmatch", "as"];

interface Question {
  dst: Prefix | null;
  from: Prefix | null;
  device: string | null;
}

/** ip route get ADDRESS [from ADDRESS] [oif DEVICE] */
export async function getRoute(ip: Ip, words: Words): Promise<number> {
  const question: Question = { dst: null, from: null, device: null };
  for (let word = words.next(); word !== undefined; word = words.next()) {
    if (REFUSED.includes(word)) return await ip.tool.notModelled(`"${word}" of route get`);
    await takeWord(ip, words, word, question);
  }
  const { dst, from, device } = question;
  if (dst === null) {
    await ip.tool.err("need at least a destination address\n");
    return 1;
  }
  const index = device === null ? 0 : await ip.rtnl.indexOf(device);
  if (device !== null && index === 0) return await noDevice(ip, device);
  const header = new Uint8Array(RTMSG_LEN);
  header.set([familyOf(dst.bytes), dst.length, from?.length ?? 0]);
  viewOf(header).setUint32(8, RTM_F_LOOKUP_TABLE, true);
  const request = new AttributeWriter().header(header).bytes(RTA_DST, dst.bytes);
  if (from !== null) request.bytes(RTA_SRC, from.bytes);
  if (index !== 0) request.u32(RTA_OIF, index);
  const message = await ip.rtnl.get(RTM_GETROUTE, request.finish());
  const route = message === null ? null : parseRoute(message);
  if (route === null) return EXIT_KERNEL_REFUSED;
  const output = outputOf(ip);
  output.openArray();
  await printRoute(ip, output, route, {});
  output.closeArray();
  output.finish();
  return 0;
}

async function takeWord(ip: Ip, words: Words, word: string, question: Question): Promise<void> {
  if (word === "from") question.from = await takePrefix(ip, await required(ip, words));
  else if (word === "oif" || word === "dev") question.device = await required(ip, words);
  else if (word !== "to" && matches(word, "help")) return await die(ip, IP_ROUTE_HELP);
  else {
    const text = word === "to" ? await required(ip, words) : word;
    if (question.dst !== null) return await eitherOr(ip, "to", text);
    question.dst = await takePrefix(ip, text);
  }
}
