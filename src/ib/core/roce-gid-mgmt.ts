/**
 * Models core/roce_gid_mgmt.c: keeps the GID tables of RoCE ports equal to what their netdevs are and have. It listens on
 * the global netdev chain from module load on, whatever devices come and go, and does its work on the ordered workqueue
 * gid-cache-wq.
 * Left out: bonds, VLAN and other upper devices, IPv6 addresses (the link-local one is the default GID).
 */
import {
  alloc_ordered_workqueue,
  down_read,
  type Frame,
  NOTIFY_DONE,
  type notifier_block,
  queue_work,
  staticData,
  up_read,
  work_struct,
} from "../../kernel/index.ts";
import {
  dev_hold,
  dev_put,
  for_each_net,
  for_each_netdev,
  in_dev_addresses,
  type in_ifaddr,
  NETDEV_CHANGEADDR,
  NETDEV_DOWN,
  NETDEV_REGISTER,
  NETDEV_UNREGISTER,
  NETDEV_UP,
  type net_device,
  net_rwsem,
  type netdev_notifier_block,
  netdev_notifier_info_to_dev,
  register_inetaddr_notifier,
  register_netdevice_notifier,
  rtnl_lock,
  rtnl_unlock,
  unregister_inetaddr_notifier,
  unregister_netdevice_notifier,
} from "../../net/index.ts";
import { ARPHRD_ETHER } from "../../netlink/index.ts";
import { statics as deviceStatics, type ib_device } from "./device.ts";
import {
  ib_cache_gid_add,
  ib_cache_gid_del,
  ib_cache_gid_del_all_netdev_gids,
  ib_cache_gid_set_default_gid,
  ports,
  rdma_protocol_roce,
} from "./gid-cache.ts";
import { v4mappedGid } from "./gid-table.ts";
import { ib_device_get_netdev } from "./netdev.ts";

/** Whether a port is concerned, and what is done to it then. `rdma_ndev` is the port's netdev. */
interface netdev_event_work_cmd {
  filter(dev: ib_device, port: number, rdma_ndev: net_device | null, ndev: net_device): boolean;
  cb(current: Frame, dev: ib_device, port: number, rdma_ndev: net_device | null, ndev: net_device): Promise<void>;
}

const is_port_of_netdev: netdev_event_work_cmd["filter"] = (_dev, _port, rdma_ndev, ndev) => rdma_ndev === ndev;

const add_default_gid_cmd: netdev_event_work_cmd = {
  filter: is_port_of_netdev,
  cb: (current, dev, port, _rdma_ndev, ndev) => ib_cache_gid_set_default_gid(current.enter("add_default_gids"), dev, port, ndev),
};

const add_cmd: netdev_event_work_cmd = {
  filter: is_port_of_netdev,
  cb: (current, dev, port, _rdma_ndev, ndev) => add_netdev_ips(current, dev, port, ndev),
};

/** Also for ports that no longer have this netdev: the driver has forgotten it before the work runs. */
const del_cmd: netdev_event_work_cmd = {
  filter: () => true,
  cb: (current, dev, port, _rdma_ndev, ndev) => ib_cache_gid_del_all_netdev_gids(current.enter("del_netdev_ips"), dev, port, ndev),
};

const netdev_del_cmd: netdev_event_work_cmd = { ...del_cmd, filter: is_port_of_netdev };

const statics = staticData(() => ({ gid_cache_wq: alloc_ordered_workqueue("gid-cache-wq") }));

const nb_netdevice: netdev_notifier_block = {
  name: "netdevice_event",
  priority: 0,
  async notifier_call(caller, _nb, event, info) {
    const current = caller.enter("netdevice_event");
    const ndev = netdev_notifier_info_to_dev(info);
    if (ndev.type === ARPHRD_ETHER) netdevice_queue_work(current, commandsFor(event, ndev), ndev);
    return NOTIFY_DONE;
  },
};

const nb_inetaddr: notifier_block<in_ifaddr> = {
  name: "inetaddr_event",
  priority: 0,
  async notifier_call(caller, _nb, event, ifa) {
    const current = caller.enter("inetaddr_event");
    if (ifa.ifa_dev.type === ARPHRD_ETHER && (event === NETDEV_UP || event === NETDEV_DOWN)) queueAddress(current, event, ifa);
    return NOTIFY_DONE;
  },
};

/** roce_gid_mgmt_init(): addresses first, devices last, whose replay finds what is there. Takes pernet_ops_rwsem for write. */
export async function roce_gid_mgmt_init(caller: Frame): Promise<number> {
  const current = caller.enter("roce_gid_mgmt_init");
  await register_inetaddr_notifier(current, nb_inetaddr);
  return register_netdevice_notifier(current, nb_netdevice);
}

/** roce_gid_mgmt_cleanup(): takes pernet_ops_rwsem for write. */
export async function roce_gid_mgmt_cleanup(caller: Frame): Promise<void> {
  const current = caller.enter("roce_gid_mgmt_cleanup");
  await unregister_inetaddr_notifier(current, nb_inetaddr);
  await unregister_netdevice_notifier(current, nb_netdevice);
}

/** rdma_roce_rescan_device(): enters what the netdevs of all namespaces give. Takes rtnl_mutex, then net_rwsem for read. */
export async function rdma_roce_rescan_device(caller: Frame, dev: ib_device): Promise<void> {
  const current = caller.enter("rdma_roce_rescan_device").enter("ib_enum_roce_netdev");
  await enumPorts(current, dev, () => true, enum_all_gids_of_dev_cb);
}

