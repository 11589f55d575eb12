/**
 * Models the clients of ib_core (core/device.c): upper layers that are told of each device. A client's add runs under
 * devices_rwsem, clients_rwsem and the device's client_data_rwsem, all for read; its remove runs under none of them, last
 * client first.
 */
import {
  complete,
  completion,
  down_read,
  down_write,
  downgrade_write,
  type Frame,
  up_read,
  up_write,
  wait_for_completion,
} from "../../kernel/index.ts";
import { type ib_device, ib_device_put, ib_device_try_get, statics } from "./device.ts";

export interface IbClientOps {
  readonly name: string;
  /** 0, or a negative errno: then the client does not use this device. */
  add(current: Frame, dev: ib_device, self: ib_client): Promise<number>;
  remove(current: Frame, dev: ib_device, data: unknown): Promise<void>;
  rename?(current: Frame, dev: ib_device, data: unknown): void;
}

export class ib_client {
  readonly ops: IbClientOps;
  client_id = -1;
  registered = false;
  uses = 0;
  uses_zero = new completion("&client->uses_zero");

  constructor(ops: IbClientOps) {
    this.ops = ops;
  }
}

/** ib_set_client_data(): what the client keeps for this device; called from its add. */
export function ib_set_client_data(current: Frame, dev: ib_device, client: ib_client, data: unknown): void {
  current.writes(dev);
  const entry = dev.client_data.get(client.client_id);
  if (entry !== undefined) entry.data = data;
}

/** ib_register_client(): adds the client to every registered device. Takes clients_rwsem, then devices_rwsem for read. */
export async function ib_register_client(caller: Frame, client: ib_client): Promise<number> {
  const current = caller.enter("ib_register_client");
  const s = statics(current.kernel);
  client.uses = 1;
  client.uses_zero = new completion("&client->uses_zero");
  await down_write(current, s.clients_rwsem);
  client.client_id = s.highest_client_id++;
  client.registered = true;
  s.clients.set(client.client_id, client);
  up_write(current, s.clients_rwsem);
  await down_read(current, s.devices_rwsem);
  for (const dev of s.devices.values()) if (dev.registered) await add_client_context(current, dev, client);
  up_read(current, s.devices_rwsem);
  return 0;
}

/** ib_unregister_client(): removes it from every device and waits until it is in use nowhere. */
export async function ib_unregister_client(caller: Frame, client: ib_client): Promise<void> {
  const current = caller.enter("ib_unregister_client");
  const s = statics(current.kernel);
  await down_write(current, s.clients_rwsem);
  ib_client_put(current, client);
  client.registered = false;
  up_write(current, s.clients_rwsem);
  for (const dev of [...s.devices.values()]) {
    if (!ib_device_try_get(current, dev)) continue;
    await remove_client_context(current, dev, client.client_id);
    ib_device_put(current, dev);
  }
  await wait_for_completion(current, client.uses_zero);
  await down_write(current, s.clients_rwsem);
  s.clients.delete(client.client_id);
  s.highest_client_id = Math.max(0, ...[...s.clients.keys()].map((id) => id + 1));
  up_write(current, s.clients_rwsem);
}

/** Adds one client to one device. Caller holds devices_rwsem for read. A client that refuses is no error. */
export async function add_client_context(caller: Frame, dev: ib_device, client: ib_client): Promise<void> {
  const current = caller.enter("add_client_context");
  await down_write(current, dev.client_data_rwsem);
  if (!client.registered || dev.client_data.get(client.client_id)?.registered === true) {
    up_write(current, dev.client_data_rwsem);
    return;
  }
  const entry = { data: null as unknown, registered: false };
  dev.client_data.set(client.client_id, entry);
  client.uses++;
  ib_device_try_get(current, dev);
  downgrade_write(current, dev.client_data_rwsem);
  const error = await client.ops.add(current, dev, client);
  if (error === 0) {
    entry.registered = true;
  } else {
    dev.client_data.delete(client.client_id);
    ib_device_put(current, dev);
    ib_client_put(current, client);
  }
  up_read(current, dev.client_data_rwsem);
}

/** Removes one client from one device, if it is there. Holds client_data_rwsem only to take the context out. */
export async function remove_client_context(caller: Frame, dev: ib_device, client_id: number): Promise<void> {
  const current = caller.enter("remove_client_context");
  await down_write(current, dev.client_data_rwsem);
  const entry = dev.client_data.get(client_id);
  const client = statics(current.kernel).clients.get(client_id);
  if (entry === undefined || !entry.registered || client === undefined) {
    up_write(current, dev.client_data_rwsem);
    return;
  }
  entry.registered = false;
  up_write(current, dev.client_data_rwsem);
  await client.ops.remove(current, dev, entry.data);
  current.writes(dev);
  dev.client_data.delete(client_id);
  ib_device_put(current, dev);
  ib_client_put(current, client);
}

function ib_client_put(current: Frame, client: ib_client): void {
  current.writes(client);
  if (--client.uses === 0) complete(current, client.uses_zero);
}
