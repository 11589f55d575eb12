/** The operations of struct ib_device that mlx5_ib fills in (mlx5_ib_dev_ops and its additions, hw/mlx5/main.c). */
import type { device_attribute } from "../../base/index.ts";
import { FW_PSID, FW_VERSION, mlx5_cmd_exec, type mlx5_core_dev, mlx5_core_mp_enabled, mlx5_is_roce_enabled } from "../../core/index.ts";
import { type ib_device_ops, RDMA_DRIVER_MLX5 } from "../core/device.ts";
import { IB_POLL_SOFTIRQ, IB_QPT_GSI } from "../core/restrack.ts";
import { ib_alloc_cq } from "../core/verbs.ts";
import { isEthernet, type mlx5_ib_dev, portAt } from "./mlx5_ib.ts";
import { isPortUp, mlx5_ib_get_netdev, mlx5_query_hca_port, mlx5_query_port_roce } from "./roce.ts";

/** Bits of enum ib_device_cap_flags (include/rdma/ib_verbs.h) that the emulated card has. */
const CAPABILITIES = {
  BAD_PKEY_CNTR: 1,
  BAD_QKEY_CNTR: 2,
  AUTO_PATH_MIG: 4,
  CHANGE_PHY_PORT: 5,
  PORT_ACTIVE_EVENT: 10,
  SYS_IMAGE_GUID: 11,
  RC_RNR_NAK_GEN: 12,
  MEM_WINDOW: 17,
  XRC: 20,
  MEM_MGT_EXTENSIONS: 21,
  BLOCK_MULTICAST_LOOPBACK: 22,
} as const;

export const MLX5_CAP_FLAGS = Object.values(CAPABILITIES).reduce((flags, bit) => flags | (1n << BigInt(bit)), 0n);

const MLX5_IB_UVERBS_ABI_VERSION = 1;

/** KBUILD_MODNAME of the driver. */
export const KERN_NAME = "mlx5_ib";

/** What the firmware of every card of this kind says of itself. */
export const NODE_DESC = "MT4119 ConnectX5   Mellanox Technologies";

/** mlx5_class_attributes: what `ibstat` and scripts read. */
export function mlx5ClassAttributes(mdev: mlx5_core_dev): readonly device_attribute[] {
  const file = (name: string, text: string): device_attribute => ({ name, mode: 0o444, show: () => `${text}\n` });
  return [file("hw_rev", mdev.pdev.revision.toString(16)), file("hca_type", `MT${mdev.pdev.device}`), file("board_id", FW_PSID)];
}

/** How many work requests the mad client wants to have under way. */
const GSI_SEND_WR = 128;

/** Names of the counters of a port in the order of hw/mlx5/counters.c. No traffic: all of them stay zero. */
const COUNTERS = [
  "rx_write_requests",
  "rx_read_requests",
  "rx_atomic_requests",
  "out_of_buffer",
  "out_of_sequence",
  "duplicate_request",
  "rnr_nak_retry_err",
  "packet_seq_err",
  "implied_nak_seq_err",
  "local_ack_timeout_err",
  "resp_local_length_error",
  "resp_cqe_error",
  "req_cqe_error",
  "req_remote_invalid_request",
  "req_remote_access_errors",
  "resp_remote_access_errors",
  "resp_cqe_flush_error",
  "req_cqe_flush_error",
  "roce_adp_retrans",
  "roce_adp_retrans_to",
  "roce_slow_restart",
  "roce_slow_restart_cnps",
  "roce_slow_restart_trans",
  "rp_cnp_ignored",
  "rp_cnp_handled",
  "np_ecn_marked_roce_packets",
  "np_cnp_sent",
  "rx_icrc_encapsulated",
] as const;

export function deviceOps(dev: mlx5_ib_dev): ib_device_ops {
  const ethernet = isEthernet(dev.mdev);
  // What the port speaks is settled when the device is made, whatever is set for the next load.
  const protocol = !ethernet ? "ib" : mlx5_is_roce_enabled(dev.mdev) && !dev.is_rep ? "roce" : "raw_packet";
  return {
    driver_id: RDMA_DRIVER_MLX5,
    uverbs_abi_ver: MLX5_IB_UVERBS_ABI_VERSION,
    query_port: async (current, _ibdev, port) => (ethernet ? mlx5_query_port_roce(current, dev, port) : mlx5_query_hca_port(current, port)),
    port_protocol: () => protocol,
    get_dev_fw_str: () => `${FW_VERSION.major}.${FW_VERSION.minor}.${String(FW_VERSION.subminor).padStart(4, "0")}`,
    disassociate_ucontext: true,
    create_qp: (current, ibdev, qp_type) =>
      qp_type === IB_QPT_GSI ? [ib_alloc_cq(current.enter("mlx5_ib_gsi_create_qp"), ibdev, GSI_SEND_WR, IB_POLL_SOFTIRQ, KERN_NAME)] : [],
    hw_counters: COUNTERS,
    get_hw_stats: async (caller) => {
      await mlx5_cmd_exec(caller.enter("mlx5_ib_get_hw_stats"), "QUERY_Q_COUNTER");
      return COUNTERS.map(() => 0n);
    },
    ...(ethernet ? { get_netdev: (current, _ibdev, port) => mlx5_ib_get_netdev(current, dev, port) } : {}),
    look: (port) => {
      const { roce, mp } = portAt(dev, port - 1);
      const netdev = mlx5_core_mp_enabled(dev.mdev) && mp.mpi === null ? null : roce.netdev;
      return { netdev, active: ethernet ? isPortUp(netdev) : true };
    },
  };
}
