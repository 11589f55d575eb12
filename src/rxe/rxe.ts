/**
 * Models drivers/infiniband/sw/rxe/rxe.c and rxe_net.c (v5.10): making a device on a netdev, the driver's notifier on the
 * global netdev chain, module init and exit. The notifier is registered as long as the module is loaded, so both take
 * pernet_ops_rwsem for write, and no device that comes or goes does.
 * Left out: the UDP sockets of RoCE v2 (in init_net only), changes of the MTU.
 */
import {
  IB_GID_TYPE_ROCE_UDP_ENCAP,
  ib_alloc_device,
  ib_dealloc_device,
  type ib_device,
  ib_device_get_by_netdev,
  ib_device_put,
  ib_device_set_netdev,
  ib_register_device,
  ib_unregister_device_queued,
  ib_unregister_driver,
  RDMA_DRIVER_RXE,
  type rdma_link_ops,
  rdma_link_register,
  rdma_link_unregister,
} from "../ib/index.ts";
import { EEXIST, type Frame, type LoadableModule, NOTIFY_OK, pr_err, pr_info, pr_warn, staticData } from "../kernel/index.ts";
import {
  NETDEV_CHANGE,
  NETDEV_CHANGEMTU,
  NETDEV_DOWN,
  NETDEV_UNREGISTER,
  NETDEV_UP,
  type net_device,
  type netdev_notifier_block,
  netdev_notifier_info_to_dev,
  register_netdevice_notifier,
  unregister_netdevice_notifier,
} from "../net/index.ts";
import {
  RXE_DEVICE_CAP_FLAGS,
  RXE_PORT,
  rxe_dev,
  rxe_dev_ops,
  rxe_port_down,
  rxe_port_up,
  rxe_set_port_state,
  rxeAttributes,
} from "./rxe-dev.ts";

/** KBUILD_MODNAME, in front of the driver's messages. */
const MODNAME = "rdma_rxe";

/** container_of(): the driver's view of its devices. */
const devices = staticData(() => new WeakMap<ib_device, rxe_dev>());

const rxe_net_notifier: netdev_notifier_block = {
  name: "rxe_notify",
  priority: 0,
  async notifier_call(caller, _nb, event, info) {
    const current = caller.enter("rxe_notify");
    const ndev = netdev_notifier_info_to_dev(info);
    const ib_dev = ib_device_get_by_netdev(current, ndev, RDMA_DRIVER_RXE);
    if (ib_dev === null) return NOTIFY_OK;
    const rxe = devices(current.kernel).get(ib_dev);
    if (rxe !== undefined) netdevEvent(current, rxe, event, ndev);
    ib_device_put(current, ib_dev);
    return NOTIFY_OK;
  },
};

/** Runs under rtnl_mutex. A netdev that only moves to another namespace is unregistered too, and takes the device along. */
function netdevEvent(current: Frame, rxe: rxe_dev, event: number, ndev: net_device): void {
  switch (event) {
    case NETDEV_UNREGISTER:
      ib_unregister_device_queued(current, rxe.ib_dev);
      return;
    case NETDEV_UP:
      rxe_port_up(current, rxe);
      return;
    case NETDEV_DOWN:
      rxe_port_down(current, rxe);
      return;
    case NETDEV_CHANGEMTU:
      pr_info(current.kernel, `${MODNAME}: ${ndev.name} changed mtu to ${ndev.mtu}`);
      return;
    case NETDEV_CHANGE:
      rxe_set_port_state(current, rxe);
      return;
    default:
      pr_info(current.kernel, `${MODNAME}: ignoring netdev event = ${event} for ${ndev.name}`);
  }
}

const rxe_link_ops: rdma_link_ops = {
  type: "rxe",
  async newlink(caller, ibdev_name, ndev) {
    const current = caller.enter("rxe_newlink");
    const exists = ib_device_get_by_netdev(current, ndev, RDMA_DRIVER_RXE);
    if (exists !== null) {
      ib_device_put(current, exists);
      pr_err(current.kernel, `${MODNAME}: already configured on ${ndev.name}`);
      return -EEXIST;
    }
    const err = await rxe_net_add(current, ibdev_name, ndev);
    if (err !== 0) pr_err(current.kernel, `${MODNAME}: failed to add ${ndev.name}`);
    return err;
  },
};

async function rxe_net_add(caller: Frame, ibdev_name: string, ndev: net_device): Promise<number> {
  const current = caller.enter("rxe_net_add");
  const rxe = new rxe_dev(current.kernel, ndev);
  const guid = addrconf_addr_eui48(ndev.dev_addr);
  const ib_dev = ib_alloc_device(current, rxe_dev_ops(rxe), {
    // rxe_dma_device()
    parent: ndev.dev.parent,
    phys_port_cnt: 1,
    node_guid: guid,
    sys_image_guid: guid,
    device_cap_flags: RXE_DEVICE_CAP_FLAGS,
    node_desc: "rxe",
    roce_versions: [IB_GID_TYPE_ROCE_UDP_ENCAP],
    use_cq_dim: false,
    sysfs_attrs: rxeAttributes(rxe),
  });
  rxe.ib_dev = ib_dev;
  devices(current.kernel).set(ib_dev, rxe);
  const err = await rxe_register_device(current, rxe, ibdev_name);
  if (err !== 0) await ib_dealloc_device(current, ib_dev);
  return err;
}

async function rxe_register_device(caller: Frame, rxe: rxe_dev, ibdev_name: string): Promise<number> {
  const current = caller.enter("rxe_register_device");
  const named = ib_device_set_netdev(current, rxe.ib_dev, rxe.ndev, RXE_PORT);
  if (named !== 0) return named;
  const err = await ib_register_device(current, rxe.ib_dev, ibdev_name);
  if (err !== 0) pr_warn(current.kernel, `${MODNAME}: rxe_register_device failed with error ${err}`);
  return err;
}

/** addrconf_addr_eui48(): an EUI-64 of a MAC: ff:fe in its middle, the universal bit turned over. */
function addrconf_addr_eui48(mac: Uint8Array): bigint {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = mac;
  return [a ^ 2, b, c, 0xff, 0xfe, d, e, f].reduce((guid, byte) => (guid << 8n) | BigInt(byte), 0n);
}

/** rxe_module_init(): takes pernet_ops_rwsem for write, then rtnl_mutex. 0 or a negative errno. */
async function rxe_module_init(caller: Frame): Promise<number> {
  const current = caller.enter("rxe_module_init");
  const err = await register_netdevice_notifier(current.enter("rxe_net_init"), rxe_net_notifier);
  if (err !== 0) return err;
  await rdma_link_register(current, rxe_link_ops);
  pr_info(current.kernel, `${MODNAME}: loaded`);
  return 0;
}

/** rxe_module_exit(): all devices of the driver go. Takes pernet_ops_rwsem for write, after they are gone. */
async function rxe_module_exit(caller: Frame): Promise<void> {
  const current = caller.enter("rxe_module_exit");
  await rdma_link_unregister(current, rxe_link_ops);
  await ib_unregister_driver(current, RDMA_DRIVER_RXE);
  // rxe_net_exit(), which compilers inline.
  await unregister_netdevice_notifier(current, rxe_net_notifier);
  pr_info(current.kernel, `${MODNAME}: unloaded`);
}

export const rxeModule: LoadableModule = {
  name: "rdma_rxe",
  aliases: ["rdma-link-rxe"],
  depends: ["ib_core", "udp_tunnel", "ip6_udp_tunnel", "ib_uverbs"],
  size: 139_264,
  init: rxe_module_init,
  exit: rxe_module_exit,
};
