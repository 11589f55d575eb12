/** Models the registry of link kinds (net/core/rtnetlink.c, v5.10): rtnl_link_register() and its end. */
import { down_write, EEXIST, type Frame, staticData, up_write } from "../kernel/index.ts";
import { unregister_netdevice_many, unregister_netdevice_queue } from "./dev.ts";
import { for_each_netdev } from "./dev-lookup.ts";
import { for_each_net, pernet_ops_rwsem } from "./net-state.ts";
import { rtnl_lock, rtnl_unlock } from "./rtnl.ts";
import type { net_device, rtnl_link_ops } from "./structs.ts";

const statics = staticData(() => ({ link_ops: [] as rtnl_link_ops[] }));

/** rtnl_link_ops_get(): null if nobody registered the kind. */
export function rtnl_link_ops_get(current: Frame, kind: string): rtnl_link_ops | null {
  const { link_ops } = statics(current.kernel);
  current.reads(link_ops);
  return link_ops.find((ops) => ops.kind === kind) ?? null;
}

/** __rtnl_link_register(): caller holds rtnl_mutex. -EEXIST if the kind is taken. */
export function __rtnl_link_register(current: Frame, ops: rtnl_link_ops): number {
  if (rtnl_link_ops_get(current, ops.kind) !== null) return -EEXIST;
  const { link_ops } = statics(current.kernel);
  current.writes(link_ops);
  link_ops.push(ops);
  return 0;
}

/** rtnl_link_register(): takes rtnl_mutex. */
export async function rtnl_link_register(caller: Frame, ops: rtnl_link_ops): Promise<number> {
  const current = caller.enter("rtnl_link_register");
  await rtnl_lock(current);
  const err = __rtnl_link_register(current, ops);
  await rtnl_unlock(current);
  return err;
}

/** rtnl_link_unregister(): deletes every link of the kind. Takes pernet_ops_rwsem for write, so that no namespace is missed. */
export async function rtnl_link_unregister(caller: Frame, ops: rtnl_link_ops): Promise<void> {
  const current = caller.enter("rtnl_link_unregister");
  const rwsem = pernet_ops_rwsem(current.kernel);
  await down_write(current, rwsem);
  await rtnl_lock(current);
  await __rtnl_link_unregister(current, ops);
  await rtnl_unlock(current);
  up_write(current, rwsem);
}

/** __rtnl_link_unregister(): caller holds pernet_ops_rwsem for write and rtnl_mutex. */
export async function __rtnl_link_unregister(caller: Frame, ops: rtnl_link_ops): Promise<void> {
  const current = caller.enter("__rtnl_link_unregister");
  for (const net of for_each_net(current)) {
    const list_kill: net_device[] = [];
    for (const dev of for_each_netdev(current, net)) {
      if (dev.rtnl_link_ops !== ops) continue;
      if (ops.dellink !== undefined) ops.dellink(current, dev, list_kill);
      else unregister_netdevice_queue(current, dev, list_kill);
    }
    await unregister_netdevice_many(current, list_kill);
  }
  const { link_ops } = statics(current.kernel);
  current.writes(link_ops);
  link_ops.splice(link_ops.indexOf(ops), 1);
}
