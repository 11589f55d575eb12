/**
 * Models netdev_store() and the files of net/core/net-sysfs.c (v5.10) that take rtnl_mutex: writing runs in the writing task
 * and returns the errno of what was tried; some files can be read of a running device only. The mutex is only tried for, and
 * the system call begins anew while another task has it (restart_syscall()), so a writer never sleeps behind it.
 */
import { EINVAL, EOPNOTSUPP, type Frame } from "../kernel/index.ts";
import { IF_OPER_DORMANT } from "../netlink/index.ts";
import { dev_change_flags, dev_set_mtu } from "./dev-config.ts";
import { dev_set_alias } from "./dev-name.ts";
import { __ethtool_get_link_ksettings, SPEED_UNKNOWN } from "./ethtool/ioctl.ts";
import { netif_carrier_ok, netif_running } from "./link-state.ts";
import type { NetdevFile } from "./net-sysfs.ts";
import { rtnl_trylock, rtnl_unlock } from "./rtnl.ts";
import type { net_device } from "./structs.ts";

/** Virtual time of a system call that only begins anew, ns. */
const RESTART_NS = 1_000;

/** Runs `body` under rtnl_mutex, begun anew until it is free. */
async function underRtnl<T>(current: Frame, body: () => Promise<T>): Promise<T> {
  while (!rtnl_trylock(current)) {
    current.kernel.spend(current, RESTART_NS);
    await current.kernel.sched.yieldPoint(current.task);
  }
  const result = await body();
  await rtnl_unlock(current);
  return result;
}

/** kstrtoul() with base 0: decimal, 0x and 0; null if it is no number of 64 bits. */
function kstrtoul(text: string): bigint | null {
  const digits = text.replace(/\n$/, "").replace(/^\+/, "");
  if (!/^(?:0x[0-9a-f]+|0[0-7]*|[1-9][0-9]*)$/i.test(digits)) return null;
  const value = BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits);
  return value > 0xffff_ffff_ffff_ffffn ? null : value;
}

/** netdev_store() with a number: -EINVAL before anything is locked. */
function number(set: (current: Frame, dev: net_device, value: bigint) => Promise<number>): NetdevFile {
  return {
    store: async (current, dev, text) => {
      const value = kstrtoul(text);
      if (value === null) return -EINVAL;
      return underRtnl(current, async () => (dev.reg_state === "NETREG_REGISTERED" ? set(current, dev, value) : -EINVAL));
    },
  };
}

/** The kernel hands an unsigned long to functions that take an int. */
function asInt(value: bigint): number {
  return Number(BigInt.asIntN(32, value));
}

/** Reads of a running device only. */
function running(show: (current: Frame, dev: net_device) => string | number): NonNullable<NetdevFile["show"]> {
  return (current, dev) => underRtnl(current, async () => (netif_running(dev) ? show(current, dev) : -EINVAL));
}

function assign(set: (dev: net_device, value: number) => void): NetdevFile {
  return number(async (current, dev, value) => {
    current.writes(dev);
    set(dev, asInt(value));
    return 0;
  });
}

export const netdevFiles: Readonly<Record<string, NetdevFile>> = {
  mtu: number((current, dev, value) => dev_set_mtu(current, dev, asInt(value))),
  flags: number((current, dev, value) => dev_change_flags(current, dev, asInt(value), null)),
  tx_queue_len: assign((dev, value) => {
    dev.tx_queue_len = value >>> 0;
  }),
  netdev_group: assign((dev, value) => {
    dev.group = value;
  }),
  ifalias: {
    store: (current, dev, text) => underRtnl(current, async () => Math.min(0, dev_set_alias(current, dev, text.replace(/\n$/, "")))),
  },
  gro_flush_timeout: assign(() => {}),
  // No link here has ndo_change_proto_down or ndo_change_carrier.
  proto_down: number(async () => -EOPNOTSUPP),
  carrier: {
    ...number(async (_current, dev) => (netif_running(dev) ? -EOPNOTSUPP : -EINVAL)),
    show: running((_current, dev) => (netif_carrier_ok(dev) ? "1" : "0")),
  },
  dormant: { show: running((_current, dev) => (dev.operstate === IF_OPER_DORMANT ? "1" : "0")) },
  speed: {
    show: running((current, dev) => {
      const settings = __ethtool_get_link_ksettings(current, dev);
      // The errno of the driver is lost: -EINVAL stands in front of the call.
      return typeof settings === "number" ? -EINVAL : String(settings.speed === SPEED_UNKNOWN ? -1 : settings.speed);
    }),
  },
  duplex: { show: running((current, dev) => (typeof __ethtool_get_link_ksettings(current, dev) === "number" ? -EINVAL : "full")) },
};
