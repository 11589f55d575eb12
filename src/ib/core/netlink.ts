/**
 * Models core/netlink.c: NETLINK_RDMA messages go to the client their type names; a handler runs under the client's
 * rwsem for read, so that a client cannot leave meanwhile. Left out: the CM, IWPM and LS clients, module autoloading.
 */
import { down_read, down_write, EINVAL, type Frame, rw_semaphore, staticData, up_read, up_write } from "../../kernel/index.ts";
import {
  NETLINK_RDMA,
  type NetlinkMessage,
  NLM_F_DUMP,
  type netlink_dump_control,
  netlink_dump_start,
  type netlink_ext_ack,
  netlink_kernel_create,
  netlink_kernel_release,
  netlink_rcv_skb,
  type netlink_request,
  RDMA_NL_GET_CLIENT,
  RDMA_NL_GET_OP,
  RDMA_NL_NUM_CLIENTS,
} from "../../netlink/index.ts";

/** Multicast groups of the protocol (RDMA_NL_NUM_GROUPS - 1). */
const RDMA_NL_GROUPS = 3;

/** struct rdma_nl_cbs: one command of a client. The capability check of the kernel always passes: all tasks are root. */
export interface rdma_nl_cbs {
  readonly doit?: (current: Frame, request: netlink_request, nlh: NetlinkMessage, extack: netlink_ext_ack) => Promise<number>;
  readonly dump?: netlink_dump_control["dump"];
}

/** The commands of a client by number. */
export type RdmaCommands = Readonly<Record<number, rdma_nl_cbs>>;

const statics = staticData((kernel) => ({
  rdma_nl_types: Array.from({ length: RDMA_NL_NUM_CLIENTS }, () => ({
    sem: new rw_semaphore(kernel, "&rdma_nl_types[idx].sem"),
    cb_table: null as RdmaCommands | null,
  })),
}));

/** rdma_nl_init(): the kernel listens to NETLINK_RDMA. */
export function rdma_nl_init(caller: Frame): void {
  const current = caller.enter("rdma_nl_init");
  netlink_kernel_create(current.kernel, NETLINK_RDMA, { input: rdma_nl_rcv, groups: RDMA_NL_GROUPS });
}

/** rdma_nl_register(): takes the client's rwsem for write. */
export async function rdma_nl_register(caller: Frame, index: number, cb_table: RdmaCommands): Promise<void> {
  const current = caller.enter("rdma_nl_register");
  const client = statics(current.kernel).rdma_nl_types[index];
  if (client === undefined) return;
  await down_write(current, client.sem);
  client.cb_table = cb_table;
  up_write(current, client.sem);
}

/** rdma_nl_unregister(): waits for commands that run. Takes the client's rwsem for write. */
export async function rdma_nl_unregister(caller: Frame, index: number): Promise<void> {
  const current = caller.enter("rdma_nl_unregister");
  const client = statics(current.kernel).rdma_nl_types[index];
  if (client === undefined) return;
  await down_write(current, client.sem);
  client.cb_table = null;
  up_write(current, client.sem);
}

/** rdma_nl_exit(): the kernel no longer listens. */
export function rdma_nl_exit(caller: Frame): void {
  netlink_kernel_release(caller.enter("rdma_nl_exit").kernel, NETLINK_RDMA);
}

async function rdma_nl_rcv(caller: Frame, request: netlink_request): Promise<void> {
  await netlink_rcv_skb(caller.enter("rdma_nl_rcv"), request, rdma_nl_rcv_msg);
}

async function rdma_nl_rcv_msg(caller: Frame, request: netlink_request, nlh: NetlinkMessage, extack: netlink_ext_ack): Promise<number> {
  const current = caller.enter("rdma_nl_rcv_msg");
  const client = statics(current.kernel).rdma_nl_types[RDMA_NL_GET_CLIENT(nlh.type)];
  if (client === undefined) return -EINVAL;
  await down_read(current, client.sem);
  const command = client.cb_table?.[RDMA_NL_GET_OP(nlh.type)];
  let err = -EINVAL;
  if ((nlh.flags & NLM_F_DUMP) !== 0) {
    if (command?.dump !== undefined) err = await netlink_dump_start(current, request, nlh, { dump: command.dump });
  } else if (command?.doit !== undefined) {
    err = await command.doit(current, request, nlh, extack);
  }
  up_read(current, client.sem);
  return err;
}
