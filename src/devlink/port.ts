/**
 * Models struct devlink_port (net/core/devlink.c): the ports of an instance, their flavour, and the netdev or IB device
 * that stands behind one. Left out: splitting, lanes, regions and parameters of ports, controllers, sub-functions, the
 * warning about a port whose type stays unset.
 */
import { EEXIST, type Frame, mutex, WARN_ON } from "../kernel/index.ts";
import { dev_net, type net_device, net_eq, rtnl_lock, rtnl_unlock } from "../net/index.ts";
import {
  type AttributeWriter,
  DEVLINK_ATTR_PORT_CONTROLLER_NUMBER,
  DEVLINK_ATTR_PORT_EXTERNAL,
  DEVLINK_ATTR_PORT_FLAVOUR,
  DEVLINK_ATTR_PORT_FUNCTION,
  DEVLINK_ATTR_PORT_IBDEV_NAME,
  DEVLINK_ATTR_PORT_INDEX,
  DEVLINK_ATTR_PORT_NETDEV_IFINDEX,
  DEVLINK_ATTR_PORT_NETDEV_NAME,
  DEVLINK_ATTR_PORT_NUMBER,
  DEVLINK_ATTR_PORT_PCI_PF_NUMBER,
  DEVLINK_ATTR_PORT_PCI_VF_NUMBER,
  DEVLINK_ATTR_PORT_SPLITTABLE,
  DEVLINK_ATTR_PORT_TYPE,
  DEVLINK_CMD_PORT_DEL,
  DEVLINK_CMD_PORT_NEW,
  DEVLINK_PORT_FLAVOUR_PCI_PF,
  DEVLINK_PORT_FLAVOUR_PCI_VF,
  DEVLINK_PORT_FLAVOUR_PHYSICAL,
  DEVLINK_PORT_FLAVOUR_VIRTUAL,
  DEVLINK_PORT_FUNCTION_ATTR_HW_ADDR,
  DEVLINK_PORT_TYPE_ETH,
  DEVLINK_PORT_TYPE_IB,
  DEVLINK_PORT_TYPE_NOTSET,
} from "../netlink/index.ts";
import { devlink_nl_put_handle, devlinkNotifyMessage } from "./notify.ts";
import { strategiesOf } from "./state.ts";
import { type DevlinkPortAttrs, type devlink, devlink_net, type devlink_port, type PortType } from "./types.ts";

export function devlink_port_init(): devlink_port {
  return { attrs: null, type: { type: DEVLINK_PORT_TYPE_NOTSET }, registered: null, reporter_list: [] };
}

/** devlink_port_attrs_set(): before devlink_port_register(). */
export function devlink_port_attrs_set(current: Frame, port: devlink_port, attrs: DevlinkPortAttrs): void {
  WARN_ON(current, port.registered !== null, "WARNING: attributes of a registered devlink port are changed");
  port.attrs = attrs;
}

/** devlink_port_register(): -EEXIST if the index is taken. Takes devlink->lock (or is called with it, see strategies.ts). */
export async function devlink_port_register(caller: Frame, devlink: devlink, port: devlink_port, index: number): Promise<number> {
  const current = caller.enter("devlink_port_register");
  const { locking } = strategiesOf(current.kernel);
  await locking.lockObjects(current, devlink);
  current.writes(devlink.port_list);
  if (portByIndex(devlink, index) !== null) {
    locking.unlockObjects(current, devlink);
    return -EEXIST;
  }
  port.registered = { devlink, index, reporters_lock: new mutex(current.kernel, "&devlink_port->reporters_lock") };
  devlink.port_list.push(port);
  locking.unlockObjects(current, devlink);
  await devlink_port_notify(current, port, DEVLINK_CMD_PORT_NEW);
  return 0;
}

/** devlink_port_unregister(): the port's type must have been cleared, if the driver had set one. */
export async function devlink_port_unregister(caller: Frame, port: devlink_port): Promise<void> {
  const current = caller.enter("devlink_port_unregister");
  const { registered } = port;
  if (WARN_ON(current, registered === null, "WARNING: a devlink port is unregistered that is not registered") || registered === null)
    return;
  const { devlink } = registered;
  const { locking } = strategiesOf(current.kernel);
  await devlink_port_notify(current, port, DEVLINK_CMD_PORT_DEL);
  await locking.lockObjects(current, devlink);
  current.writes(devlink.port_list);
  devlink.port_list.splice(devlink.port_list.indexOf(port), 1);
  port.registered = null;
  locking.unlockObjects(current, devlink);
}

/** devlink_port_type_eth_set(): the netdev behind the port. Takes rtnl_mutex where messages do; the caller must not hold it. */
export async function devlink_port_type_eth_set(caller: Frame, port: devlink_port, netdev: net_device): Promise<void> {
  await setType(caller.enter("devlink_port_type_eth_set"), port, { type: DEVLINK_PORT_TYPE_ETH, netdev });
}

/** devlink_port_type_ib_set(): the IB device behind the port. */
export async function devlink_port_type_ib_set(caller: Frame, port: devlink_port, ibdev: { readonly name: string }): Promise<void> {
  await setType(caller.enter("devlink_port_type_ib_set"), port, { type: DEVLINK_PORT_TYPE_IB, ibdev });
}

