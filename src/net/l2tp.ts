/**
 * Models net/l2tp (v5.10) as far as a machine without tunnels shows it: what its two modules register, and the generic
 * netlink family whose TUNNEL_GET and SESSION_GET find nothing.
 * Left out: making tunnels and sessions, which is refused.
 */
import { ENODEV, EOPNOTSUPP, type Frame, type LoadableModule } from "../kernel/index.ts";
import { GENL_ADMIN_PERM, type genl_family, genl_register_family, genl_unregister_family } from "../netlink/index.ts";
import { register_pernet_device, unregister_pernet_device } from "./pernet.ts";
import type { pernet_operations } from "./structs.ts";

const L2TP_CMD_TUNNEL_CREATE = 1;
const L2TP_CMD_TUNNEL_DELETE = 2;
const L2TP_CMD_TUNNEL_GET = 4;
const L2TP_CMD_SESSION_CREATE = 5;
const L2TP_CMD_SESSION_GET = 8;
const L2TP_ATTR_MAX = 43;

const l2tp_net_ops: pernet_operations = { name: "l2tp_net_ops" };

const notModelled = async (): Promise<number> => -EOPNOTSUPP;
const noSuchTunnel = async (): Promise<number> => -ENODEV;
const nothingToDump = async (): Promise<number> => 0;

const l2tp_nl_family: genl_family = {
  name: "l2tp",
  version: 1,
  hdrsize: 0,
  maxattr: L2TP_ATTR_MAX,
  netnsok: true,
  parallel_ops: false,
  mcgrps: [{ name: "l2tp" }],
  ops: [
    { cmd: L2TP_CMD_TUNNEL_CREATE, doit: notModelled, flags: GENL_ADMIN_PERM },
    { cmd: L2TP_CMD_TUNNEL_DELETE, doit: noSuchTunnel, flags: GENL_ADMIN_PERM },
    { cmd: L2TP_CMD_TUNNEL_GET, doit: noSuchTunnel, dumpit: nothingToDump, flags: GENL_ADMIN_PERM },
    { cmd: L2TP_CMD_SESSION_CREATE, doit: noSuchTunnel, flags: GENL_ADMIN_PERM },
    { cmd: L2TP_CMD_SESSION_GET, doit: noSuchTunnel, dumpit: nothingToDump, flags: GENL_ADMIN_PERM },
  ],
};

/** Takes pernet_ops_rwsem for write. */
export const l2tpCoreModule: LoadableModule = {
  name: "l2tp_core",
  depends: ["udp_tunnel", "ip6_udp_tunnel"],
  size: 40_960,
  init: (caller: Frame) => register_pernet_device(caller.enter("l2tp_init"), l2tp_net_ops),
  exit: (caller: Frame) => unregister_pernet_device(caller.enter("l2tp_exit"), l2tp_net_ops),
};

/** Takes cb_lock for write and genl_mutex. Init and exit are tail calls: they leave no frame of their own. */
export const l2tpNetlinkModule: LoadableModule = {
  name: "l2tp_netlink",
  aliases: ["net-pf-16-proto-16-family-l2tp"],
  depends: ["l2tp_core"],
  size: 28_672,
  init: (current: Frame) => genl_register_family(current, l2tp_nl_family),
  exit: async (current: Frame) => void (await genl_unregister_family(current, l2tp_nl_family)),
};
