/** Models ib_core_init() (core/device.c): the order in which ib_core's parts come up at module load. */
import type { Frame, LoadableModule } from "../../kernel/index.ts";
import { register_pernet_device } from "../../net/index.ts";
import { RDMA_NL_NLDEV } from "../../netlink/index.ts";
import { rdma_nl_init, rdma_nl_register } from "./netlink.ts";
import { rdma_dev_net_ops } from "./netns.ts";
import { nldev_cb_table } from "./nldev.ts";
import { roce_gid_mgmt_init } from "./roce-gid-mgmt.ts";

export interface IbCoreOptions {
  /** `rdma system` tells that pinned memory is copied at fork (from v5.13 on). */
  readonly copy_on_fork?: boolean;
}

/** ib_core_init(): 0 or a negative errno. Takes pernet_ops_rwsem for write, then rtnl_mutex. */
export async function ib_core_init(caller: Frame, options: IbCoreOptions = {}): Promise<number> {
  const current = caller.enter("ib_core_init");
  rdma_nl_init(current);
  const err = await register_pernet_device(current, rdma_dev_net_ops);
  if (err !== 0) return err;
  await rdma_nl_register(current.enter("nldev_init"), RDMA_NL_NLDEV, nldev_cb_table(options.copy_on_fork ?? false));
  return roce_gid_mgmt_init(current);
}

/** ib_core stays once it is loaded. */
export function ibCoreModule(options: IbCoreOptions): LoadableModule {
  return {
    name: "ib_core",
    aliases: ["net-pf-16-proto-20"],
    size: 413_696,
    init: (current) => ib_core_init(current, options),
  };
}