/** devlink_port_type_clear(): before the device behind the port goes. */
export async function devlink_port_type_clear(caller: Frame, port: devlink_port): Promise<void> {
  await setType(caller.enter("devlink_port_type_clear"), port, { type: DEVLINK_PORT_TYPE_NOTSET });
}

async function setType(current: Frame, port: devlink_port, type: PortType): Promise<void> {
  current.writes(port);
  port.type = type;
  await devlink_port_notify(current, port, DEVLINK_CMD_PORT_NEW);
}

export function portByIndex(devlink: devlink, index: number): devlink_port | null {
  return devlink.port_list.find((port) => port.registered?.index === index) ?? null;
}

/** devlink_port_notify(): nothing while the port or its instance is not registered. */
export async function devlink_port_notify(caller: Frame, port: devlink_port, cmd: number): Promise<void> {
  const devlink = port.registered?.devlink;
  if (devlink === undefined || !devlink.registered) return;
  const current = caller.enter("devlink_port_notify");
  await devlinkNotifyMessage(current, devlink, cmd, (msg) => devlink_nl_port_fill(current, msg, port));
}

/** devlink_nl_port_fill(): takes rtnl_mutex where the era does. The netdev is named only if it is in devlink's namespace. */
export async function devlink_nl_port_fill(caller: Frame, msg: AttributeWriter, port: devlink_port): Promise<number> {
  const current = caller.enter("devlink_nl_port_fill");
  const { registered } = port;
  if (registered === null) return 0;
  devlink_nl_put_handle(msg, registered.devlink);
  msg.u32(DEVLINK_ATTR_PORT_INDEX, registered.index);
  const { port_fill_takes_rtnl } = strategiesOf(current.kernel).locking;
  if (port_fill_takes_rtnl) await rtnl_lock(current);
  putType(current, msg, port, registered.devlink);
  if (port_fill_takes_rtnl) await rtnl_unlock(current);
  if (port.attrs !== null) putAttrs(msg, port.attrs);
  devlink_nl_port_function_attrs_put(current, msg, port, registered.devlink);
  return 0;
}

/** What the driver tells of the function behind the port. */
function devlink_nl_port_function_attrs_put(caller: Frame, msg: AttributeWriter, port: devlink_port, devlink: devlink): void {
  const current = caller.enter("devlink_nl_port_function_attrs_put");
  const hw_addr = devlink.ops.port_function_hw_addr_get?.(current, devlink, port);
  if (hw_addr === undefined || typeof hw_addr === "number") return;
  msg.nest(DEVLINK_ATTR_PORT_FUNCTION, (fn) => fn.bytes(DEVLINK_PORT_FUNCTION_ATTR_HW_ADDR, hw_addr));
}

function putType(current: Frame, msg: AttributeWriter, port: devlink_port, devlink: devlink): void {
  current.reads(port);
  const { type } = port;
  msg.u16(DEVLINK_ATTR_PORT_TYPE, type.type);
  if (type.type === DEVLINK_PORT_TYPE_ETH) {
    if (!net_eq(dev_net(type.netdev), devlink_net(devlink))) return;
    msg.u32(DEVLINK_ATTR_PORT_NETDEV_IFINDEX, type.netdev.ifindex).string(DEVLINK_ATTR_PORT_NETDEV_NAME, type.netdev.name);
  } else if (type.type === DEVLINK_PORT_TYPE_IB) {
    msg.string(DEVLINK_ATTR_PORT_IBDEV_NAME, type.ibdev.name);
  }
}

/** devlink_compat_phys_port_name_get(): what a netdev behind the port is called in /sys/class/net; null without attributes. */
export function devlink_port_phys_port_name(port: devlink_port): string | null {
  const { attrs } = port;
  if (attrs === null) return null;
  if (attrs.flavour === "physical") return `p${attrs.port_number}`;
  if (attrs.flavour === "virtual") return null;
  return attrs.flavour === "pci_pf" ? `pf${attrs.pf}` : `pf${attrs.pf}vf${attrs.vf}`;
}

const FLAVOURS = {
  physical: DEVLINK_PORT_FLAVOUR_PHYSICAL,
  virtual: DEVLINK_PORT_FLAVOUR_VIRTUAL,
  pci_pf: DEVLINK_PORT_FLAVOUR_PCI_PF,
  pci_vf: DEVLINK_PORT_FLAVOUR_PCI_VF,
} as const;

function putAttrs(msg: AttributeWriter, attrs: DevlinkPortAttrs): void {
  const splittable = attrs.flavour === "physical" && attrs.splittable === true;
  msg.u8(DEVLINK_ATTR_PORT_SPLITTABLE, splittable ? 1 : 0).u16(DEVLINK_ATTR_PORT_FLAVOUR, FLAVOURS[attrs.flavour]);
  if (attrs.flavour === "physical" || attrs.flavour === "virtual") {
    msg.u32(DEVLINK_ATTR_PORT_NUMBER, attrs.port_number);
    return;
  }
  msg.u32(DEVLINK_ATTR_PORT_CONTROLLER_NUMBER, 0).u16(DEVLINK_ATTR_PORT_PCI_PF_NUMBER, attrs.pf);
  if (attrs.flavour === "pci_vf") msg.u16(DEVLINK_ATTR_PORT_PCI_VF_NUMBER, attrs.vf);
  msg.u8(DEVLINK_ATTR_PORT_EXTERNAL, 0);
}
