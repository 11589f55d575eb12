/** Models struct Qdisc (include/net/sch_generic.h) as far as it is shown, and the disciplines that are made without being asked for. */

export interface Qdisc {
  readonly kind: string;
  /** 0 if nobody asked for it. */
  readonly handle: number;
  readonly parent: number;
  refcnt: number;
  /** TCA_OPTIONS, if it has such. */
  readonly options: Uint8Array | null;
  /** What a discipline over all queues has made for each of them, until it is put into their places. */
  readonly children: readonly Qdisc[] | null;
}

/** noop_qdisc: drops everything. It belongs to no device and is not shown. */
export const noop_qdisc: Readonly<Qdisc> = { kind: "noop", handle: 0, parent: 0, refcnt: 1, options: null, children: null };

/** struct tc_prio_qopt of pfifo_fast: bands s32, priomap u8[16] */
const PFIFO_FAST_OPTIONS = Uint8Array.of(3, 0, 0, 0, 1, 2, 2, 2, 1, 2, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1);

/** qdisc_create_dflt() of a discipline that is over no others. */
export function qdisc_create_leaf(kind: string, handle: number, parent: number): Qdisc {
  return { kind, handle, parent: parent >>> 0, refcnt: 1, options: kind === "pfifo_fast" ? PFIFO_FAST_OPTIONS : null, children: null };
}
