/** Models include/uapi/linux/{rtnetlink,pkt_sched}.h as far as queueing disciplines are shown. */

/** sizeof(struct tcmsg): family u8, padding, ifindex s32, handle u32, parent u32, info u32 */
export const TCMSG_LEN = 20;
export const TCA_KIND = 1;
export const TCA_OPTIONS = 2;

export const TC_H_ROOT = 0xffff_ffff;
export const TC_H_INGRESS = 0xffff_fff1;

/** Struct tc_mqprio_qopt, and how many classes of traffic there are at most. */
export const TC_MQPRIO_QOPT_LEN = 82;
export const TC_QOPT_MAX_QUEUE = 16;
