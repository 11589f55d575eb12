/** Models ioctl(2) of sockets (net/socket.c sock_ioctl, net/core/dev_ioctl.c) for the one question that ethtool -i asks. */
import { EBADF, EFAULT, ENODEV, ENOTTY, EOPNOTSUPP, type Frame } from "../kernel/index.ts";
import { current_net, ethtool_get_drvinfo } from "../net/index.ts";
import { ETHTOOL_DRVINFO_LEN, ETHTOOL_GDRVINFO, ETHTOOL_STRING_LEN, IFNAMSIZ, SIOCETHTOOL, viewOf } from "../netlink/index.ts";
import { fget, S_IFSOCK } from "../vfs/index.ts";

/** sock_ioctl(): see Process.ioctl(). */
export function sock_ioctl(caller: Frame, fd: number, request: number, arg: Uint8Array): Uint8Array | number {
  const opened = fget(caller, fd);
  if (opened === null) return -EBADF;
  if (opened.f_inode.type !== S_IFSOCK || request !== SIOCETHTOOL) return -ENOTTY;
  const current = caller.enter("sock_ioctl").enter("dev_ioctl").enter("dev_ethtool");
  if (arg.length < IFNAMSIZ + 4) return -EFAULT;
  const end = arg.indexOf(0);
  const name = new TextDecoder().decode(arg.subarray(0, end < 0 || end > IFNAMSIZ ? IFNAMSIZ : end));
  if (name === "") return -ENODEV;
  const command = viewOf(arg).getUint32(IFNAMSIZ, true);
  if (command !== ETHTOOL_GDRVINFO) return -EOPNOTSUPP;
  const info = ethtool_get_drvinfo(current, current_net(current), name);
  if (typeof info === "number") return info;
  const bytes = new Uint8Array(ETHTOOL_DRVINFO_LEN);
  viewOf(bytes).setUint32(0, command, true);
  const strings = [info.driver, info.version, info.fw_version, info.bus_info];
  strings.forEach((text, i) => {
    bytes.set(new TextEncoder().encode(text).subarray(0, ETHTOOL_STRING_LEN - 1), 4 + i * ETHTOOL_STRING_LEN);
  });
  return bytes;
}
