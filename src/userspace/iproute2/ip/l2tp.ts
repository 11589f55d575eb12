/** Models ip l2tp show of iproute2 6.1.0 (ip/ipl2tp.c): asks the family `l2tp` for its tunnels or sessions; there are none. */
import { strerror } from "../../../kernel/index.ts";
import { NLM_F_DUMP } from "../../../netlink/index.ts";
import { GenlFamily } from "../genl.ts";
import { EXIT_MINUS_ONE } from "../tool.ts";
import { matches, type Words } from "../words.ts";
import { die, type Ip } from "./context.ts";
import { IP_L2TP_HELP } from "./help.ts";

const L2TP_GENL_VERSION = 1;
const L2TP_CMD_TUNNEL_GET = 4;
const L2TP_CMD_SESSION_GET = 8;

/** ip l2tp show tunnel|session */
export async function ipL2tp(ip: Ip, words: Words): Promise<number> {
  const word = words.next();
  if (word === undefined || matches(word, "help")) return await die(ip, IP_L2TP_HELP);
  const family = await GenlFamily.open(ip.tool.process, "l2tp", L2TP_GENL_VERSION);
  if (typeof family === "number") {
    await ip.tool.err(`RTNETLINK answers: ${strerror(family)}\nError talking to the kernel\n`);
    return 1;
  }
  if (matches(word, "add") || matches(word, "delete")) return await ip.tool.notModelled(`command "l2tp ${word}"`);
  if (!["show", "list", "lst"].some((name) => matches(word, name))) {
    await ip.tool.err(`Command "${word}" is unknown, try "ip l2tp help".\n`);
    return EXIT_MINUS_ONE;
  }
  const what = words.next();
  if (what !== "tunnel" && what !== "session") return await die(ip, IP_L2TP_HELP);
  const answer = await family.request(what === "tunnel" ? L2TP_CMD_TUNNEL_GET : L2TP_CMD_SESSION_GET, NLM_F_DUMP, () => {});
  if (answer.error === 0) return 0;
  await ip.tool.err(`RTNETLINK answers: ${strerror(answer.error)}\nDump terminated\n`);
  return 1;
}
