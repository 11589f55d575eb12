/** Models constants of include/linux/netdevice.h: netdev events (enum netdev_cmd) and features. */
export const NETDEV_UP = 1;
export const NETDEV_DOWN = 2;
export const NETDEV_CHANGE = 4;
export const NETDEV_REGISTER = 5;
export const NETDEV_UNREGISTER = 6;
export const NETDEV_CHANGEMTU = 7;
export const NETDEV_CHANGEADDR = 8;
export const NETDEV_PRE_CHANGEADDR = 9;
export const NETDEV_GOING_DOWN = 10;
export const NETDEV_CHANGENAME = 11;
export const NETDEV_PRE_UP = 14;
export const NETDEV_POST_INIT = 17;
export const NETDEV_PRECHANGEMTU = 23;

const names: Readonly<Record<number, string>> = {
  [NETDEV_UP]: "UP",
  [NETDEV_DOWN]: "DOWN",
  [NETDEV_CHANGE]: "CHANGE",
  [NETDEV_REGISTER]: "REGISTER",
  [NETDEV_UNREGISTER]: "UNREGISTER",
  [NETDEV_CHANGEMTU]: "CHANGEMTU",
  [NETDEV_CHANGEADDR]: "CHANGEADDR",
  [NETDEV_PRE_CHANGEADDR]: "PRE_CHANGEADDR",
  [NETDEV_GOING_DOWN]: "GOING_DOWN",
  [NETDEV_CHANGENAME]: "CHANGENAME",
  [NETDEV_PRE_UP]: "PRE_UP",
  [NETDEV_POST_INIT]: "POST_INIT",
  [NETDEV_PRECHANGEMTU]: "PRECHANGEMTU",
};

/** netdev_cmd_to_name() */
export function netdev_cmd_to_name(cmd: number): string {
  return names[cmd] ?? `UNKNOWN_NETDEV_EVENT_${cmd}`;
}

/** The device must not leave its namespace. A bit of net_device.features. */
export const NETIF_F_NETNS_LOCAL = 1 << 13;

/** Bits of net_device.priv_flags. */
export const IFF_LIVE_RENAME_OK = 1 << 0;
export const IFF_NO_QUEUE = 1 << 1;
export const IFF_LIVE_ADDR_CHANGE = 1 << 2;

/** Limits and defaults of Ethernet devices (include/uapi/linux/if_ether.h). */
export const ETH_ALEN = 6;
export const ETH_DATA_LEN = 1500;
export const ETH_MIN_MTU = 68;
export const ETH_MAX_MTU = 0xffff;
export const DEFAULT_TX_QUEUE_LEN = 1000;

/** GSO_MAX_SIZE and GSO_MAX_SEGS */
export const GSO_MAX_SIZE = 65_536;
export const GSO_MAX_SEGS = 65_535;
