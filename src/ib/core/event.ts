/** Models IB events of ib_core (core/device.c): what happens to a port, told to the handlers of a device. */
import {
  alloc_workqueue,
  down_read,
  down_write,
  type Frame,
  flush_work,
  flush_workqueue_map,
  queue_work,
  staticData,
  up_read,
  up_write,
  work_struct,
} from "../../kernel/index.ts";
import type { ib_device } from "./device.ts";

const wqStatics = staticData(() => ({
  ib_wq: alloc_workqueue("infiniband"),
  /** What is queued or runs on it. */
  pending: new Set<work_struct>(),
}));

/** enum ib_event_type: the events that occur here. */
export const IB_EVENT_PORT_ACTIVE = 9;
export const IB_EVENT_PORT_ERR = 10;
export const IB_EVENT_GID_CHANGE = 18;

const EVENT_NAMES: Readonly<Record<number, string>> = {
  [IB_EVENT_PORT_ACTIVE]: "port active",
  [IB_EVENT_PORT_ERR]: "port error",
  [IB_EVENT_GID_CHANGE]: "GID changed",
};

export interface ib_event {
  readonly device: ib_device;
  readonly event: number;
  readonly port_num: number;
}

export interface ib_event_handler {
  handler(current: Frame, event: ib_event): Promise<void>;
}

/** ib_register_event_handler(): takes the device's event_handler_rwsem. */
export async function ib_register_event_handler(caller: Frame, dev: ib_device, handler: ib_event_handler): Promise<void> {
  const current = caller.enter("ib_register_event_handler");
  await down_write(current, dev.event_handler_rwsem);
  dev.event_handlers.push(handler);
  up_write(current, dev.event_handler_rwsem);
}

export async function ib_unregister_event_handler(caller: Frame, dev: ib_device, handler: ib_event_handler): Promise<void> {
  const current = caller.enter("ib_unregister_event_handler");
  await down_write(current, dev.event_handler_rwsem);
  dev.event_handlers.splice(dev.event_handlers.indexOf(handler), 1);
  up_write(current, dev.event_handler_rwsem);
}

/** ib_dispatch_event(): callable from anywhere; the handlers run on the "infiniband" workqueue. */
export function ib_dispatch_event(caller: Frame, event: ib_event): void {
  const current = caller.enter("ib_dispatch_event");
  const { kernel } = current;
  const { ib_wq, pending } = wqStatics(kernel);
  const name = EVENT_NAMES[event.event] ?? `event ${event.event}`;
  if (kernel.events.wants.subsystem) {
    const data = { device: event.device.name, port: event.port_num, event: name };
    kernel.events.emit({ type: "subsystem", room: "ib", name: "ib_event", frame: current, data });
  }
  const work = new work_struct("ib_cache_event_task", async (worker) => {
    await ib_cache_event_task(worker, event);
    pending.delete(work);
  });
  current.writes(pending);
  pending.add(work);
  queue_work(current, ib_wq, work);
}

async function ib_cache_event_task(caller: Frame, event: ib_event): Promise<void> {
  const current = caller.enter("ib_cache_event_task").enter("ib_dispatch_event_clients");
  const { event_handler_rwsem, event_handlers } = event.device;
  await down_read(current, event_handler_rwsem);
  for (const handler of event_handlers) await handler.handler(current, event);
  up_read(current, event_handler_rwsem);
}

/** flush_workqueue(ib_wq): waits for all events that are under way. */
export async function flush_ib_wq(caller: Frame): Promise<void> {
  const current = caller.enter("flush_workqueue");
  const { ib_wq, pending } = wqStatics(current.kernel);
  flush_workqueue_map(current, ib_wq);
  for (const work of [...pending]) await flush_work(current, work);
}
