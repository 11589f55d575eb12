/** Handles of a command line (dl_argv_handle*() of devlink): the messages are the real program's. */
import {
  DEVLINK_ATTR_BUS_NAME,
  DEVLINK_ATTR_DEV_NAME,
  DEVLINK_ATTR_PORT_IBDEV_NAME,
  DEVLINK_ATTR_PORT_INDEX,
  DEVLINK_ATTR_PORT_NETDEV_NAME,
  DEVLINK_CMD_PORT_GET,
} from "../../../netlink/index.ts";
import { parseDecimal, UINT_MAX } from "../words.ts";
import { ask, type Devlink, fail, type Handle } from "./context.ts";
import { takeOptions } from "./options.ts";

async function complain(dl: Devlink, message: string): Promise<null> {
  await dl.tool.err(message);
  return null;
}

const DEVICE_EXPECTED = 'Devlink identification ("bus_name/dev_name") expected\n';
const PORT_FORMAT = "Wrong port identification string format.\n";

/** BUS/DEVICE; null after saying what is wrong. */
export async function takeDevice(dl: Devlink): Promise<Handle | null> {
  const text = dl.words.next();
  const handle = text === undefined ? null : deviceIn(text);
  if (handle !== null) return handle;
  return await complain(dl, `${text === undefined ? "" : "Wrong identification string format.\n"}${DEVICE_EXPECTED}`);
}

function deviceIn(text: string): Handle | null {
  const [bus, device, more] = text.split("/");
  return bus === undefined || device === undefined || more !== undefined ? null : { bus, device };
}

/** BUS/DEVICE/PORT, or the name of a network device; null after saying what is wrong. */
export async function takePort(dl: Devlink): Promise<Handle | null> {
  const text = dl.words.next();
  if (text === undefined) return await complain(dl, 'Port identification ("bus_name/dev_name/port_index" or "netdev ifname") expected.\n');
  const slashes = text.split("/").length - 1;
  if (slashes === 0) return await portOfNetdev(dl, text);
  if (slashes === 2) return await portIn(dl, text);
  return await complain(dl, `${PORT_FORMAT}Expected "bus_name/dev_name/port_index" or "netdev_ifname".\n`);
}

/** null (all) at the end of the line, else one handle and no more; undefined after saying what is wrong. */
export async function takeAllOrOne(dl: Devlink, takeHandle: (dl: Devlink) => Promise<Handle | null>): Promise<Handle | null | undefined> {
  if (dl.words.atEnd) return null;
  const handle = await takeHandle(dl);
  return handle === null || (await takeOptions(dl, [])) === null ? undefined : handle;
}

/** Either kind of handle; null after saying what is wrong. */
export async function takeDeviceOrPort(dl: Devlink): Promise<Handle | null> {
  const text = dl.words.next();
  if (text === undefined) {
    return await complain(
      dl,
      `One of following identifications expected:\n${DEVICE_EXPECTED.replace(" expected", "")}Port identification ("bus_name/dev_name/port_index" or "netdev ifname")\n`,
    );
  }
  const slashes = text.split("/").length - 1;
  if (slashes === 0) return await portOfNetdev(dl, text);
  if (slashes === 1) return deviceIn(text);
  if (slashes === 2) return await portIn(dl, text);
  return await complain(dl, `${PORT_FORMAT}Expected "bus_name/dev_name" or "bus_name/dev_name/port_index" or "netdev_ifname".\n`);
}

async function portIn(dl: Devlink, text: string): Promise<Handle | null> {
  const [bus = "", device = "", index = ""] = text.split("/");
  const port = parseDecimal(index, 0, UINT_MAX);
  if (port === null) return await complain(dl, `Port index "${index}" is not a number or not within range\n`);
  return { bus, device, port };
}

/** Asks for all ports to find the one of a network or RDMA device. */
async function portOfNetdev(dl: Devlink, name: string): Promise<Handle | null> {
  const { ok, answers } = await ask(dl, DEVLINK_CMD_PORT_GET, null);
  const found = answers.find(
    (port) => port.string(DEVLINK_ATTR_PORT_NETDEV_NAME) === name || port.string(DEVLINK_ATTR_PORT_IBDEV_NAME) === name,
  );
  const [bus, device, port] = [
    found?.string(DEVLINK_ATTR_BUS_NAME),
    found?.string(DEVLINK_ATTR_DEV_NAME),
    found?.u32(DEVLINK_ATTR_PORT_INDEX),
  ];
  if (bus !== undefined && device !== undefined && port !== undefined) return { bus, device, port };
  return ok ? await complain(dl, `Netdevice "${name}" not found\n`) : null;
}

/** The answer to a word that no table has; the end of the line is printed as a null pointer is. */
export function unknownCommand(dl: Devlink): Promise<number> {
  return fail(dl, `Command "${dl.words.word ?? "(null)"}" not found\n`);
}

/** BUS/DEVICE/REGION; null after saying what is wrong. */
export async function takeRegion(dl: Devlink): Promise<Handle | null> {
  const found = await takeThreeParts(dl, 'Expected "bus_name/dev_name/region" identification.\n');
  return found === null ? null : { bus: found.bus, device: found.device, region: found.name };
}

/** BUS/DEVICE/NODE, where NODE is no number; null after saying what is wrong. */
export async function takeNode(dl: Devlink): Promise<Handle | null> {
  const found = await takeThreeParts(dl, 'Expected "bus_name/dev_name/node" identification.\n');
  if (found === null) return null;
  const { bus, device, name } = found;
  if (name === "" || parseDecimal(name, 0, UINT_MAX) !== null)
    return await complain(dl, "Node name cannot be a devlink port index or empty.\n");
  return { bus, device, node: name };
}

/** BUS/DEVICE/NODE or BUS/DEVICE/PORT; null after saying what is wrong. */
export async function takeNodeOrPort(dl: Devlink): Promise<Handle | null> {
  const found = await takeThreeParts(dl, 'Expected "bus_name/dev_name/node" or "bus_name/dev_name/port_index" identification.\n');
  if (found === null) return null;
  const { bus, device, name } = found;
  const port = parseDecimal(name, 0, UINT_MAX);
  return port === null ? { bus, device, node: name } : { bus, device, port };
}

async function takeThreeParts(dl: Devlink, expected: string): Promise<{ bus: string; device: string; name: string } | null> {
  const text = dl.words.next();
  if (text === undefined) return await complain(dl, expected);
  const [bus, device, name, more] = text.split("/");
  if (bus === undefined || device === undefined || name === undefined || more !== undefined)
    return await complain(dl, `Wrong identification string format.\n${expected}`);
  return { bus, device, name };
}