function commandsFor(event: number, ndev: net_device): readonly netdev_event_work_cmd[] {
  switch (event) {
    case NETDEV_REGISTER:
    case NETDEV_UP:
      return [add_default_gid_cmd, add_cmd];
    case NETDEV_UNREGISTER:
      // Also said by a netdev that only moves to another namespace. Repeated for one that is gone already.
      return ndev.reg_state === "NETREG_REGISTERED" || ndev.reg_state === "NETREG_UNREGISTERING" ? [del_cmd] : [];
    case NETDEV_CHANGEADDR:
      return ndev.reg_state === "NETREG_REGISTERED" ? [netdev_del_cmd, add_default_gid_cmd, add_cmd] : [netdev_del_cmd];
    default:
      return [];
  }
}

/** netdevice_queue_work(): the netdev is held until the work is done. */
function netdevice_queue_work(caller: Frame, cmds: readonly netdev_event_work_cmd[], ndev: net_device): void {
  if (cmds.length === 0) return;
  const current = caller.enter("netdevice_queue_work");
  dev_hold(current, ndev);
  const work = new work_struct("netdevice_event_work_handler", (worker) => netdevice_event_work_handler(worker, cmds, ndev));
  queue_work(current, statics(current.kernel).gid_cache_wq, work);
}

/** addr_event(): one address came or went. The netdev is held until the work is done. */
function queueAddress(caller: Frame, event: number, ifa: in_ifaddr): void {
  const current = caller.enter("addr_event");
  const { ifa_dev: ndev } = ifa;
  const gid = v4mappedGid(ifa.ifa_local);
  const change = event === NETDEV_UP ? ib_cache_gid_add : ib_cache_gid_del;
  dev_hold(current, ndev);
  const work = new work_struct("update_gid_event_work_handler", async (worker) => {
    const frame = worker.enter("update_gid_event_work_handler");
    const matches: PortFilter = (_dev, _port, rdma_ndev) => rdma_ndev === ndev;
    await ib_enum_all_roce_netdevs(frame, matches, (inner, dev, port) => change(inner, dev, port, gid, ndev));
    dev_put(frame, ndev);
  });
  queue_work(current, statics(current.kernel).gid_cache_wq, work);
}

async function netdevice_event_work_handler(caller: Frame, cmds: readonly netdev_event_work_cmd[], ndev: net_device): Promise<void> {
  const current = caller.enter("netdevice_event_work_handler");
  for (const { filter, cb } of cmds) {
    const matches = (dev: ib_device, port: number, rdma_ndev: net_device | null): boolean => filter(dev, port, rdma_ndev, ndev);
    await ib_enum_all_roce_netdevs(current, matches, (inner, dev, port, rdma_ndev) => cb(inner, dev, port, rdma_ndev, ndev));
  }
  dev_put(current, ndev);
}

type PortFilter = (dev: ib_device, port: number, rdma_ndev: net_device | null) => boolean;
type PortCallback = (current: Frame, dev: ib_device, port: number, rdma_ndev: net_device | null) => Promise<void>;

/** ib_enum_all_roce_netdevs(): every RoCE port of every registered device. Takes devices_rwsem for read. */
async function ib_enum_all_roce_netdevs(caller: Frame, filter: PortFilter, cb: PortCallback): Promise<void> {
  const current = caller.enter("ib_enum_all_roce_netdevs");
  const { devices_rwsem, devices } = deviceStatics(current.kernel);
  await down_read(current, devices_rwsem);
  for (const dev of devices.values()) if (dev.registered) await enumPorts(current.enter("ib_enum_roce_netdev"), dev, filter, cb);
  up_read(current, devices_rwsem);
}

/** The body of ib_enum_roce_netdev(), whose frame `current` is. */
async function enumPorts(current: Frame, dev: ib_device, filter: PortFilter, cb: PortCallback): Promise<void> {
  for (const port of ports(dev)) {
    if (!rdma_protocol_roce(dev, port)) continue;
    const rdma_ndev = ib_device_get_netdev(current, dev, port);
    if (filter(dev, port, rdma_ndev)) await cb(current, dev, port, rdma_ndev);
    if (rdma_ndev !== null) dev_put(current, rdma_ndev);
  }
}

async function enum_all_gids_of_dev_cb(caller: Frame, dev: ib_device, port: number, rdma_ndev: net_device | null): Promise<void> {
  const current = caller.enter("enum_all_gids_of_dev_cb");
  const rwsem = net_rwsem(current.kernel);
  await rtnl_lock(current);
  await down_read(current, rwsem);
  for (const net of for_each_net(current)) {
    for (const ndev of for_each_netdev(current, net)) {
      if (!is_port_of_netdev(dev, port, rdma_ndev, ndev)) continue;
      await ib_cache_gid_set_default_gid(current.enter("add_default_gids"), dev, port, ndev);
      await add_netdev_ips(current, dev, port, ndev);
    }
  }
  up_read(current, rwsem);
  await rtnl_unlock(current);
}

async function add_netdev_ips(caller: Frame, dev: ib_device, port: number, ndev: net_device): Promise<void> {
  const current = caller.enter("add_netdev_ips");
  for (const ifa of in_dev_addresses(current, ndev)) await ib_cache_gid_add(current, dev, port, v4mappedGid(ifa.ifa_local), ndev);
}
