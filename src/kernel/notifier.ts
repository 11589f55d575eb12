/**
 * Models notifier chains (include/linux/notifier.h, kernel/notifier.c): callbacks sorted by falling priority, equal ones
 * in order of registration. A raw chain has no lock of its own, a blocking one an rw_semaphore.
 */

import { warn } from "./bug.ts";
import { ENOENT } from "./errno.ts";
import type { Frame } from "./frame.ts";
import type { Kernel } from "./kernel.ts";
import { down_read, down_write, rw_semaphore, up_read, up_write } from "./rwsem.ts";

export const NOTIFY_DONE = 0x0000;
export const NOTIFY_OK = 0x0001;
export const NOTIFY_STOP_MASK = 0x8000;
export const NOTIFY_BAD = NOTIFY_STOP_MASK | 0x0002;
export const NOTIFY_STOP = NOTIFY_OK | NOTIFY_STOP_MASK;

/** notifier_from_errno(): an errno as a callback's answer. */
export function notifier_from_errno(err: number): number {
  return err === 0 ? NOTIFY_OK : NOTIFY_STOP_MASK | (NOTIFY_OK - err);
}

/** notifier_to_errno(): the errno in a callback's answer, 0 if none. */
export function notifier_to_errno(ret: number): number {
  const value = ret & ~NOTIFY_STOP_MASK;
  return value > NOTIFY_OK ? NOTIFY_OK - value : 0;
}

/** One subscriber. `T` is what the chain's events carry. */
export interface notifier_block<T> {
  readonly notifier_call: (current: Frame, nb: notifier_block<T>, action: number, data: T) => Promise<number>;
  readonly priority: number;
  /** The callback's symbol, for traces. */
  readonly name: string;
}

export class raw_notifier_head<T> {
  readonly chain: notifier_block<T>[] = [];
}

/** raw_notifier_chain_register(): the caller holds the lock that guards the chain. Registering twice is reported, returns 0. */
export function raw_notifier_chain_register<T>(current: Frame, head: raw_notifier_head<T>, nb: notifier_block<T>): number {
  current.writes(head);
  if (head.chain.includes(nb)) {
    warn(current, "warn", "double register detected");
    return 0;
  }
  const at = head.chain.findIndex((other) => other.priority < nb.priority);
  head.chain.splice(at < 0 ? head.chain.length : at, 0, nb);
  return 0;
}

/** raw_notifier_chain_unregister(): -ENOENT if it is not there. */
export function raw_notifier_chain_unregister<T>(current: Frame, head: raw_notifier_head<T>, nb: notifier_block<T>): number {
  current.writes(head);
  const at = head.chain.indexOf(nb);
  if (at < 0) return -ENOENT;
  head.chain.splice(at, 1);
  return 0;
}

/** raw_notifier_call_chain(): until a callback's answer has NOTIFY_STOP_MASK. Returns the last answer. */
export async function raw_notifier_call_chain<T>(caller: Frame, head: raw_notifier_head<T>, action: number, data: T): Promise<number> {
  if (head.chain.length === 0) return NOTIFY_DONE;
  const current = caller.enter("raw_notifier_call_chain");
  current.reads(head);
  let ret = NOTIFY_DONE;
  for (const nb of [...head.chain]) {
    ret = await nb.notifier_call(current, nb, action, data);
    if ((ret & NOTIFY_STOP_MASK) !== 0) break;
  }
  return ret;
}

export class blocking_notifier_head<T> {
  readonly rwsem: rw_semaphore;
  readonly head = new raw_notifier_head<T>();

  constructor(kernel: Kernel, name: string) {
    this.rwsem = new rw_semaphore(kernel, `&(${name})->rwsem`);
  }
}

/** blocking_notifier_chain_register(): takes the chain's rwsem for write. */
export async function blocking_notifier_chain_register<T>(
  current: Frame,
  nh: blocking_notifier_head<T>,
  nb: notifier_block<T>,
): Promise<number> {
  await down_write(current, nh.rwsem);
  const ret = raw_notifier_chain_register(current, nh.head, nb);
  up_write(current, nh.rwsem);
  return ret;
}

/** blocking_notifier_chain_unregister(): takes the chain's rwsem for write. */
export async function blocking_notifier_chain_unregister<T>(
  current: Frame,
  nh: blocking_notifier_head<T>,
  nb: notifier_block<T>,
): Promise<number> {
  await down_write(current, nh.rwsem);
  const ret = raw_notifier_chain_unregister(current, nh.head, nb);
  up_write(current, nh.rwsem);
  return ret;
}

/** blocking_notifier_call_chain(): takes the chain's rwsem for read around the callbacks; an empty chain costs no lock. */
export async function blocking_notifier_call_chain<T>(
  caller: Frame,
  nh: blocking_notifier_head<T>,
  action: number,
  data: T,
): Promise<number> {
  const current = caller.enter("blocking_notifier_call_chain");
  current.reads(nh.head);
  if (nh.head.chain.length === 0) return NOTIFY_DONE;
  await down_read(current, nh.rwsem);
  const ret = await raw_notifier_call_chain(current, nh.head, action, data);
  up_read(current, nh.rwsem);
  return ret;
}
