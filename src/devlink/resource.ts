/**
 * Models devlink resources (net/core/devlink.c): sizes of a device's tables in a tree, which user space may change. A new
 * size is kept until the driver asks for it (devlink_resource_size_get()), which is when it reloads.
 * Left out: more units than "entry", resources of ports.
 */
import { EINVAL, type Frame, WARN_ON } from "../kernel/index.ts";
import {
  type AttributeWriter,
  DEVLINK_ATTR_RESOURCE,
  DEVLINK_ATTR_RESOURCE_ID,
  DEVLINK_ATTR_RESOURCE_LIST,
  DEVLINK_ATTR_RESOURCE_NAME,
  DEVLINK_ATTR_RESOURCE_OCC,
  DEVLINK_ATTR_RESOURCE_SIZE,
  DEVLINK_ATTR_RESOURCE_SIZE_GRAN,
  DEVLINK_ATTR_RESOURCE_SIZE_MAX,
  DEVLINK_ATTR_RESOURCE_SIZE_MIN,
  DEVLINK_ATTR_RESOURCE_SIZE_NEW,
  DEVLINK_ATTR_RESOURCE_SIZE_VALID,
  DEVLINK_ATTR_RESOURCE_UNIT,
  DEVLINK_RESOURCE_UNIT_ENTRY,
} from "../netlink/index.ts";
import { strategiesOf } from "./state.ts";
import type { devlink, devlink_resource, devlink_resource_size_params } from "./types.ts";

/** The id that names no parent: the resource stands at the top. */
export const DEVLINK_RESOURCE_ID_PARENT_TOP = 0n;

/** devlink_resource_find(): in the whole tree below `list`. */
export function devlink_resource_find(list: readonly devlink_resource[], resource_id: bigint): devlink_resource | null {
  for (const resource of list) {
    if (resource.id === resource_id) return resource;
    const below = devlink_resource_find(resource.resource_list, resource_id);
    if (below !== null) return below;
  }
  return null;
}

/** devlink_resource_register(): takes devlink->lock (or is called with it). -EINVAL for an id in use or a parent that is not there. */
export async function devlink_resource_register(
  caller: Frame,
  devlink: devlink,
  resource_name: string,
  resource_size: bigint,
  resource_id: bigint,
  parent_resource_id: bigint,
  size_params: devlink_resource_size_params,
): Promise<number> {
  const current = caller.enter("devlink_resource_register");
  return withObjects(current, devlink, () => {
    const top = parent_resource_id === DEVLINK_RESOURCE_ID_PARENT_TOP;
    const parent = top ? null : devlink_resource_find(devlink.resource_list, parent_resource_id);
    if (devlink_resource_find(devlink.resource_list, resource_id) !== null || (!top && parent === null)) return -EINVAL;
    (parent?.resource_list ?? devlink.resource_list).push({
      name: resource_name,
      id: resource_id,
      size: resource_size,
      size_new: resource_size,
      size_valid: true,
      parent,
      size_params,
      resource_list: [],
      occ_get: null,
    });
    return 0;
  });
}

/** devlink_resources_unregister(): all of them. Takes devlink->lock (or is called with it). */
export async function devlink_resources_unregister(caller: Frame, devlink: devlink): Promise<void> {
  await withObjects(caller.enter("devlink_resources_unregister"), devlink, () => devlink.resource_list.splice(0));
}

/** devlink_resource_size_get(): the size that user space asked for, which becomes the present one; null for an unknown id. */
export function devlink_resource_size_get(caller: Frame, devlink: devlink, resource_id: bigint): Promise<bigint | null> {
  return withObjects(caller.enter("devlink_resource_size_get"), devlink, () => {
    const resource = devlink_resource_find(devlink.resource_list, resource_id);
    if (resource === null) return null;
    resource.size = resource.size_new;
    return resource.size_new;
  });
}

