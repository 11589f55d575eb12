/** Models ib_core_init() (core/device.c): the order in which ib_core's parts come up at module load. */
import type { Frame, LoadableModule } from "../../kernel/index.ts";
import { register_pernet_device, unregister_pernet_device } from "../../net/index.ts";
import { RDMA_NL_NLDEV } from "../../netlink/index.ts";
import { ib_mad_cleanup, ib_mad_init } from "./mad.ts";
import { rdma_nl_exit, rdma_nl_init, rdma_nl_register, rdma_nl_unregister } from "./netlink.ts";
import { rdma_dev_net_ops } from "./netns.ts";
import { nldev_cb_table } from "./nldev.ts";
import { roce_gid_mgmt_cleanup, roce_gid_mgmt_init } from "./roce-gid-mgmt.ts";
import type { IbStrategies } from "./strategies.ts";

/** ib_core_init(): 0 or a negative errno. Takes pernet_ops_rwsem for write, then rtnl_mutex. */
export async function ib_core_init(caller: Frame, strategies: IbStrategies): Promise<number> {
  const current = caller.enter("ib_core_init");
  rdma_nl_init(current);
  await ib_mad_init(current);
  const err = await register_pernet_device(current, rdma_dev_net_ops);
  if (err !== 0) return err;
  await rdma_nl_register(current.enter("nldev_init"), RDMA_NL_NLDEV, nldev_cb_table(strategies));
  return roce_gid_mgmt_init(current);
}

/** ib_core_cleanup(): no device is left, because the drivers that use it are gone. Locks as above. */
async function ib_core_cleanup(caller: Frame): Promise<void> {
  const current = caller.enter("ib_core_cleanup");
  await roce_gid_mgmt_cleanup(current);
  await rdma_nl_unregister(current.enter("nldev_exit"), RDMA_NL_NLDEV);
  await unregister_pernet_device(current, rdma_dev_net_ops);
  await ib_mad_cleanup(current);
  rdma_nl_exit(current);
}

/** The module; the first NETLINK_RDMA socket asks for it. */
export function ibCoreModule(strategies: IbStrategies): LoadableModule {
  return {
    name: "ib_core",
    aliases: ["net-pf-16-proto-20"],
    size: 413_696,
    init: (current) => ib_core_init(current, strategies),
    exit: ib_core_cleanup,
  };
}
