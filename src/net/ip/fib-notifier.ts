/**
 * Models the fib notifier chain (net/core/fib_notifier.c, v5.10): drivers that mirror routes and rules of a namespace hear
 * of each, and are told all that there is when they begin to listen. Left out: sequence numbers and the retries for them.
 */
import {
  type Frame,
  type notifier_block,
  notifier_to_errno,
  raw_notifier_call_chain,
  raw_notifier_chain_register,
  raw_notifier_chain_unregister,
  raw_notifier_head,
} from "../../kernel/index.ts";
import { AF_INET, AF_INET6, type netlink_ext_ack } from "../../netlink/index.ts";
import { net_generic } from "../pernet.ts";
import { type net, pernet_id } from "../structs.ts";
import { type fib_route, fib_routes } from "./fib.ts";
import { type fib_rule, fib_rules } from "./fib-rules.ts";

/** enum fib_event_type: the answer to REPLACE and RULE_ADD may refuse. */
export const FIB_EVENT_ENTRY_REPLACE = 0;
export const FIB_EVENT_ENTRY_DEL = 3;
export const FIB_EVENT_RULE_ADD = 4;
export const FIB_EVENT_RULE_DEL = 5;

/** struct fib_notifier_info and what the families put behind it. */
export interface fib_notifier_info {
  readonly family: number;
  readonly extack: netlink_ext_ack | null;
  readonly route?: fib_route;
  readonly rule?: fib_rule;
}

export type fib_notifier_block = notifier_block<fib_notifier_info>;

export const fib_notifier_net_id = new pernet_id("fib_notifier_net_ops", () => new raw_notifier_head<fib_notifier_info>());

/** call_fib_notifiers(): 0, or the errno of who refuses. */
export async function call_fib_notifiers(current: Frame, net: net, event: number, info: fib_notifier_info): Promise<number> {
  return notifier_to_errno(await raw_notifier_call_chain(current, net_generic(net, fib_notifier_net_id), event, info));
}

/**
 * register_fib_notifier(): tells `nb` all rules and routes of the namespace, then adds it. The error of `nb` if it refuses
 * one of them; it is not registered then.
 */
export async function register_fib_notifier(
  caller: Frame,
  net: net,
  nb: fib_notifier_block,
  extack: netlink_ext_ack | null,
): Promise<number> {
  const current = caller.enter("register_fib_notifier");
  const frame = current.enter("fib_net_dump");
  for (const family of [AF_INET, AF_INET6]) {
    for (const rule of fib_rules(frame, net, family)) {
      const err = notifier_to_errno(await nb.notifier_call(frame, nb, FIB_EVENT_RULE_ADD, { family, extack, rule }));
      if (err !== 0) return err;
    }
    for (const route of [...fib_routes(frame, net, family)]) {
      const err = notifier_to_errno(await nb.notifier_call(frame, nb, FIB_EVENT_ENTRY_REPLACE, { family, extack, route }));
      if (err !== 0) return err;
    }
  }
  return raw_notifier_chain_register(current, net_generic(net, fib_notifier_net_id), nb);
}

/** unregister_fib_notifier(): without a last word about each route. */
export function unregister_fib_notifier(current: Frame, net: net, nb: fib_notifier_block): number {
  return raw_notifier_chain_unregister(current, net_generic(net, fib_notifier_net_id), nb);
}
