/**
 * Brings the network up in the order of the kernel's initcalls: namespaces and rtnetlink, the device core with `lo`, IPv4.
 * The caller does this in a boot task, after the file tree and before generic netlink.
 */
import type { Frame } from "../kernel/index.ts";
import {
  AF_BRIDGE,
  AF_UNSPEC,
  RTM_DELLINK,
  RTM_DELQDISC,
  RTM_GETLINK,
  RTM_GETNSID,
  RTM_GETQDISC,
  RTM_NEWLINK,
  RTM_NEWNSID,
  RTM_NEWQDISC,
  RTM_SETLINK,
} from "../netlink/index.ts";
import { proc_pid_entry, proc_symlink } from "../vfs/index.ts";
import { rtnl_bridge_getlink } from "./bridge.ts";
import { default_device_ops } from "./default_device.ts";
import { NET_ERAS, type NetStrategies } from "./eras.ts";
import { inet_init } from "./ip/init.ts";
import { loopback_net_ops } from "./loopback.ts";
import { net_ns_init, nsproxy_net } from "./net_namespace.ts";
import { dev_seq_text } from "./net-procfs.ts";
import { init_net } from "./net-state.ts";
import { setNetdevFiles } from "./net-sysfs.ts";
import { netdevFiles } from "./net-sysfs-store.ts";
import { register_pernet_device } from "./pernet.ts";
import { rtnetlink_create, rtnl_register } from "./rtnetlink.ts";
import { rtnl_dump_ifinfo, rtnl_getlink } from "./rtnl-getlink.ts";
import { rtnl_net_dumpid, rtnl_net_getid, rtnl_net_newid } from "./rtnl-net.ts";
import { rtnl_dellink, rtnl_newlink, rtnl_setlink } from "./rtnl-newlink.ts";
import { tc_del_qdisc, tc_dump_qdisc, tc_modify_qdisc } from "./sch_api.ts";

/** Everything of this room. `lo` of init_net exists afterwards, and is down. */
export async function net_init(current: Frame, strategies: NetStrategies = NET_ERAS["v5.10"]): Promise<void> {
  await net_ns_init(current);
  await net_dev_init(current, strategies);
}

function rtnetlink_init(caller: Frame): void {
  const current = caller.enter("rtnetlink_init");
  const { kernel } = current;
  rtnetlink_create(current);
  rtnl_register(kernel, AF_UNSPEC, RTM_GETLINK, { doit: rtnl_getlink, dumpit: rtnl_dump_ifinfo });
  rtnl_register(kernel, AF_BRIDGE, RTM_GETLINK, { dumpit: rtnl_bridge_getlink });
  rtnl_register(kernel, AF_UNSPEC, RTM_SETLINK, { doit: rtnl_setlink });
  rtnl_register(kernel, AF_UNSPEC, RTM_NEWLINK, { doit: rtnl_newlink });
  rtnl_register(kernel, AF_UNSPEC, RTM_DELLINK, { doit: rtnl_dellink });
  rtnl_register(kernel, AF_UNSPEC, RTM_GETQDISC, { dumpit: tc_dump_qdisc });
  rtnl_register(kernel, AF_UNSPEC, RTM_NEWQDISC, { doit: tc_modify_qdisc });
  rtnl_register(kernel, AF_UNSPEC, RTM_DELQDISC, { doit: tc_del_qdisc });
  rtnl_register(kernel, AF_UNSPEC, RTM_NEWNSID, { doit: rtnl_net_newid, doitUnlocked: true });
  rtnl_register(kernel, AF_UNSPEC, RTM_GETNSID, { doit: rtnl_net_getid, dumpit: rtnl_net_dumpid, doitUnlocked: true });
}

/** net_dev_init() and what follows it: rtnetlink, `lo`, the fate of devices whose namespace dies, IPv4 and IPv6. */
export async function net_dev_init(caller: Frame, strategies: NetStrategies = NET_ERAS["v5.10"]): Promise<void> {
  const current = caller.enter("net_dev_init");
  const { kernel } = current;
  rtnetlink_init(current);
  setNetdevFiles(kernel, netdevFiles);
  proc_pid_entry(kernel, "net/dev", { show: (frame, task) => dev_seq_text(frame, nsproxy_net.get(task) ?? init_net(kernel)) });
  proc_symlink(kernel, "net", "self/net");
  await register_pernet_device(current, loopback_net_ops);
  await register_pernet_device(current, default_device_ops);
  await inet_init(current, strategies);
}
