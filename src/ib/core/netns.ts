/**
 * Models the pernet operations of ib_core (core/device.c): each namespace but the first is entered in rdma_nets and, in
 * shared mode, given a compatibility device of every IB device; when it goes, devices that were moved into it return to
 * init_net.
 * Left out: the netlink socket of each namespace (netlink listens in all of them).
 */
import { down_read, down_write, EOPNOTSUPP, type Frame, up_read, up_write } from "../../kernel/index.ts";
import {
  current_net,
  get_net_ns_by_fd,
  init_net,
  type net,
  net_eq,
  net_generic,
  pernet_id,
  type pernet_operations,
  put_net,
} from "../../net/index.ts";
import { add_one_compat_dev, remove_one_compat_dev } from "./compat.ts";
import { type ib_device, ib_device_put, statics } from "./device.ts";
import { rdma_dev_change_netns } from "./registration.ts";

/** struct rdma_dev_net: what ib_core keeps for a namespace. */
export class rdma_dev_net {
  net!: net;
  /** Its key in rdma_nets. */
  id = -1;
}

const rdma_dev_net_id = new pernet_id<rdma_dev_net>("rdma_dev_net", () => new rdma_dev_net());

/** rdma_dev_init_net(): a namespace is born. Runs under pernet_ops_rwsem; takes devices_rwsem, rdma_nets_rwsem for read. */
async function rdma_dev_init_net(caller: Frame, net: net): Promise<number> {
  const current = caller.enter("rdma_dev_init_net");
  const s = statics(current.kernel);
  const rnet = net_generic(net, rdma_dev_net_id);
  rnet.net = net;
  if (net_eq(net, init_net(current.kernel))) return 0;
  current.writes(s.rdma_nets);
  rnet.id = lowestFreeId(s.rdma_nets);
  s.rdma_nets.set(rnet.id, rnet);
  let ret = 0;
  await down_read(current, s.devices_rwsem);
  for (const dev of s.devices.values()) {
    if (!dev.registered) continue;
    await down_read(current, s.rdma_nets_rwsem);
    ret = await add_one_compat_dev(current, dev, rnet);
    up_read(current, s.rdma_nets_rwsem);
    if (ret !== 0) break;
  }
  up_read(current, s.devices_rwsem);
  if (ret !== 0) await rdma_dev_exit_net(current, net);
  return ret;
}

/** rdma_dev_exit_net(): a namespace dies. Its id is not given out again before its last device has left. */
async function rdma_dev_exit_net(caller: Frame, net: net): Promise<void> {
  const current = caller.enter("rdma_dev_exit_net");
  const s = statics(current.kernel);
  const rnet = net_generic(net, rdma_dev_net_id);
  await down_write(current, s.rdma_nets_rwsem);
  s.rdma_nets.set(rnet.id, null);
  up_write(current, s.rdma_nets_rwsem);
  await down_read(current, s.devices_rwsem);
  for (const dev of [...s.devices.values()]) {
    // Deleting a device can take long: others must not wait for devices_rwsem meanwhile.
    up_read(current, s.devices_rwsem);
    await remove_one_compat_dev(current, dev, rnet.id);
    await rdma_dev_change_netns(current, dev, net, init_net(current.kernel));
    await down_read(current, s.devices_rwsem);
  }
  up_read(current, s.devices_rwsem);
  current.writes(s.rdma_nets);
  s.rdma_nets.delete(rnet.id);
}

export const rdma_dev_net_ops: pernet_operations = {
  name: "rdma_dev_net_ops",
  id: rdma_dev_net_id,
  init: rdma_dev_init_net,
  exit: rdma_dev_exit_net,
};

/**
 * ib_device_set_netns_put(): moves a device to the namespace of a descriptor, from that of the caller. -EOPNOTSUPP in
 * shared mode, or if the driver cannot take user contexts away. Drops the caller's reference on the device.
 */
export async function ib_device_set_netns_put(caller: Frame, dev: ib_device, ns_fd: number): Promise<number> {
  const current = caller.enter("ib_device_set_netns_put");
  const net = get_net_ns_by_fd(current, ns_fd);
  if (typeof net === "number") {
    ib_device_put(current, dev);
    return net;
  }
  ib_device_put(current, dev);
  let ret = -EOPNOTSUPP;
  if (dev.ops.disassociate_ucontext === true && !statics(current.kernel).ib_devices_shared_netns) {
    ret = await rdma_dev_change_netns(current, dev, current_net(current), net);
  }
  put_net(current, net);
  return ret;
}

function lowestFreeId(nets: ReadonlyMap<number, unknown>): number {
  let id = 0;
  while (nets.has(id)) id++;
  return id;
}
