/**
 * Models struct genl_family, genl_ops, genl_info and genlmsg_put() (include/net/genetlink.h): what a family is, how its
 * messages are built and sent. Left out: attribute policies (families check with the getters of `Attributes`).
 */
import { EINVAL, EmulatorBug, type Frame, type Kernel, staticData } from "../kernel/index.ts";
import { netlink_broadcast, nlmsg_unicast } from "./af_netlink.ts";
import type { netlink_callback, sk_buff } from "./dump.ts";
import type { netlink_ext_ack } from "./extack.ts";
import type { netlink_net, netlink_sock } from "./netlink-sock.ts";
import { GENL_HDRLEN } from "./uapi/genetlink.ts";
import { type Attributes, AttributeWriter, encodeMessage, NETLINK_GENERIC, type NetlinkMessage } from "./wire.ts";

/** struct genl_info: one request of a `doit`. */
export interface genl_info {
  readonly snd_seq: number;
  readonly snd_portid: number;
  readonly sock: netlink_sock;
  readonly nlhdr: NetlinkMessage;
  readonly genlhdr: { readonly cmd: number; readonly version: number };
  readonly attrs: Attributes;
  readonly net: netlink_net;
  readonly family: genl_family;
  readonly extack: netlink_ext_ack;
  /** Handed from pre_doit to doit and post_doit. */
  readonly user_ptr: [unknown, unknown];
}

/** struct genl_ops; a command has a doit, a dumpit, or both. */
export interface genl_ops {
  readonly cmd: number;
  readonly doit?: (current: Frame, info: genl_info) => Promise<number>;
  readonly start?: (current: Frame, cb: netlink_callback) => Promise<number>;
  /** As netlink_dump_control.dump; family, op and attributes come from genl_dumpit_info(cb). */
  readonly dumpit?: (current: Frame, skb: sk_buff, cb: netlink_callback) => Promise<number>;
  readonly done?: (current: Frame, cb: netlink_callback) => Promise<void>;
  /** GENL_ADMIN_PERM and others: only shown, all tasks are root. */
  readonly flags?: number;
  /** The family's own flags, for its pre_doit. */
  readonly internal_flags?: number;
}

export interface genl_multicast_group {
  readonly name: string;
}

/** struct genl_family: constant; what registration adds to it stands in the kernel's table. */
export interface genl_family {
  readonly name: string;
  readonly version: number;
  readonly hdrsize: number;
  readonly maxattr: number;
  readonly mcgrps: readonly genl_multicast_group[];
  /** Usable outside of init_net. */
  readonly netnsok: boolean;
  /** Does its own locking: genl_mutex is not taken for it. */
  readonly parallel_ops: boolean;
  readonly pre_doit?: (current: Frame, ops: genl_ops, info: genl_info) => Promise<number>;
  readonly post_doit?: (current: Frame, ops: genl_ops, info: genl_info) => Promise<void>;
  readonly ops: readonly genl_ops[];
}

/** What registration gives a family. */
export interface RegisteredFamily {
  readonly id: number;
  /** Number of its first multicast group. */
  readonly mcgrp_offset: number;
}

/** genl_fam_idr: families in order of their ids. */
export const genl_fam_idr = staticData(() => new Map<genl_family, RegisteredFamily>());

/** Id and first multicast group of a registered family. */
export function genl_family_attrs(kernel: Kernel, family: genl_family): RegisteredFamily {
  const registered = genl_fam_idr(kernel).get(family);
  if (registered === undefined) throw new EmulatorBug(`generic netlink family ${family.name} is not registered`);
  return registered;
}

type Fill = (attributes: AttributeWriter) => void;

/** The payload of a generic netlink message: struct genlmsghdr and the attributes that `fill` writes. */
export function genlmsgPayload(cmd: number, version: number, fill: Fill): Uint8Array {
  const writer = new AttributeWriter().header(Uint8Array.of(cmd, version, 0, 0));
  fill(writer);
  return writer.finish();
}

/** genlmsg_put() and genlmsg_end(): a whole message of a registered family. */
export function genlmsg(
  current: Frame,
  family: genl_family,
  header: { readonly portid: number; readonly seq: number; readonly flags: number },
  cmd: number,
  fill: Fill,
): Uint8Array {
  const { id } = genl_family_attrs(current.kernel, family);
  return encodeMessage({ type: id, ...header, payload: genlmsgPayload(cmd, family.version, fill) });
}

/** As genlmsg() for one message of a dump. False if it does not fit: return `skb.len` and begin with it the next time. */
export function genlmsg_dump_put(current: Frame, skb: sk_buff, family: genl_family, cmd: number, fill: Fill): boolean {
  return skb.nlmsg_put(genl_family_attrs(current.kernel, family).id, genlmsgPayload(cmd, family.version, fill));
}

/** genlmsg_reply(): to who asked. */
export function genlmsg_reply(current: Frame, message: Uint8Array, info: genl_info): number {
  return nlmsg_unicast(current, info.sock, message);
}

/**
 * genlmsg_multicast_netns(): to the listeners in `net`; `group` is the index in family.mcgrps, `portid` who is left out.
 * -EINVAL for a wrong group, -ESRCH if nobody listens.
 */
export function genlmsg_multicast_netns(
  current: Frame,
  family: genl_family,
  net: netlink_net | null,
  message: Uint8Array,
  portid: number,
  group: number,
): number {
  if (group >= family.mcgrps.length) return -EINVAL;
  const { mcgrp_offset } = genl_family_attrs(current.kernel, family);
  return netlink_broadcast(current, net, NETLINK_GENERIC, portid, mcgrp_offset + group, message);
}

/** struct genl_dumpit_info */
export class genl_dumpit_data {
  readonly family: genl_family;
  readonly op: genl_ops;
  readonly attrs: Attributes;

  constructor(family: genl_family, op: genl_ops, attrs: Attributes) {
    this.family = family;
    this.op = op;
    this.attrs = attrs;
  }
}

/** genl_dumpit_info(): family, operation and attributes of a dump's request. */
export function genl_dumpit_info(cb: netlink_callback): genl_dumpit_data {
  if (!(cb.data instanceof genl_dumpit_data)) throw new EmulatorBug("this dump is not one of generic netlink");
  return cb.data;
}

/** Offset of the attributes in the payload of a message of `family`. */
export function genl_attrs_offset(family: genl_family): number {
  return GENL_HDRLEN + family.hdrsize;
}
