/**
 * Models struct rxe_dev and the device operations of drivers/infiniband/sw/rxe (rxe_verbs.c, rxe_param.h, v5.10): a device
 * with one RoCE v2 port, which is as alive as the netdev it was made on.
 * Left out: everything that moves data, and with it all counters but link_downed.
 */
import { dev_info, type device_attribute } from "../base/index.ts";
import {
  IB_DEVICE_ALLOW_USER_UNREG,
  IB_EVENT_PORT_ACTIVE,
  IB_EVENT_PORT_ERR,
  IB_PORT_ACTIVE,
  IB_PORT_DOWN,
  IB_PORT_PHYS_STATE_DISABLED,
  IB_PORT_PHYS_STATE_LINK_UP,
  IB_PORT_PHYS_STATE_POLLING,
  type ib_device,
  type ib_device_ops,
  ib_dispatch_event,
  ib_get_eth_speed,
  type ib_port_attr,
  RDMA_DRIVER_RXE,
} from "../ib/index.ts";
import { type Frame, type Kernel, mutex, mutex_lock, mutex_unlock } from "../kernel/index.ts";
import { type net_device, netif_carrier_ok, netif_running } from "../net/index.ts";
import { IFF_UP } from "../netlink/index.ts";

/** Sizes of the port's tables. */
const RXE_PORT_GID_TBL_LEN = 1024;
const RXE_PORT_PKEY_TBL_LEN = 1;

/** IB_PORT_CM_SUP: connection management. */
const RXE_PORT_PORT_CAP_FLAGS = 1 << 16;

/** Bits of enum ib_device_cap_flags (include/rdma/ib_verbs.h). */
const CAPABILITIES = {
  BAD_PKEY_CNTR: 1,
  BAD_QKEY_CNTR: 2,
  AUTO_PATH_MIG: 4,
  CHANGE_PHY_PORT: 5,
  UD_AV_PORT_ENFORCE: 6,
  PORT_ACTIVE_EVENT: 10,
  SYS_IMAGE_GUID: 11,
  RC_RNR_NAK_GEN: 12,
  SRQ_RESIZE: 13,
  MEM_MGT_EXTENSIONS: 21,
} as const;

/** RXE_DEVICE_CAP_FLAGS */
export const RXE_DEVICE_CAP_FLAGS = Object.values(CAPABILITIES).reduce(
  (flags, bit) => flags | (1n << BigInt(bit)),
  IB_DEVICE_ALLOW_USER_UNREG,
);

/** rxe_counter_name[], in the order of enum rxe_counters. */
const COUNTERS = [
  "sent_pkts",
  "rcvd_pkts",
  "duplicate_request",
  "out_of_seq_request",
  "rcvd_rnr_err",
  "send_rnr_err",
  "rcvd_seq_err",
  "ack_deferred",
  "retry_exceeded_err",
  "retry_rnr_exceeded_err",
  "completer_retry_err",
  "send_err",
  "link_downed",
  "rdma_sends",
  "rdma_recvs",
] as const;

const RXE_UVERBS_ABI_VERSION = 2;

/** The port of every device. */
export const RXE_PORT = 1;

export class rxe_dev {
  readonly ndev: net_device;
  /** @internal set right after both are made. */
  ib_dev!: ib_device;
  /** Guards the attributes of the port while they are asked for. */
  readonly usdev_lock: mutex;
  /** IB_PORT_ACTIVE or IB_PORT_DOWN. */
  state = IB_PORT_DOWN;
  link_downed = 0n;

  constructor(kernel: Kernel, ndev: net_device) {
    this.ndev = ndev;
    this.usdev_lock = new mutex(kernel, "&rxe->usdev_lock");
  }
}

