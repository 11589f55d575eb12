/**
 * Models the "mad" client of ib_core (core/mad.c): it makes a domain, a completion queue and the special queue pairs for
 * management datagrams on every port that can have them. Left out: agents and the datagrams themselves, the "sa" client.
 */
import { EOPNOTSUPP, type Frame, staticData } from "../../kernel/index.ts";
import { type IbClientOps, ib_client, ib_register_client, ib_set_client_data, ib_unregister_client } from "./client.ts";
import type { ib_device } from "./device.ts";
import { ports } from "./gid-cache.ts";
import { IB_POLL_UNBOUND_WORKQUEUE, IB_QPT_GSI, IB_QPT_SMI, type ib_cq, type ib_pd, type ib_qp } from "./restrack.ts";
import { ib_alloc_cq, ib_alloc_pd, ib_create_qp, ib_dealloc_pd, ib_destroy_qp, ib_free_cq } from "./verbs.ts";

/** KBUILD_MODNAME of the file. */
const KERN_NAME = "ib_core";

/** mad_sendq_size and mad_recvq_size, module parameters. */
const SENDQ_SIZE = 128;
const RECVQ_SIZE = 512;

/** struct ib_mad_port_private, as far as it is kept. */
interface MadPort {
  readonly pd: ib_pd;
  readonly cq: ib_cq;
  readonly qps: readonly ib_qp[];
}

const mad_client: IbClientOps = {
  name: "mad",
  async add(current, dev, self) {
    const opened = ports(dev).flatMap((port) =>
      rdma_cap_ib_mad(dev, port) ? [ib_mad_port_open(current.enter("ib_mad_init_device"), dev, port)] : [],
    );
    if (opened.length === 0) return -EOPNOTSUPP;
    ib_set_client_data(current, dev, self, opened);
    return 0;
  },
  async remove(current, dev, data) {
    for (const port of data as readonly MadPort[]) ib_mad_port_close(current.enter("ib_mad_remove_device"), dev, port);
  },
};

const statics = staticData(() => ({ client: new ib_client(mad_client) }));

/** ib_mad_init(): part of ib_core's own start. Takes clients_rwsem, devices_rwsem. */
export async function ib_mad_init(caller: Frame): Promise<void> {
  const current = caller.enter("ib_mad_init");
  await ib_register_client(current, statics(current.kernel).client);
}

/** ib_mad_cleanup(): locks as above. */
export async function ib_mad_cleanup(caller: Frame): Promise<void> {
  const current = caller.enter("ib_mad_cleanup");
  await ib_unregister_client(current, statics(current.kernel).client);
}

/** Raw packets alone leave no room for management datagrams. */
function rdma_cap_ib_mad(dev: ib_device, port: number): boolean {
  return dev.ops.port_protocol(dev, port) !== "raw_packet";
}

function ib_mad_port_open(caller: Frame, dev: ib_device, port: number): MadPort {
  const current = caller.enter("ib_mad_port_open");
  // Subnet management is InfiniBand's: RoCE ports have no queue pair 0.
  const has_smi = dev.ops.port_protocol(dev, port) === "ib";
  const pd = ib_alloc_pd(current, dev, KERN_NAME);
  const cq_size = (SENDQ_SIZE + RECVQ_SIZE) * (has_smi ? 2 : 1);
  const cq = ib_alloc_cq(current, dev, cq_size, IB_POLL_UNBOUND_WORKQUEUE, KERN_NAME);
  const types = has_smi ? [IB_QPT_SMI, IB_QPT_GSI] : [IB_QPT_GSI];
  return { pd, cq, qps: types.map((qp_type) => ib_create_qp(current, dev, { pd, cq, qp_type, port, kern_name: KERN_NAME })) };
}

function ib_mad_port_close(caller: Frame, dev: ib_device, opened: MadPort): void {
  const current = caller.enter("ib_mad_port_close");
  for (const qp of opened.qps.toReversed()) ib_destroy_qp(current, dev, qp, opened);
  ib_dealloc_pd(current, dev, opened.pd);
  ib_free_cq(current, dev, opened.cq);
}
