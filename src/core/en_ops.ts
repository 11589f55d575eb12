/** Netdev operations that mlx5's Ethernet devices share: the function's own (core/en_main.c) and representors (core/en_rep.c). */
import { EADDRNOTAVAIL, type Frame } from "../kernel/index.ts";
import { type net_device, type net_device_ops, netif_carrier_off, netif_carrier_on } from "../net/index.ts";
import { mlx5_cmd_exec } from "./cmd.ts";

/** Largest frame the hardware takes, less its headers. */
export const MAX_MTU = 9978;

/** Megabits per second of a ConnectX-5 port that has a link. */
export const LINK_SPEED = 100_000;

/** mlx5e_open(), mlx5e_close(): called under rtnl_mutex, which is held while the firmware works. */
export const mlx5e_netdev_ops: net_device_ops = {
  async ndo_open(caller, netdev) {
    const current = caller.enter("mlx5e_open").enter("mlx5e_open_locked");
    const err = await mlx5_cmd_exec(current, "CREATE_TIR");
    if (err === 0) netif_carrier_on(current, netdev);
    return err;
  },

  async ndo_stop(caller, netdev) {
    const current = caller.enter("mlx5e_close").enter("mlx5e_close_locked");
    netif_carrier_off(current, netdev);
    return mlx5_cmd_exec(current, "DESTROY_TIR");
  },

  ndo_set_mac_address(caller, netdev, address) {
    return setMac(caller.enter("mlx5e_set_mac"), netdev, address);
  },
};

/** mlx5e_rep_open(), mlx5e_rep_close(): of a virtual function's representor; as above. */
export const mlx5e_netdev_ops_rep: net_device_ops = {
  async ndo_open(caller, netdev) {
    const current = caller.enter("mlx5e_rep_open").enter("mlx5e_open_locked");
    const err = await mlx5_cmd_exec(current, "MODIFY_VPORT_STATE");
    if (err === 0) netif_carrier_on(current, netdev);
    return err;
  },

  async ndo_stop(caller, netdev) {
    const current = caller.enter("mlx5e_rep_close").enter("mlx5e_close_locked");
    netif_carrier_off(current, netdev);
    return mlx5_cmd_exec(current, "MODIFY_VPORT_STATE");
  },

  ndo_set_mac_address(caller, netdev, address) {
    return setMac(caller.enter("eth_mac_addr"), netdev, address);
  },
};

function setMac(current: Frame, netdev: net_device, address: Uint8Array): number {
  const [first = 1] = address;
  if ((first & 1) !== 0 || address.every((byte) => byte === 0)) return -EADDRNOTAVAIL;
  current.writes(netdev);
  netdev.dev_addr = address.slice();
  return 0;
}
