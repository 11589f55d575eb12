/**
 * Models the stage profiles of hw/mlx5/main.c (v5.10): an IB device comes up stage by stage, in the order of the table, and
 * goes down in reverse. The names are those of enum mlx5_ib_stages and of the kernel's functions.
 * Stages that only talk to the firmware or only fill in tables of this driver are modelled as that time and that frame;
 * what concerns locks, namespaces and netdevs is modelled in full. Raw Ethernet (RoCE disabled) leaves some stages out.
 */
import {
  mlx5_cmd_exec,
  mlx5_core_native_port_num,
  mlx5_is_roce_enabled,
  mlx5_nic_vport_disable_roce,
  mlx5_nic_vport_enable_roce,
} from "../../core/index.ts";
import type { Frame } from "../../kernel/index.ts";
import { ib_register_device, ib_unregister_device } from "../core/registration.ts";
import { IB_POLL_SOFTIRQ } from "../core/restrack.ts";
import { ib_alloc_cq, ib_alloc_pd, ib_dealloc_pd, ib_free_cq } from "../core/verbs.ts";
import { isEthernet, type mlx5_ib_dev } from "./mlx5_ib.ts";
import { mlx5_ib_cleanup_multiport_master, mlx5_ib_init_multiport_master } from "./multiport.ts";
import { notifierOf } from "./notifier.ts";
import { KERN_NAME } from "./ops.ts";

/** Entries of the queue for registering memory. */
const UMR_CQES = 128;

export interface mlx5_ib_stage {
  readonly name: string;
  /** 0 or a negative errno; then the stages before this one are cleaned up. */
  init?(caller: Frame, dev: mlx5_ib_dev): Promise<number>;
  cleanup?(caller: Frame, dev: mlx5_ib_dev): Promise<void>;
}

export type mlx5_ib_profile = readonly mlx5_ib_stage[];

/** A stage whose functions are one firmware command each. */
function firmwareStage(name: string, init: string | null, cleanup: string | null): mlx5_ib_stage {
  return {
    name,
    ...(init === null ? {} : { init: (caller: Frame) => mlx5_cmd_exec(caller.enter(init), name) }),
    ...(cleanup === null ? {} : { cleanup: async (caller: Frame) => void (await mlx5_cmd_exec(caller.enter(cleanup), name)) }),
  };
}

const stageInit: mlx5_ib_stage = {
  name: "MLX5_IB_STAGE_INIT",
  init: (caller, dev) => mlx5_ib_init_multiport_master(caller.enter("mlx5_ib_stage_init_init"), dev),
  cleanup: (caller, dev) => mlx5_ib_cleanup_multiport_master(caller.enter("mlx5_ib_stage_init_cleanup"), dev),
};

/** Where the port begins and ends to listen to its netdev. Nothing for InfiniBand. */
const stageRoce: mlx5_ib_stage = {
  name: "MLX5_IB_STAGE_ROCE",

  async init(caller, dev) {
    if (!isEthernet(dev.mdev)) return 0;
    const current = caller.enter("mlx5_ib_roce_init");
    const port_num = mlx5_core_native_port_num(dev.mdev) - 1;
    const err = await notifierOf(current).add(current, dev, port_num);
    if (err !== 0 || dev.is_rep || !mlx5_is_roce_enabled(dev.mdev)) return err;
    const failed = await mlx5_nic_vport_enable_roce(current.enter("mlx5_enable_eth"), dev.mdev);
    if (failed === 0) dev.eth_enabled = true;
    else await notifierOf(current).remove(current, dev, port_num);
    return failed;
  },

  async cleanup(caller, dev) {
    if (!isEthernet(dev.mdev)) return;
    const current = caller.enter("mlx5_ib_roce_cleanup");
    if (dev.eth_enabled) await mlx5_nic_vport_disable_roce(current.enter("mlx5_disable_eth"), dev.mdev);
    dev.eth_enabled = false;
    await notifierOf(current).remove(current, dev, mlx5_core_native_port_num(dev.mdev) - 1);
  },
};

const stageIbReg: mlx5_ib_stage = {
  name: "MLX5_IB_STAGE_IB_REG",
  init: (caller, dev) => ib_register_device(caller.enter("mlx5_ib_stage_ib_reg_init"), dev.ib_dev, "mlx5_%d"),
  cleanup: (caller, dev) => ib_unregister_device(caller.enter("mlx5_ib_stage_ib_reg_cleanup"), dev.ib_dev),
};

