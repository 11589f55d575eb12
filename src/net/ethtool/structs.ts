/**
 * Models the structures of include/uapi/linux/ethtool.h and include/linux/ethtool.h (v6.1) in which a driver is told, and
 * tells, its settings. Left out of the rings: lengths of buffers and of completions, which no driver here has.
 */

/** struct ethtool_drvinfo */
export interface ethtool_drvinfo {
  readonly driver: string;
  readonly version: string;
  readonly fw_version: string;
  readonly bus_info: string;
}

/** struct ethtool_coalesce: when a device interrupts for what it has received or sent. Times are in microseconds. */
export interface ethtool_coalesce {
  rx_coalesce_usecs: number;
  rx_max_coalesced_frames: number;
  rx_coalesce_usecs_irq: number;
  rx_max_coalesced_frames_irq: number;
  tx_coalesce_usecs: number;
  tx_max_coalesced_frames: number;
  tx_coalesce_usecs_irq: number;
  tx_max_coalesced_frames_irq: number;
  stats_block_coalesce_usecs: number;
  use_adaptive_rx_coalesce: number;
  use_adaptive_tx_coalesce: number;
  pkt_rate_low: number;
  rx_coalesce_usecs_low: number;
  rx_max_coalesced_frames_low: number;
  tx_coalesce_usecs_low: number;
  tx_max_coalesced_frames_low: number;
  pkt_rate_high: number;
  rx_coalesce_usecs_high: number;
  rx_max_coalesced_frames_high: number;
  tx_coalesce_usecs_high: number;
  tx_max_coalesced_frames_high: number;
  rate_sample_interval: number;
}

/** struct kernel_ethtool_coalesce: what came to it after the uapi had been settled. */
export interface kernel_ethtool_coalesce {
  use_cqe_mode_tx: number;
  use_cqe_mode_rx: number;
}

/** ETHTOOL_COALESCE_ALL_PARAMS: one bit for each member of the two. */
export const ETHTOOL_COALESCE_ALL_PARAMS = 0x00ff_ffff;

/** struct ethtool_pauseparam */
export interface ethtool_pauseparam {
  readonly autoneg: boolean;
  readonly rx_pause: boolean;
  readonly tx_pause: boolean;
}

/** struct ethtool_pause_stats: what a driver does not count stays away (ETHTOOL_STAT_NOT_SET). */
export interface ethtool_pause_stats {
  readonly tx_pause_frames?: bigint;
  readonly rx_pause_frames?: bigint;
}

/** struct ethtool_ringparam: how many descriptors the rings have. A ring whose maximum is 0 does not exist. */
export interface ethtool_ringparam {
  rx_max_pending: number;
  rx_mini_max_pending: number;
  rx_jumbo_max_pending: number;
  tx_max_pending: number;
  rx_pending: number;
  rx_mini_pending: number;
  rx_jumbo_pending: number;
  tx_pending: number;
}

/** struct ethtool_channels: an interrupt and the queues that it serves. A kind whose maximum is 0 does not exist. */
export interface ethtool_channels {
  readonly max_rx: number;
  readonly max_tx: number;
  readonly max_other: number;
  readonly max_combined: number;
  rx_count: number;
  tx_count: number;
  other_count: number;
  combined_count: number;
}

/** struct ethtool_fecparam: bits of ETHTOOL_FEC_*. */
export interface ethtool_fecparam {
  readonly active_fec: number;
  readonly fec: number;
}

export const ETHTOOL_FEC_NONE = 1 << 0;
export const ETHTOOL_FEC_AUTO = 1 << 1;
export const ETHTOOL_FEC_OFF = 1 << 2;
export const ETHTOOL_FEC_RS = 1 << 3;
export const ETHTOOL_FEC_BASER = 1 << 4;
export const ETHTOOL_FEC_LLRS = 1 << 5;