/** devlink_resource_occ_get_register(): `occ_get` tells how much is in use; it may not wait. */
export async function devlink_resource_occ_get_register(
  caller: Frame,
  devlink: devlink,
  resource_id: bigint,
  occ_get: () => bigint,
): Promise<void> {
  const current = caller.enter("devlink_resource_occ_get_register");
  await withObjects(current, devlink, () => {
    const resource = devlink_resource_find(devlink.resource_list, resource_id);
    const wrong = resource === null || resource.occ_get !== null;
    if (!WARN_ON(current, wrong, `WARNING: resource ${resource_id} of ${devlink.handle} has no place for an occ_get`) && resource !== null)
      resource.occ_get = occ_get;
  });
}

/** devlink_resource_occ_get_unregister() */
export async function devlink_resource_occ_get_unregister(caller: Frame, devlink: devlink, resource_id: bigint): Promise<void> {
  const current = caller.enter("devlink_resource_occ_get_unregister");
  await withObjects(current, devlink, () => {
    const resource = devlink_resource_find(devlink.resource_list, resource_id);
    const wrong = resource === null || resource.occ_get === null;
    if (!WARN_ON(current, wrong, `WARNING: resource ${resource_id} of ${devlink.handle} has no occ_get`) && resource !== null)
      resource.occ_get = null;
  });
}

async function withObjects<T>(current: Frame, devlink: devlink, body: () => T): Promise<T> {
  const { locking } = strategiesOf(current.kernel);
  await locking.lockObjects(current, devlink);
  current.writes(devlink.resource_list);
  const result = body();
  locking.unlockObjects(current, devlink);
  return result;
}

/** devlink_resources_validate(): -EINVAL if the parts of some resource are larger than the whole. */
export function devlink_resources_validate(current: Frame, devlink: devlink): number {
  current.reads(devlink.resource_list);
  const valid = (list: readonly devlink_resource[]): boolean => list.every((one) => one.size_valid && valid(one.resource_list));
  return valid(devlink.resource_list) ? 0 : -EINVAL;
}

/** devlink_resource_validate_children(): the sum wraps as a u64 does. */
export function devlink_resource_validate_children(resource: devlink_resource): void {
  if (resource.resource_list.length === 0) {
    resource.size_valid = true;
    return;
  }
  const parts_size = resource.resource_list.reduce((sum, child) => BigInt.asUintN(64, sum + child.size_new), 0n);
  resource.size_valid = parts_size <= resource.size_new;
}

/** devlink_resource_put(): one resource with all below it. */
export function devlink_resource_put(list: AttributeWriter, resource: devlink_resource): void {
  list.nest(DEVLINK_ATTR_RESOURCE, (nest) => {
    nest.string(DEVLINK_ATTR_RESOURCE_NAME, resource.name).u64(DEVLINK_ATTR_RESOURCE_SIZE, resource.size);
    nest.u64(DEVLINK_ATTR_RESOURCE_ID, resource.id);
    if (resource.size !== resource.size_new) nest.u64(DEVLINK_ATTR_RESOURCE_SIZE_NEW, resource.size_new);
    if (resource.occ_get !== null) nest.u64(DEVLINK_ATTR_RESOURCE_OCC, resource.occ_get());
    const { size_granularity, size_max, size_min } = resource.size_params;
    nest.u64(DEVLINK_ATTR_RESOURCE_SIZE_GRAN, size_granularity).u64(DEVLINK_ATTR_RESOURCE_SIZE_MAX, size_max);
    nest.u64(DEVLINK_ATTR_RESOURCE_SIZE_MIN, size_min).u8(DEVLINK_ATTR_RESOURCE_UNIT, DEVLINK_RESOURCE_UNIT_ENTRY);
    if (resource.resource_list.length === 0) return;
    nest.u8(DEVLINK_ATTR_RESOURCE_SIZE_VALID, resource.size_valid ? 1 : 0);
    nest.nest(DEVLINK_ATTR_RESOURCE_LIST, (children) => {
      for (const child of resource.resource_list) devlink_resource_put(children, child);
    });
  });
}