/** create_umr_res(): the driver's own domain and queue for registering memory. Its queue pair is of a kind that is not tracked. */
const stagePostIbRegUmr: mlx5_ib_stage = {
  name: "MLX5_IB_STAGE_POST_IB_REG_UMR",
  async init(caller, dev) {
    const current = caller.enter("mlx5_ib_stage_post_ib_reg_umr_init");
    dev.umrc = {
      pd: ib_alloc_pd(current, dev.ib_dev, KERN_NAME),
      cq: ib_alloc_cq(current, dev.ib_dev, UMR_CQES, IB_POLL_SOFTIRQ, KERN_NAME),
    };
    return mlx5_cmd_exec(current, "CREATE_QP");
  },
};

const stagePreIbRegUmr: mlx5_ib_stage = {
  name: "MLX5_IB_STAGE_PRE_IB_REG_UMR",
  async cleanup(caller, dev) {
    const current = caller.enter("mlx5_ib_stage_pre_ib_reg_umr_cleanup");
    if (dev.umrc !== null) {
      ib_free_cq(current, dev.ib_dev, dev.umrc.cq);
      ib_dealloc_pd(current, dev.ib_dev, dev.umrc.pd);
      dev.umrc = null;
    }
    await mlx5_cmd_exec(current, "DESTROY_QP");
  },
};

/** Stages of raw_eth_profile that pf_profile has too, by what only the latter has between them. */
const early: mlx5_ib_profile = [
  stageInit,
  firmwareStage("MLX5_IB_STAGE_FS", "mlx5_ib_fs_init", "mlx5_ib_fs_cleanup"),
  firmwareStage("MLX5_IB_STAGE_CAPS", "mlx5_ib_stage_caps_init", "mlx5_ib_stage_caps_cleanup"),
  firmwareStage("MLX5_IB_STAGE_NON_DEFAULT_CB", "mlx5_ib_stage_non_default_cb", null),
  stageRoce,
  firmwareStage("MLX5_IB_STAGE_QP", "mlx5_init_qp_table", "mlx5_cleanup_qp_table"),
  firmwareStage("MLX5_IB_STAGE_SRQ", "mlx5_init_srq_table", "mlx5_cleanup_srq_table"),
  firmwareStage("MLX5_IB_STAGE_DEVICE_RESOURCES", "mlx5_ib_dev_res_init", "mlx5_ib_dev_res_cleanup"),
  firmwareStage("MLX5_IB_STAGE_DEVICE_NOTIFIER", "mlx5_ib_stage_dev_notifier_init", "mlx5_ib_stage_dev_notifier_cleanup"),
];

const odp = firmwareStage("MLX5_IB_STAGE_ODP", "mlx5_ib_odp_init_one", "mlx5_ib_odp_cleanup_one");

const late: mlx5_ib_profile = [
  firmwareStage("MLX5_IB_STAGE_COUNTERS", "mlx5_ib_counters_init", "mlx5_ib_counters_cleanup"),
  firmwareStage("MLX5_IB_STAGE_CONG_DEBUGFS", "mlx5_ib_stage_cong_debugfs_init", "mlx5_ib_stage_cong_debugfs_cleanup"),
  firmwareStage("MLX5_IB_STAGE_UAR", "mlx5_ib_stage_uar_init", "mlx5_ib_stage_uar_cleanup"),
  firmwareStage("MLX5_IB_STAGE_BFREG", "mlx5_ib_stage_bfrag_init", "mlx5_ib_stage_bfrag_cleanup"),
  stagePreIbRegUmr,
  firmwareStage("MLX5_IB_STAGE_WHITELIST_UID", "mlx5_ib_devx_init", "mlx5_ib_devx_cleanup"),
  stageIbReg,
  stagePostIbRegUmr,
];

const delayDrop = firmwareStage("MLX5_IB_STAGE_DELAY_DROP", "mlx5_ib_stage_delay_drop_init", "mlx5_ib_stage_delay_drop_cleanup");
const restrack = firmwareStage("MLX5_IB_STAGE_RESTRACK", "mlx5_ib_restrack_init", null);

export const pf_profile: mlx5_ib_profile = [...early, odp, ...late, delayDrop, restrack];

/** RoCE is disabled: the port still listens to its netdev, but only raw packets go through it. */
export const raw_eth_profile: mlx5_ib_profile = [...early, ...late, restrack];
