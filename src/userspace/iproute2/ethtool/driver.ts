/** Models ethtool -i (ethtool.c of ethtool 6.1): five strings that the kernel fills in by ioctl, and what no driver here supports. */
import { strerror } from "../../../kernel/index.ts";
import {
  AF_NETLINK,
  ETHTOOL_GDRVINFO,
  ETHTOOL_STRING_LEN,
  IFNAMSIZ,
  NETLINK_GENERIC,
  SIOCETHTOOL,
  viewOf,
} from "../../../netlink/index.ts";
import { decode, encode, SOCK_RAW } from "../../lib/index.ts";
import type { Command } from "./command.ts";

/** Statuses: no socket; the driver could not be asked. */
const EXIT_NO_SOCKET = 70;
const EXIT_NO_DRIVER = 71;

export const showDriver: Command = async ({ tool, device }) => {
  const { process } = tool;
  const fd = await process.socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC);
  if (fd < 0) {
    await tool.err(`Cannot get control socket: ${strerror(fd)}\n`);
    return EXIT_NO_SOCKET;
  }
  const arg = new Uint8Array(IFNAMSIZ + 4);
  arg.set(encode(device));
  viewOf(arg).setUint32(IFNAMSIZ, ETHTOOL_GDRVINFO, true);
  const info = await process.ioctl(fd, SIOCETHTOOL, arg);
  if (typeof info === "number") {
    await tool.err(`Cannot get driver information: ${strerror(info)}\n`);
    return EXIT_NO_DRIVER;
  }
  const text = (place: number): string => {
    const at = 4 + place * ETHTOOL_STRING_LEN;
    return decode(info.subarray(at, at + ETHTOOL_STRING_LEN)).replace(/\0.*$/s, "");
  };
  const names = ["driver", "version", "firmware-version", "expansion-rom-version", "bus-info"];
  const places = [0, 1, 2, 4, 3];
  names.forEach((name, i) => {
    tool.out(`${name}: ${text(places[i] ?? 0)}\n`);
  });
  for (const what of ["statistics", "test", "eeprom-access", "register-dump", "priv-flags"]) tool.out(`supports-${what}: no\n`);
  return 0;
};
