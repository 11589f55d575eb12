/** Handles and options of a command line (dl_argv_parse of devlink): the messages are the real program's. */
import {
  DEVLINK_ATTR_BUS_NAME,
  DEVLINK_ATTR_DEV_NAME,
  DEVLINK_ATTR_PORT_IBDEV_NAME,
  DEVLINK_ATTR_PORT_INDEX,
  DEVLINK_ATTR_PORT_NETDEV_NAME,
  DEVLINK_CMD_PORT_GET,
  DEVLINK_ESWITCH_ENCAP_MODE_BASIC,
  DEVLINK_ESWITCH_ENCAP_MODE_NONE,
  DEVLINK_ESWITCH_INLINE_MODE_LINK,
  DEVLINK_ESWITCH_INLINE_MODE_NETWORK,
  DEVLINK_ESWITCH_INLINE_MODE_NONE,
  DEVLINK_ESWITCH_INLINE_MODE_TRANSPORT,
  DEVLINK_ESWITCH_MODE_LEGACY,
  DEVLINK_ESWITCH_MODE_SWITCHDEV,
  DEVLINK_PARAM_CMODE_DRIVERINIT,
  DEVLINK_PARAM_CMODE_PERMANENT,
  DEVLINK_PARAM_CMODE_RUNTIME,
  DEVLINK_RELOAD_ACTION_DRIVER_REINIT,
  DEVLINK_RELOAD_ACTION_FW_ACTIVATE,
  DEVLINK_RELOAD_LIMIT_NO_RESET,
} from "../../../netlink/index.ts";
import { openNetns } from "../netns.ts";
import { isPrefix, parseDecimal, UINT_MAX } from "../words.ts";
import { ask, type Devlink, fail, type Handle } from "./context.ts";

export const ESWITCH_MODES: ReadonlyMap<string, number> = new Map([
  ["legacy", DEVLINK_ESWITCH_MODE_LEGACY],
  ["switchdev", DEVLINK_ESWITCH_MODE_SWITCHDEV],
]);
export const INLINE_MODES: ReadonlyMap<string, number> = new Map([
  ["none", DEVLINK_ESWITCH_INLINE_MODE_NONE],
  ["link", DEVLINK_ESWITCH_INLINE_MODE_LINK],
  ["network", DEVLINK_ESWITCH_INLINE_MODE_NETWORK],
  ["transport", DEVLINK_ESWITCH_INLINE_MODE_TRANSPORT],
]);
export const ENCAP_MODES: ReadonlyMap<string, number> = new Map([
  ["none", DEVLINK_ESWITCH_ENCAP_MODE_NONE],
  ["basic", DEVLINK_ESWITCH_ENCAP_MODE_BASIC],
]);
export const RELOAD_ACTIONS: ReadonlyMap<string, number> = new Map([
  ["driver_reinit", DEVLINK_RELOAD_ACTION_DRIVER_REINIT],
  ["fw_activate", DEVLINK_RELOAD_ACTION_FW_ACTIVATE],
]);
const RELOAD_LIMITS: ReadonlyMap<string, number> = new Map([["no_reset", DEVLINK_RELOAD_LIMIT_NO_RESET]]);
export const CMODES: ReadonlyMap<string, number> = new Map([
  ["runtime", DEVLINK_PARAM_CMODE_RUNTIME],
  ["driverinit", DEVLINK_PARAM_CMODE_DRIVERINIT],
  ["permanent", DEVLINK_PARAM_CMODE_PERMANENT],
]);

export function nameIn(names: ReadonlyMap<string, number>, value: number): string | undefined {
  return [...names].find(([, number]) => number === value)?.[0];
}

/** What the options of a command said. */
export interface Options {
  mode?: number;
  inlineMode?: number;
  encapMode?: number;
  name?: string;
  value?: string;
  cmode?: number;
  reporter?: string;
  /** A descriptor, or a process id. */
  netns?: { readonly fd: number } | { readonly pid: number };
  action?: number;
  limit?: number;
}

/** Option words in the order in which a prefix is looked up, each with what it means and what a wrong value is called. */
const CHAIN = ["mode", "inline-mode", "encap-mode", "name", "value", "cmode", "reporter", "netns", "action", "limit"] as const;
type OptionWord = (typeof CHAIN)[number];

/** Where a named value goes, its names, and what a wrong one is called. */
type NumberKey = "mode" | "inlineMode" | "encapMode" | "cmode" | "action" | "limit";
type NamedValue = readonly [key: NumberKey, names: ReadonlyMap<string, number>, what: string];

const NAMED_VALUES: Partial<Record<OptionWord, NamedValue>> = {
  mode: ["mode", ESWITCH_MODES, "eswitch mode"],
  "inline-mode": ["inlineMode", INLINE_MODES, "eswitch inline mode"],
  "encap-mode": ["encapMode", ENCAP_MODES, "eswitch encap mode"],
  cmode: ["cmode", CMODES, "configuration mode"],
  action: ["action", RELOAD_ACTIONS, "reload action"],
  limit: ["limit", RELOAD_LIMITS, "reload limit"],
};

/** What is said of a required option that is missing, in the order of checking. */
const MISSING: readonly (readonly [OptionWord & keyof Options, string])[] = [
  ["name", "Parameter name expected."],
  ["value", "Value to set expected."],
  ["cmode", "Configuration mode expected."],
  ["reporter", "Reporter's name is expected."],
];

/** Parses the rest of the line; null after saying what is wrong. */
export async function takeOptions(
  dl: Devlink,
  required: readonly OptionWord[],
  optional: readonly OptionWord[] = [],
): Promise<Options | null> {
  const options: Options = {};
  for (let word = dl.words.next(); word !== undefined; word = dl.words.next()) {
    const given = word;
    const option = CHAIN.find((name) => (required.includes(name) || optional.includes(name)) && isPrefix(given, name));
    if (option === undefined) return await complain(dl, `Unknown option "${given}"\n`);
    const text = dl.words.next();
    if (text === undefined) return await complain(dl, "String parameter expected\n");
    const error = await setOption(dl, options, option, text);
    if (error !== null) return await complain(dl, error);
  }
  const missing = MISSING.find(([name]) => required.includes(name) && options[name] === undefined);
  return missing === undefined ? options : await complain(dl, `${missing[1]}\n`);
}

async function complain(dl: Devlink, message: string): Promise<null> {
  await dl.tool.err(message);
  return null;
}

/** What is wrong with the value, or null. */
async function setOption(dl: Devlink, options: Options, option: OptionWord, text: string): Promise<string | null> {
  const named = NAMED_VALUES[option];
  if (named !== undefined) {
    const [key, names, what] = named;
    const value = names.get(text);
    if (value === undefined) return `Unknown ${what} "${text}"\n`;
    options[key] = value;
  } else if (option === "netns") {
    const fd = await openNetns(dl.tool.process, text);
    const pid = fd >= 0 ? null : parseDecimal(text, 0, UINT_MAX);
    if (fd < 0 && pid === null) return `"${text}" is not a number or not within range\n`;
    options.netns = pid === null ? { fd } : { pid };
  } else if (option === "name" || option === "value" || option === "reporter") options[option] = text;
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

/** The answer to a word that no table has. */
export function unknownCommand(dl: Devlink): Promise<number> {
  return fail(dl, `Command "${dl.words.word ?? ""}" not found\n`);
}
