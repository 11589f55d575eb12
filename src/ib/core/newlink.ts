/**
 * Models the registry of kinds that `rdma link add` can make (core/nldev.c): rdma_link_register() and its end, and the two
 * commands. A kind that nobody has registered is asked for as module `rdma-link-KIND`, without the registry's lock.
 */
import {
  down_read,
  down_write,
  EINVAL,
  ENODEV,
  type Frame,
  request_module,
  rw_semaphore,
  staticData,
  up_read,
  up_write,
} from "../../kernel/index.ts";
import { dev_get_by_name, dev_put, type net_device, net_of } from "../../net/index.ts";
import {
  Attributes,
  type NetlinkMessage,
  type netlink_request,
  RDMA_NLDEV_ATTR_DEV_NAME,
  RDMA_NLDEV_ATTR_LINK_TYPE,
  RDMA_NLDEV_ATTR_NDEV_NAME,
} from "../../netlink/index.ts";
import { IB_DEVICE_ALLOW_USER_UNREG, ib_device_put } from "./device.ts";
import { requestedDevice } from "./nldev-device.ts";
import { ib_unregister_device_and_put } from "./registration.ts";

/** struct rdma_link_ops */
export interface rdma_link_ops {
  readonly type: string;
  /** Makes a device on a netdev. 0 or a negative errno. Called with link_ops_rwsem held for read. */
  newlink(current: Frame, ibdev_name: string, ndev: net_device): Promise<number>;
}

const statics = staticData((kernel) => ({
  link_ops_rwsem: new rw_semaphore(kernel, "link_ops_rwsem"),
  link_ops: [] as rdma_link_ops[],
}));

/** rdma_link_register(): takes link_ops_rwsem for write. */
export async function rdma_link_register(caller: Frame, ops: rdma_link_ops): Promise<void> {
  const current = caller.enter("rdma_link_register");
  const { link_ops_rwsem, link_ops } = statics(current.kernel);
  await down_write(current, link_ops_rwsem);
  link_ops.push(ops);
  up_write(current, link_ops_rwsem);
}

/** rdma_link_unregister(): waits for commands that run a newlink. Takes link_ops_rwsem for write. */
export async function rdma_link_unregister(caller: Frame, ops: rdma_link_ops): Promise<void> {
  const current = caller.enter("rdma_link_unregister");
  const { link_ops_rwsem, link_ops } = statics(current.kernel);
  await down_write(current, link_ops_rwsem);
  const at = link_ops.indexOf(ops);
  if (at >= 0) link_ops.splice(at, 1);
  up_write(current, link_ops_rwsem);
}

/** RDMA_NLDEV_CMD_NEWLINK: `rdma link add NAME type KIND netdev NETDEV`. */
export async function nldev_newlink(caller: Frame, request: netlink_request, nlh: NetlinkMessage): Promise<number> {
  const current = caller.enter("nldev_newlink");
  const tb = Attributes.parse(nlh.payload);
  const [name, type, ndev_name] = [
    tb?.string(RDMA_NLDEV_ATTR_DEV_NAME),
    tb?.string(RDMA_NLDEV_ATTR_LINK_TYPE),
    tb?.string(RDMA_NLDEV_ATTR_NDEV_NAME),
  ];
  if (name === undefined || type === undefined || ndev_name === undefined) return -EINVAL;
  if (name === "" || name.includes("%")) return -EINVAL;
  const ndev = dev_get_by_name(current, net_of(request.net), ndev_name);
  if (ndev === null) return -ENODEV;
  const { link_ops_rwsem, link_ops } = statics(current.kernel);
  const find = (): rdma_link_ops | undefined => link_ops.find((ops) => ops.type === type);
  await down_read(current, link_ops_rwsem);
  let ops = find();
  if (ops === undefined) {
    up_read(current, link_ops_rwsem);
    await request_module(current, `rdma-link-${type}`);
    await down_read(current, link_ops_rwsem);
    ops = find();
  }
  const err = ops === undefined ? -EINVAL : await ops.newlink(current, name, ndev);
  up_read(current, link_ops_rwsem);
  dev_put(current, ndev);
  return err;
}

/** RDMA_NLDEV_CMD_DELLINK: -EINVAL for a device that its driver alone may take away. */
export async function nldev_dellink(caller: Frame, request: netlink_request, nlh: NetlinkMessage): Promise<number> {
  const current = caller.enter("nldev_dellink");
  const dev = await requestedDevice(current, request, Attributes.parse(nlh.payload));
  if (typeof dev === "number") return dev;
  if ((dev.device_cap_flags & IB_DEVICE_ALLOW_USER_UNREG) === 0n) {
    ib_device_put(current, dev);
    return -EINVAL;
  }
  await ib_unregister_device_and_put(current, dev);
  return 0;
}
