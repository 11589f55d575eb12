/**
 * Models policy routing rules (net/core/fib_rules.c, net/ipv4/fib_rules.c, net/ipv6/fib6_rules.c, v5.10): which table is
 * asked in which order, by source and destination. Left out: marks, interfaces, ports, goto, suppression, multicast rules.
 */
import { EEXIST, EINVAL, ENOENT, type Frame } from "../../kernel/index.ts";
import { AF_INET, RT_TABLE_DEFAULT, RT_TABLE_LOCAL, RT_TABLE_MAIN } from "../../netlink/index.ts";
import { net_generic } from "../pernet.ts";
import { type net, pernet_id } from "../structs.ts";
import { sameBytes, samePrefix } from "./fib.ts";

/** struct fib_rule */
export interface fib_rule {
  readonly family: number;
  readonly pref: number;
  readonly table: number;
  readonly src: Uint8Array | null;
  readonly src_len: number;
  readonly dst: Uint8Array | null;
  readonly dst_len: number;
  /** RTPROT_* */
  readonly proto: number;
}

const RTPROT_KERNEL = 2;

class fib_rules_ops {
  readonly rules = new Map<number, fib_rule[]>();
}

/** Every namespace begins with the kernel's own rules; IPv6 has none for the table `default`. */
export const fib_rules_net_id = new pernet_id("fib_rules_net_ops", () => new fib_rules_ops());

function initialRules(family: number): fib_rule[] {
  const rule = (pref: number, table: number): fib_rule => {
    return { family, pref, table, src: null, src_len: 0, dst: null, dst_len: 0, proto: RTPROT_KERNEL };
  };
  const rules = [rule(0, RT_TABLE_LOCAL), rule(0x7ffe, RT_TABLE_MAIN)];
  return family === AF_INET ? [...rules, rule(0x7fff, RT_TABLE_DEFAULT)] : rules;
}

/** The rules of a family, by falling priority. */
export function fib_rules(current: Frame, net: net, family: number): readonly fib_rule[] {
  const ops = net_generic(net, fib_rules_net_id);
  current.reads(ops);
  return ops.rules.get(family) ?? initialRules(family);
}

/** fib_nl_newrule(): `pref` null means just before the second rule. -EEXIST for a rule that is there. */
export function fib_add_rule(
  current: Frame,
  net: net,
  wanted: Omit<fib_rule, "pref"> & { readonly pref: number | null },
): fib_rule | number {
  const ops = net_generic(net, fib_rules_net_id);
  const rules = [...fib_rules(current, net, wanted.family)];
  const rule = { ...wanted, pref: wanted.pref ?? defaultPref(rules) };
  if (rule.table === 0) return -EINVAL;
  if (rules.some((other) => other.pref === rule.pref && sameRule(other, rule))) return -EEXIST;
  const at = rules.findIndex((other) => other.pref > rule.pref);
  rules.splice(at < 0 ? rules.length : at, 0, rule);
  current.writes(ops);
  ops.rules.set(wanted.family, rules);
  return rule;
}

/** fib_default_rule_pref() */
function defaultPref(rules: readonly fib_rule[]): number {
  const second = rules[1]?.pref ?? 0;
  return second > 0 ? second - 1 : 0;
}

function sameRule(a: fib_rule, b: fib_rule): boolean {
  return a.table === b.table && a.src_len === b.src_len && a.dst_len === b.dst_len && sameBytes(a.src, b.src) && sameBytes(a.dst, b.dst);
}

/** fib_nl_delrule(): the first rule that fits what is given; -ENOENT. */
export function fib_del_rule(current: Frame, net: net, family: number, match: Partial<fib_rule>): fib_rule | number {
  const ops = net_generic(net, fib_rules_net_id);
  const rules = [...fib_rules(current, net, family)];
  const at = rules.findIndex((rule) => fits(rule, match));
  const [gone] = at < 0 ? [] : rules.splice(at, 1);
  if (gone === undefined) return -ENOENT;
  current.writes(ops);
  ops.rules.set(family, rules);
  return gone;
}

function fits(rule: fib_rule, match: Partial<fib_rule>): boolean {
  if (match.pref !== undefined && rule.pref !== match.pref) return false;
  if (match.table !== undefined && rule.table !== match.table) return false;
  if (match.src !== undefined && !(sameBytes(rule.src, match.src) && rule.src_len === match.src_len)) return false;
  return match.dst === undefined || (sameBytes(rule.dst, match.dst) && rule.dst_len === match.dst_len);
}

/** Whether packets between these addresses follow the rule; an unknown source fits only rules without one. */
export function fib_rule_match(rule: fib_rule, saddr: Uint8Array | null, daddr: Uint8Array): boolean {
  if (rule.dst !== null && !samePrefix(rule.dst, daddr, rule.dst_len)) return false;
  return rule.src === null || (saddr !== null && samePrefix(rule.src, saddr, rule.src_len));
}
