/** A NETLINK_RDMA client for tests: what the `rdma` program does on its socket. */
import type { Frame } from "../../src/kernel/index.ts";
import type { net } from "../../src/net/index.ts";
import {
  Attributes,
  AttributeWriter,
  encodeMessage,
  NETLINK_RDMA,
  NLM_F_ACK,
  NLM_F_DUMP,
  NLM_F_REQUEST,
  NLMSG_DONE,
  NLMSG_ERROR,
  netlink_bind,
  netlink_create,
  netlink_recvmsg,
  netlink_release,
  netlink_sendmsg,
  parseMessages,
  RDMA_NL_GET_TYPE,
  RDMA_NL_NLDEV,
  viewOf,
} from "../../src/netlink/index.ts";

export interface RdmaAnswer {
  /** 0 or negative, from the acknowledgement or the end of a dump. */
  readonly errno: number;
  readonly messages: readonly Attributes[];
}

/** One command on a socket of its own in `net`. */
export async function rdmaRequest(
  current: Frame,
  net: net,
  cmd: number,
  fill: (w: AttributeWriter) => void = () => {},
  dump = false,
): Promise<RdmaAnswer> {
  const sock = netlink_create(current, net, NETLINK_RDMA);
  if (typeof sock === "number") throw new Error(`socket: ${sock}`);
  netlink_bind(current, sock, 0, 0);
  const writer = new AttributeWriter();
  fill(writer);
  const flags = NLM_F_REQUEST | (dump ? NLM_F_DUMP : NLM_F_ACK);
  const type = RDMA_NL_GET_TYPE(RDMA_NL_NLDEV, cmd);
  await netlink_sendmsg(current, sock, encodeMessage({ type, flags, seq: 1, portid: 0, payload: writer.finish() }));
  const messages: Attributes[] = [];
  for (;;) {
    const bytes = await netlink_recvmsg(current, sock, 0);
    if (typeof bytes === "number") throw new Error(`recv: ${bytes}`);
    for (const message of parseMessages(bytes) ?? []) {
      if (message.type === NLMSG_ERROR || message.type === NLMSG_DONE) {
        await netlink_release(current, sock);
        return { errno: viewOf(message.payload).getInt32(0, true), messages };
      }
      const attrs = Attributes.parse(message.payload);
      if (attrs === null) throw new Error("malformed nldev message");
      messages.push(attrs);
    }
  }
}
