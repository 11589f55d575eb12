/**
 * Models netlink/{netlink,nlsock}.c of ethtool 6.1: requests about a device and what is said of those that fail. Left out: the
 * ioctls that it falls back to on kernels without a request, and the question whether the kernel knows a flag.
 */
import { EOPNOTSUPP, strerror } from "../../../kernel/index.ts";
import {
  type Attributes,
  type AttributeWriter,
  ETHTOOL_A_HEADER,
  ETHTOOL_A_HEADER_DEV_NAME,
  ETHTOOL_A_HEADER_FLAGS,
  ETHTOOL_GENL_NAME,
  NLM_F_ACK,
} from "../../../netlink/index.ts";
import { GenlFamily, parseGenl } from "../genl.ts";
import type { Answer } from "../netlink.ts";
import type { Tool } from "../tool.ts";

const ETHTOOL_VERSION = 1;

/** The family's socket, or null after an error. */
export async function openFamily(tool: Tool): Promise<GenlFamily | null> {
  const family = await GenlFamily.open(tool.process, ETHTOOL_GENL_NAME, ETHTOOL_VERSION);
  if (typeof family !== "number") return family;
  await tool.err(`netlink error: ${strerror(family)}\n`);
  return null;
}

/** Writes the header that every request begins with. */
export function putHeader(w: AttributeWriter, device: string | null, flags = 0): void {
  const fill = (header: AttributeWriter): void => {
    if (device !== null) header.string(ETHTOOL_A_HEADER_DEV_NAME, device);
    if (flags !== 0) header.u32(ETHTOOL_A_HEADER_FLAGS, flags);
  };
  w.nest(ETHTOOL_A_HEADER, fill, true);
}

/** nlsock_process_reply(): the kernel's words, and the error. */
async function complain(tool: Tool, answer: Answer): Promise<void> {
  const where = answer.offset === undefined ? "" : ` (offset ${answer.offset})`;
  if (answer.extack !== null) await tool.err(`netlink error: ${answer.extack}${where}\n`);
  await tool.err(`netlink error: ${strerror(answer.error)}\n`);
}

/** Asks one question about the device; null after an error. If `quiet`, nothing is said of what the driver cannot tell. */
export async function ask(
  tool: Tool,
  family: GenlFamily,
  cmd: number,
  device: string,
  options: { readonly flags?: number; readonly quiet?: boolean } = {},
): Promise<Attributes | null> {
  const answer = await family.request(cmd, NLM_F_ACK, (w) => putHeader(w, device, options.flags));
  if (answer.error !== 0) {
    if (answer.error !== -EOPNOTSUPP || options.quiet !== true) await complain(tool, answer);
    return null;
  }
  const [message] = answer.messages;
  return message === undefined ? null : (parseGenl(message)?.attributes ?? null);
}

/** Sends a change whose attributes stand in `payload`; false after an error. */
export async function tell(
  tool: Tool,
  family: GenlFamily,
  cmd: number,
  device: string,
  fill: (w: AttributeWriter) => void,
): Promise<boolean> {
  const answer = await family.request(cmd, NLM_F_ACK, (w) => {
    putHeader(w, device);
    fill(w);
  });
  if (answer.error !== 0) await complain(tool, answer);
  return answer.error === 0;
}
