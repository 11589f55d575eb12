/** Models RTM_NEWRULE, RTM_DELRULE and RTM_GETRULE (net/core/fib_rules.c, v5.10). Run under rtnl_mutex. */
import { EAFNOSUPPORT, EINVAL, EOPNOTSUPP, type Frame } from "../../kernel/index.ts";
import {
  AF_INET,
  AF_INET6,
  Attributes,
  AttributeWriter,
  FIB_RULE_HDR_LEN,
  FR_ACT_TO_TBL,
  FRA_DST,
  FRA_FWMARK,
  FRA_IIFNAME,
  FRA_OIFNAME,
  FRA_PRIORITY,
  FRA_PROTOCOL,
  FRA_SRC,
  FRA_SUPPRESS_PREFIXLEN,
  FRA_TABLE,
  type NetlinkMessage,
  NL_SET_ERR_MSG,
  type netlink_callback,
  type netlink_ext_ack,
  type netlink_request,
  RTM_NEWRULE,
  type sk_buff,
} from "../../netlink/index.ts";
import { genl_info_net, net_of } from "../net_namespace.ts";
import { call_fib_notifiers, FIB_EVENT_RULE_ADD, FIB_EVENT_RULE_DEL } from "./fib-notifier.ts";
import { fib_add_rule, fib_del_rule, type fib_rule, fib_rules } from "./fib-rules.ts";

/** Attributes of rules that are not modelled. */
const UNMODELLED = [FRA_IIFNAME, FRA_OIFNAME, FRA_FWMARK];

interface RuleRequest {
  readonly family: number;
  readonly src: Uint8Array | null;
  readonly src_len: number;
  readonly dst: Uint8Array | null;
  readonly dst_len: number;
  readonly table: number;
  readonly pref: number | null;
  readonly proto: number;
}

function parse(nlh: NetlinkMessage, extack: netlink_ext_ack): RuleRequest | number {
  const { payload } = nlh;
  const tb = payload.length < FIB_RULE_HDR_LEN ? null : Attributes.parse(payload, FIB_RULE_HDR_LEN);
  const [family = 0, dst_len = 0, src_len = 0, , table = 0, , , action = 0] = payload;
  if (tb === null) return -EINVAL;
  if (family !== AF_INET && family !== AF_INET6) {
    NL_SET_ERR_MSG(extack, "Rule family not supported");
    return -EAFNOSUPPORT;
  }
  if (UNMODELLED.some((type) => tb.has(type)) || (action !== FR_ACT_TO_TBL && action !== 0)) {
    NL_SET_ERR_MSG(extack, "Rules by interface, mark or action are not modelled");
    return -EOPNOTSUPP;
  }
  return {
    family,
    src: tb.bytes(FRA_SRC)?.slice() ?? null,
    src_len,
    dst: tb.bytes(FRA_DST)?.slice() ?? null,
    dst_len,
    table: tb.u32(FRA_TABLE) ?? table,
    pref: tb.u32(FRA_PRIORITY) ?? null,
    proto: tb.u8(FRA_PROTOCOL) ?? 0,
  };
}

/** fib_nl_newrule() */
export async function fib_nl_newrule(
  caller: Frame,
  request: netlink_request,
  nlh: NetlinkMessage,
  extack: netlink_ext_ack,
): Promise<number> {
  const current = caller.enter("fib_nl_newrule");
  const wanted = parse(nlh, extack);
  if (typeof wanted === "number") return wanted;
  const net = net_of(request.net);
  const rule = fib_add_rule(current, net, wanted);
  if (typeof rule === "number") return rule;
  const err = await call_fib_notifiers(current, net, FIB_EVENT_RULE_ADD, { family: rule.family, extack, rule });
  if (err !== 0) fib_del_rule(current, net, rule.family, rule);
  return err;
}

/** fib_nl_delrule() */
export async function fib_nl_delrule(
  caller: Frame,
  request: netlink_request,
  nlh: NetlinkMessage,
  extack: netlink_ext_ack,
): Promise<number> {
  const current = caller.enter("fib_nl_delrule");
  const wanted = parse(nlh, extack);
  if (typeof wanted === "number") return wanted;
  const net = net_of(request.net);
  const { family, table, pref, src, src_len, dst, dst_len } = wanted;
  const rule = fib_del_rule(current, net, family, {
    ...(table === 0 ? {} : { table }),
    ...(pref === null ? {} : { pref }),
    ...(src === null ? {} : { src, src_len }),
    ...(dst === null ? {} : { dst, dst_len }),
  });
  if (typeof rule === "number") return rule;
  await call_fib_notifiers(current, net, FIB_EVENT_RULE_DEL, { family, extack, rule });
  return 0;
}

/** fib_nl_dumprule() */
export async function fib_nl_dumprule(caller: Frame, skb: sk_buff, cb: netlink_callback): Promise<number> {
  const current = caller.enter("fib_nl_dumprule");
  const net = genl_info_net(cb);
  const family = cb.nlh.payload[0] ?? 0;
  const rules = (family === 0 ? [AF_INET, AF_INET6] : [family]).flatMap((each) => fib_rules(current, net, each));
  for (const rule of rules.slice(cb.args[0])) {
    if (!skb.nlmsg_put(RTM_NEWRULE, fib_nl_fill_rule(rule))) break;
    cb.args[0]++;
  }
  return skb.len;
}

function fib_nl_fill_rule(rule: fib_rule): Uint8Array {
  const header = new Uint8Array(FIB_RULE_HDR_LEN);
  header.set([rule.family, rule.dst_len, rule.src_len, 0, rule.table < 256 ? rule.table : 252, 0, 0, FR_ACT_TO_TBL]);
  const w = new AttributeWriter()
    .header(header)
    .u32(FRA_TABLE, rule.table)
    .u32(FRA_SUPPRESS_PREFIXLEN, 0xffff_ffff)
    .u8(FRA_PROTOCOL, rule.proto);
  if (rule.pref !== 0) w.u32(FRA_PRIORITY, rule.pref);
  if (rule.dst !== null) w.bytes(FRA_DST, rule.dst);
  if (rule.src !== null) w.bytes(FRA_SRC, rule.src);
  return w.finish();
}
