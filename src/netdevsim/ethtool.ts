/**
 * Models drivers/net/netdevsim/ethtool.c: settings that a port keeps and gives back, and the knobs in debugfs that make them
 * fail or grow. v5.10 knows of pause frames only, v6.1 of all of them.
 */
import { EINVAL, type Frame } from "../kernel/index.ts";
import {
  ETHTOOL_COALESCE_ALL_PARAMS,
  ETHTOOL_FEC_AUTO,
  ETHTOOL_FEC_NONE,
  ETHTOOL_FEC_OFF,
  type ethtool_coalesce,
  type ethtool_fecparam,
  type ethtool_ops,
  type ethtool_ringparam,
  type net_device,
  netif_set_real_num_queues,
} from "../net/index.ts";
import { debugfs_create_bool, debugfs_create_dir, debugfs_create_u32, type kernfs_node } from "../vfs/index.ts";

const RING_MAX_PENDING = 4096;

/** struct nsim_ethtool: what the settings of a port are. */
class nsim_ethtool {
  get_err = 0;
  set_err = 0;
  readonly pauseparam = { rx: false, tx: false, report_stats_rx: false, report_stats_tx: false };
  coalesce: ethtool_coalesce = {
    rx_coalesce_usecs: 0,
    rx_max_coalesced_frames: 0,
    rx_coalesce_usecs_irq: 0,
    rx_max_coalesced_frames_irq: 0,
    tx_coalesce_usecs: 0,
    tx_max_coalesced_frames: 0,
    tx_coalesce_usecs_irq: 0,
    tx_max_coalesced_frames_irq: 0,
    stats_block_coalesce_usecs: 0,
    use_adaptive_rx_coalesce: 0,
    use_adaptive_tx_coalesce: 0,
    pkt_rate_low: 0,
    rx_coalesce_usecs_low: 0,
    rx_max_coalesced_frames_low: 0,
    tx_coalesce_usecs_low: 0,
    tx_max_coalesced_frames_low: 0,
    pkt_rate_high: 0,
    rx_coalesce_usecs_high: 0,
    rx_max_coalesced_frames_high: 0,
    tx_coalesce_usecs_high: 0,
    tx_max_coalesced_frames_high: 0,
    rate_sample_interval: 0,
  };
  readonly ring: ethtool_ringparam = {
    rx_max_pending: RING_MAX_PENDING,
    rx_jumbo_max_pending: RING_MAX_PENDING,
    rx_mini_max_pending: RING_MAX_PENDING,
    tx_max_pending: RING_MAX_PENDING,
    rx_pending: 0,
    rx_mini_pending: 0,
    rx_jumbo_pending: 0,
    tx_pending: 0,
  };
  fec: ethtool_fecparam = { fec: ETHTOOL_FEC_NONE, active_fec: ETHTOOL_FEC_NONE };
  channels: number;

  constructor(channels: number) {
    this.channels = channels;
  }
}

/** What a kernel's netdevsim can be told: gives the port its operations, and its knobs in a directory below `ddir`. */
export type EthtoolInit = (current: Frame, dev: net_device, ddir: kernfs_node) => void;

/** Before v5.10. */
export const withoutEthtool: EthtoolInit = () => {};

/** v5.10: how its pause frames are set and counted. */
export const pauseOnly: EthtoolInit = (current, dev, ddir) => {
  const ns = new nsim_ethtool(dev.num_tx_queues);
  dev.ethtool_ops = pauseOps(ns);
  pauseFiles(current, ns, debugfs_create_dir(current, "ethtool", ddir));
};

/** v6.1: everything. */
export const allSettings: EthtoolInit = (current, dev, ddir) => {
  const ns = new nsim_ethtool(dev.num_tx_queues);
  const ethtool = debugfs_create_dir(current, "ethtool", ddir);
  dev.ethtool_ops = { ...pauseOps(ns), ...coalesceOps(ns), ...ringOps(ns), ...channelOps(ns), ...fecOps(ns) };
  debugfs_create_u32(current, "get_err", 0o600, ethtool, ns, "get_err");
  debugfs_create_u32(current, "set_err", 0o600, ethtool, ns, "set_err");
  pauseFiles(current, ns, ethtool);
  const ring = debugfs_create_dir(current, "ring", ethtool);
  for (const name of ["rx_max_pending", "rx_jumbo_max_pending", "rx_mini_max_pending", "tx_max_pending"] as const)
    debugfs_create_u32(current, name, 0o600, ring, ns.ring, name);
};

