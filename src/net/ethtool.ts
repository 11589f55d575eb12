/**
 * Models ethtool (net/ethtool/ioctl.c ETHTOOL_GDRVINFO, and the generic netlink family of net/ethtool/netlink.c, v5.10): who
 * drives a device, and whether it has a link. Every other request finds a device without such an operation and is refused
 * as the kernel refuses it then. Left out: link modes, rings, features, statistics, notifications.
 */
import { EINVAL, ENODEV, EOPNOTSUPP, type Frame } from "../kernel/index.ts";
import {
  Attributes,
  type AttributeWriter,
  ETHTOOL_A_HEADER_DEV_INDEX,
  ETHTOOL_A_HEADER_DEV_NAME,
  ETHTOOL_A_LINKSTATE_HEADER,
  ETHTOOL_A_LINKSTATE_LINK,
  ETHTOOL_GENL_NAME,
  ETHTOOL_MSG_LINKSTATE_GET,
  ETHTOOL_MSG_LINKSTATE_GET_REPLY,
  ETHTOOL_UNMODELLED_GETS,
  type genl_family,
  type genl_info,
  genl_register_family,
  genlmsg,
  genlmsg_reply,
  NL_SET_ERR_MSG,
} from "../netlink/index.ts";
import { __dev_get_by_index, __dev_get_by_name } from "./dev-lookup.ts";
import { net_of } from "./net_namespace.ts";
import { ASSERT_RTNL, rtnl_lock, rtnl_unlock } from "./rtnl.ts";
import type { ethtool_drvinfo, net, net_device } from "./structs.ts";

/** Where the name of the device lies in a request: behind struct nlmsghdr, genlmsghdr and the nest of the header. */
const DEV_NAME_OFFSET = 24;

export const SPEED_UNKNOWN = -1;

/** __ethtool_get_link_ksettings(): -EOPNOTSUPP if the driver cannot say. Caller holds rtnl_mutex. */
export function __ethtool_get_link_ksettings(caller: Frame, dev: net_device): { readonly speed: number } | number {
  const current = caller.enter("__ethtool_get_link_ksettings");
  ASSERT_RTNL(current);
  current.reads(dev);
  return dev.ethtool_ops.get_link_ksettings?.(current, dev) ?? -EOPNOTSUPP;
}

/** ethtool_get_drvinfo(): what the driver says, else what the driver core knows. -ENODEV, -EOPNOTSUPP. */
export function ethtool_get_drvinfo(caller: Frame, net: net, name: string): ethtool_drvinfo | number {
  const current = caller.enter("ethtool_get_drvinfo");
  const dev = __dev_get_by_name(current, net, name);
  if (dev === null) return -ENODEV;
  current.reads(dev);
  const { parent } = dev.dev;
  const info = dev.ethtool_ops.get_drvinfo?.(dev);
  if (info === undefined && (parent === null || parent.driver === null)) return -EOPNOTSUPP;
  return {
    driver: info?.driver ?? parent?.driver?.name ?? "",
    version: info?.version ?? current.kernel.release,
    fw_version: info?.fw_version ?? "",
    bus_info: info?.bus_info ?? (parent?.driver == null ? "" : parent.name),
  };
}

/** ethnl_parse_header_dev_get(): the device that a request names. */
function ethnl_parse_header_dev_get(current: Frame, info: genl_info): net_device | number {
  const bytes = info.attrs.bytes(ETHTOOL_A_LINKSTATE_HEADER);
  const header = bytes === undefined ? null : Attributes.parse(bytes);
  if (header === null) {
    NL_SET_ERR_MSG(info.extack, "request header missing");
    return -EINVAL;
  }
  const net = net_of(info.net);
  const index = header.u32(ETHTOOL_A_HEADER_DEV_INDEX);
  const name = header.string(ETHTOOL_A_HEADER_DEV_NAME);
  if (index === undefined && name === undefined) {
    NL_SET_ERR_MSG(info.extack, "neither ifindex nor name specified");
    return -EINVAL;
  }
  const dev = index === undefined ? __dev_get_by_name(current, net, name ?? "") : __dev_get_by_index(current, net, index);
  if (dev !== null) return dev;
  NL_SET_ERR_MSG(info.extack, index === undefined ? "no device matches name" : "no device matches ifindex");
  info.extack.bad_attr = DEV_NAME_OFFSET;
  return -ENODEV;
}

/** ethnl_default_doit(): takes rtnl_mutex for what the driver is asked. */
async function ethnl_default_doit(caller: Frame, info: genl_info): Promise<number> {
  const current = caller.enter("ethnl_default_doit");
  const dev = ethnl_parse_header_dev_get(current, info);
  if (typeof dev === "number") return dev;
  if (info.genlhdr.cmd !== ETHTOOL_MSG_LINKSTATE_GET) return -EOPNOTSUPP;
  await rtnl_lock(current);
  current.reads(dev);
  const { get_link } = dev.ethtool_ops;
  const link = get_link === undefined ? undefined : dev.running && get_link(dev);
  await rtnl_unlock(current);
  const header = { portid: info.snd_portid, seq: info.snd_seq, flags: 0 };
  const message = genlmsg(current, ethtool_genl_family, header, ETHTOOL_MSG_LINKSTATE_GET_REPLY, (w) => {
    w.nest(ETHTOOL_A_LINKSTATE_HEADER, (nest) => fillHeader(nest, dev), true);
    if (link !== undefined) w.u8(ETHTOOL_A_LINKSTATE_LINK, link ? 1 : 0);
  });
  return genlmsg_reply(current, message, info);
}

function fillHeader(w: AttributeWriter, dev: net_device): void {
  w.u32(ETHTOOL_A_HEADER_DEV_INDEX, dev.ifindex).string(ETHTOOL_A_HEADER_DEV_NAME, dev.name);
}

const ethtool_genl_family: genl_family = {
  name: ETHTOOL_GENL_NAME,
  version: 1,
  hdrsize: 0,
  maxattr: 0,
  netnsok: true,
  parallel_ops: true,
  mcgrps: [{ name: "monitor" }],
  ops: [ETHTOOL_MSG_LINKSTATE_GET, ...ETHTOOL_UNMODELLED_GETS].map((cmd) => ({ cmd, doit: ethnl_default_doit })),
};

/** ethnl_init() */
export function ethnl_init(caller: Frame): Promise<number> {
  return genl_register_family(caller.enter("ethnl_init"), ethtool_genl_family);
}