/** rxe_dev_ops */
export function rxe_dev_ops(rxe: rxe_dev): ib_device_ops {
  return {
    driver_id: RDMA_DRIVER_RXE,
    uverbs_abi_ver: RXE_UVERBS_ABI_VERSION,
    query_port: (current) => rxe_query_port(current, rxe),
    port_protocol: () => "roce",
    async enable_driver(caller) {
      const current = caller.enter("rxe_enable_driver");
      rxe_set_port_state(current, rxe);
      dev_info(current.kernel, rxe.ib_dev.coredev.dev, `added ${rxe.ndev.name}`);
      return 0;
    },
    dealloc_driver: (current) => void current.enter("rxe_dealloc"),
    hw_counters: COUNTERS,
    get_hw_stats: async (caller) => {
      caller.enter("rxe_ib_get_hw_stats").reads(rxe);
      return COUNTERS.map((name) => (name === "link_downed" ? rxe.link_downed : 0n));
    },
    look: () => ({ netdev: rxe.ndev, active: rxe.state === IB_PORT_ACTIVE }),
  };
}

/** rxe_attr_group: which netdev the device is on. */
export function rxeAttributes(rxe: rxe_dev): readonly device_attribute[] {
  return [{ name: "parent", mode: 0o444, show: () => `${rxe.ndev.name}\n` }];
}

/** rxe_query_port(): takes usdev_lock, then rtnl_mutex to ask the netdev for its speed. */
async function rxe_query_port(caller: Frame, rxe: rxe_dev): Promise<ib_port_attr> {
  const current = caller.enter("rxe_query_port");
  await mutex_lock(current, rxe.usdev_lock);
  const rate = await ib_get_eth_speed(current, rxe.ib_dev, RXE_PORT);
  current.reads(rxe);
  const down = (rxe.ndev.flags & IFF_UP) === 0 ? IB_PORT_PHYS_STATE_DISABLED : IB_PORT_PHYS_STATE_POLLING;
  const attr: ib_port_attr = {
    state: rxe.state,
    phys_state: rxe.state === IB_PORT_ACTIVE ? IB_PORT_PHYS_STATE_LINK_UP : down,
    active_width: rate?.active_width ?? 1,
    active_speed: rate?.active_speed ?? 1,
    gid_tbl_len: RXE_PORT_GID_TBL_LEN,
    pkey_tbl_len: RXE_PORT_PKEY_TBL_LEN,
    port_cap_flags: RXE_PORT_PORT_CAP_FLAGS,
    lid: 0,
    sm_lid: 0,
    lmc: 0,
    subnet_prefix: 0xfe80_0000_0000_0000n,
  };
  mutex_unlock(current, rxe.usdev_lock);
  return attr;
}

/** rxe_port_up(): says so even if it was up before. Does not wait. */
export function rxe_port_up(caller: Frame, rxe: rxe_dev): void {
  const current = caller.enter("rxe_port_up");
  current.writes(rxe);
  rxe.state = IB_PORT_ACTIVE;
  ib_dispatch_event(current, { device: rxe.ib_dev, event: IB_EVENT_PORT_ACTIVE, port_num: RXE_PORT });
  dev_info(current.kernel, rxe.ib_dev.coredev.dev, "set active");
}

/** rxe_port_down(): counted. Does not wait. */
export function rxe_port_down(caller: Frame, rxe: rxe_dev): void {
  const current = caller.enter("rxe_port_down");
  current.writes(rxe);
  rxe.state = IB_PORT_DOWN;
  ib_dispatch_event(current, { device: rxe.ib_dev, event: IB_EVENT_PORT_ERR, port_num: RXE_PORT });
  rxe.link_downed++;
  dev_info(current.kernel, rxe.ib_dev.coredev.dev, "set down");
}

/** rxe_set_port_state(): what the netdev says now. */
export function rxe_set_port_state(caller: Frame, rxe: rxe_dev): void {
  const current = caller.enter("rxe_set_port_state");
  if (netif_running(rxe.ndev) && netif_carrier_ok(rxe.ndev)) rxe_port_up(current, rxe);
  else rxe_port_down(current, rxe);
}
