/** The operations of struct ib_device that mlx5_ib fills in (mlx5_ib_dev_ops and its additions, hw/mlx5/main.c). */
import { FW_VERSION, mlx5_core_mp_enabled, mlx5_is_roce_enabled } from "../../core/index.ts";
import type { ib_device_ops } from "../core/device.ts";
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

export function deviceOps(dev: mlx5_ib_dev): ib_device_ops {
  const ethernet = isEthernet(dev.mdev);
  // What the port speaks is settled when the device is made, whatever is set for the next load.
  const protocol = !ethernet ? "ib" : mlx5_is_roce_enabled(dev.mdev) ? "roce" : "raw_packet";
  return {
    query_port: (current, _ibdev, port) => (ethernet ? mlx5_query_port_roce(current, dev, port) : mlx5_query_hca_port(current, port)),
    port_protocol: () => protocol,
    get_dev_fw_str: () => `${FW_VERSION.major}.${FW_VERSION.minor}.${String(FW_VERSION.subminor).padStart(4, "0")}`,
    disassociate_ucontext: true,
    ...(ethernet ? { get_netdev: (current, _ibdev, port) => mlx5_ib_get_netdev(current, dev, port) } : {}),
    look: (port) => {
      const { roce, mp } = portAt(dev, port - 1);
      const netdev = mlx5_core_mp_enabled(dev.mdev) && mp.mpi === null ? null : roce.netdev;
      return { netdev, active: ethernet ? isPortUp(netdev) : true };
    },
  };
}