function pauseFiles(current: Frame, ns: nsim_ethtool, ethtool: kernfs_node): void {
  const dir = debugfs_create_dir(current, "pause", ethtool);
  for (const name of ["report_stats_rx", "report_stats_tx"] as const) debugfs_create_bool(current, name, 0o600, dir, ns.pauseparam, name);
}

/** Each kind of frame has the same count for ever. There are no link modes, so nothing can be negotiated. */
function pauseOps({ pauseparam }: nsim_ethtool): ethtool_ops {
  return {
    get_pause_stats(current) {
      current.reads(pauseparam);
      return {
        ...(pauseparam.report_stats_rx ? { rx_pause_frames: 1n } : {}),
        ...(pauseparam.report_stats_tx ? { tx_pause_frames: 2n } : {}),
      };
    },
    get_pauseparam(current) {
      current.reads(pauseparam);
      return { autoneg: false, rx_pause: pauseparam.rx, tx_pause: pauseparam.tx };
    },
    set_pauseparam(current, _dev, { autoneg, rx_pause, tx_pause }) {
      if (autoneg) return -EINVAL;
      current.writes(pauseparam);
      Object.assign(pauseparam, { rx: rx_pause, tx: tx_pause });
      return 0;
    },
  };
}

/** All parameters can be set, but those that the uapi had not got at first are forgotten. */
function coalesceOps(ns: nsim_ethtool): ethtool_ops {
  return {
    supported_coalesce_params: ETHTOOL_COALESCE_ALL_PARAMS,
    get_coalesce(current) {
      current.reads(ns);
      return { coalesce: { ...ns.coalesce }, kernel_coalesce: { use_cqe_mode_tx: 0, use_cqe_mode_rx: 0 } };
    },
    set_coalesce(current, _dev, coal) {
      current.writes(ns);
      ns.coalesce = { ...coal };
      return 0;
    },
  };
}

function ringOps({ ring }: nsim_ethtool): ethtool_ops {
  return {
    get_ringparam(current) {
      current.reads(ring);
      return { ...ring };
    },
    set_ringparam(current, _dev, { rx_pending, rx_jumbo_pending, rx_mini_pending, tx_pending }) {
      current.writes(ring);
      Object.assign(ring, { rx_pending, rx_jumbo_pending, rx_mini_pending, tx_pending });
      return 0;
    },
  };
}

function channelOps(ns: nsim_ethtool): ethtool_ops {
  return {
    get_channels(current, dev) {
      current.reads(ns);
      const none = { max_rx: 0, max_tx: 0, max_other: 0, rx_count: 0, tx_count: 0, other_count: 0 };
      return { ...none, max_combined: dev.num_tx_queues, combined_count: ns.channels };
    },
    set_channels(current, dev, { combined_count }) {
      const err = netif_set_real_num_queues(current, dev, combined_count, combined_count);
      if (err !== 0) return err;
      current.writes(ns);
      ns.channels = combined_count;
      return 0;
    },
  };
}

/** The last of the modes that were chosen is the active one. The knobs get_err and set_err say with which errno to fail. */
function fecOps(ns: nsim_ethtool): ethtool_ops {
  return {
    get_fecparam(current) {
      current.reads(ns);
      return ns.get_err !== 0 ? -(ns.get_err | 0) : { ...ns.fec };
    },
    set_fecparam(current, _dev, { fec }) {
      current.writes(ns);
      if (ns.set_err !== 0) return -(ns.set_err | 0);
      const possible = (fec === ETHTOOL_FEC_AUTO ? fec | ETHTOOL_FEC_OFF : fec) | ETHTOOL_FEC_NONE;
      ns.fec = { fec, active_fec: 1 << (31 - Math.clz32(possible)) };
      return 0;
    },
  };
}
