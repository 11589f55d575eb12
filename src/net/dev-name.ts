/** Models the names of devices (net/core/dev.c, v5.10): which are valid, `%d`, renaming, aliases. Left out: altnames. */
import { device_rename } from "../base/index.ts";
import { EBUSY, EEXIST, EINVAL, ENFILE, type Frame, notifier_to_errno } from "../kernel/index.ts";
import { IFALIASZ, IFF_UP, IFNAMSIZ } from "../netlink/index.ts";
import { dev_net } from "./alloc.ts";
import { __dev_get_by_name, for_each_netdev } from "./dev-lookup.ts";
import { call_netdevice_notifiers } from "./dev-notifier.ts";
import { netdev_info } from "./log.ts";
import { IFF_LIVE_RENAME_OK, NETDEV_CHANGENAME } from "./netdevice.ts";
import { ASSERT_RTNL } from "./rtnl.ts";
import type { net, net_device } from "./structs.ts";

/** Names a `%d` can become: the kernel looks in a bitmap of one page. */
const MAX_NUMBERED_NAMES = 8 * 4096;

/** dev_valid_name(): not empty, shorter than IFNAMSIZ, neither . nor .., no slash, colon or white space. */
export function dev_valid_name(name: string): boolean {
  if (name === "" || new TextEncoder().encode(name).length >= IFNAMSIZ || name === "." || name === "..") return false;
  return !/[/:\s]/.test(name);
}

/** __dev_alloc_name(): `name` with the lowest free number for its one `%d`. -EINVAL, or -ENFILE if there is none. */
function __dev_alloc_name(current: Frame, net: net, name: string): string | number {
  const at = name.indexOf("%");
  if (name[at + 1] !== "d" || name.indexOf("%", at + 2) >= 0) return -EINVAL;
  const taken = new Set(for_each_netdev(current, net).map((dev) => dev.name));
  for (let number = 0; number < MAX_NUMBERED_NAMES; number++) {
    const candidate = `${name.slice(0, at)}${number}${name.slice(at + 2)}`.slice(0, IFNAMSIZ - 1);
    if (!taken.has(candidate)) return candidate;
  }
  return -ENFILE;
}

/** dev_get_valid_name(): the name `dev` would get in `net` for `name`. -EINVAL, -EEXIST, -ENFILE. */
export function dev_get_valid_name(current: Frame, net: net, dev: net_device, name: string): string | number {
  if (!dev_valid_name(name)) return -EINVAL;
  if (name.includes("%")) return __dev_alloc_name(current, net, name);
  const other = __dev_get_by_name(current, net, name);
  return other !== null && other !== dev ? -EEXIST : name;
}

/** dev_change_name(): caller holds rtnl_mutex. -EBUSY while the device is up, -EEXIST, -EINVAL; a notifier may refuse. */
export async function dev_change_name(caller: Frame, dev: net_device, newname: string): Promise<number> {
  const current = caller.enter("dev_change_name");
  ASSERT_RTNL(current);
  if ((dev.flags & IFF_UP) !== 0 && (dev.priv_flags & IFF_LIVE_RENAME_OK) === 0) return -EBUSY;
  if (newname === dev.name) return 0;
  const oldname = dev.name;
  const name = dev_get_valid_name(current, dev_net(dev), dev, newname);
  if (typeof name === "number") return name;
  rename(current, dev, name);
  netdev_info(current, dev, `renamed from ${oldname}`);
  const ret = notifier_to_errno(await call_netdevice_notifiers(current, NETDEV_CHANGENAME, dev));
  if (ret === 0) return 0;
  rename(current, dev, oldname);
  await call_netdevice_notifiers(current, NETDEV_CHANGENAME, dev);
  return ret;
}

function rename(current: Frame, dev: net_device, name: string): void {
  current.writes(dev_net(dev).dev_base_head);
  dev.name = name;
  device_rename(current, dev.dev, name);
}

/** dev_set_alias(): caller holds rtnl_mutex. -EINVAL if it is too long. */
export function dev_set_alias(current: Frame, dev: net_device, alias: string): number {
  const { length } = new TextEncoder().encode(alias);
  if (length >= IFALIASZ) return -EINVAL;
  current.writes(dev);
  dev.ifalias = alias;
  return length;
}
