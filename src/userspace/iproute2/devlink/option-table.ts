/** The table of devlink's options: how each is written, what its value may be, which attribute of the request carries it. */
import {
  type AttributeWriter,
  DEVLINK_ATTR_DPIPE_TABLE_COUNTERS_ENABLED,
  DEVLINK_ATTR_DPIPE_TABLE_NAME,
  DEVLINK_ATTR_ESWITCH_ENCAP_MODE,
  DEVLINK_ATTR_ESWITCH_INLINE_MODE,
  DEVLINK_ATTR_ESWITCH_MODE,
  DEVLINK_ATTR_FLASH_UPDATE_COMPONENT,
  DEVLINK_ATTR_FLASH_UPDATE_FILE_NAME,
  DEVLINK_ATTR_FLASH_UPDATE_OVERWRITE_MASK,
  DEVLINK_ATTR_HEALTH_REPORTER_AUTO_DUMP,
  DEVLINK_ATTR_HEALTH_REPORTER_AUTO_RECOVER,
  DEVLINK_ATTR_HEALTH_REPORTER_GRACEFUL_PERIOD,
  DEVLINK_ATTR_HEALTH_REPORTER_NAME,
  DEVLINK_ATTR_LINECARD_INDEX,
  DEVLINK_ATTR_LINECARD_TYPE,
  DEVLINK_ATTR_NETNS_FD,
  DEVLINK_ATTR_NETNS_PID,
  DEVLINK_ATTR_PARAM_NAME,
  DEVLINK_ATTR_PARAM_VALUE_CMODE,
  DEVLINK_ATTR_PORT_CONTROLLER_NUMBER,
  DEVLINK_ATTR_PORT_FLAVOUR,
  DEVLINK_ATTR_PORT_FUNCTION,
  DEVLINK_ATTR_PORT_PCI_PF_NUMBER,
  DEVLINK_ATTR_PORT_PCI_SF_NUMBER,
  DEVLINK_ATTR_PORT_SPLIT_COUNT,
  DEVLINK_ATTR_PORT_TYPE,
  DEVLINK_ATTR_RATE_PARENT_NODE_NAME,
  DEVLINK_ATTR_RATE_TX_MAX,
  DEVLINK_ATTR_RATE_TX_SHARE,
  DEVLINK_ATTR_REGION_CHUNK_ADDR,
  DEVLINK_ATTR_REGION_CHUNK_LEN,
  DEVLINK_ATTR_REGION_SNAPSHOT_ID,
  DEVLINK_ATTR_RELOAD_ACTION,
  DEVLINK_ATTR_RELOAD_LIMITS,
  DEVLINK_ATTR_RESOURCE_SIZE,
  DEVLINK_ATTR_SB_INDEX,
  DEVLINK_ATTR_SB_POOL_INDEX,
  DEVLINK_ATTR_SB_POOL_SIZE,
  DEVLINK_ATTR_SB_POOL_THRESHOLD_TYPE,
  DEVLINK_ATTR_SB_POOL_TYPE,
  DEVLINK_ATTR_SB_TC_INDEX,
  DEVLINK_ATTR_SB_THRESHOLD,
  DEVLINK_ATTR_SELFTEST_ID_FLASH,
  DEVLINK_ATTR_SELFTESTS,
  DEVLINK_ATTR_TRAP_ACTION,
  DEVLINK_ATTR_TRAP_GROUP_NAME,
  DEVLINK_ATTR_TRAP_NAME,
  DEVLINK_ATTR_TRAP_POLICER_BURST,
  DEVLINK_ATTR_TRAP_POLICER_ID,
  DEVLINK_ATTR_TRAP_POLICER_RATE,
  DEVLINK_FLASH_OVERWRITE_IDENTIFIERS,
  DEVLINK_FLASH_OVERWRITE_SETTINGS,
  DEVLINK_PORT_FN_ATTR_STATE,
  DEVLINK_PORT_FUNCTION_ATTR_HW_ADDR,
} from "../../../netlink/index.ts";
import { openNetns } from "../netns.ts";
import { parseDecimal, UINT_MAX } from "../words.ts";
import type { Devlink } from "./context.ts";
import * as names from "./names.ts";
import {
  bandwidth,
  NO_STRING,
  named,
  namedOrExit,
  none,
  notInRange,
  number,
  type OptionKey,
  type OptionRow,
  type Options,
  putter,
  type Refusal,
  row,
  text,
  truth,
  u8,
  u16,
  u32,
  wide,
} from "./option-rows.ts";

const USHRT_MAX = 0xffff;

/** Bytes in hexadecimal, one or two digits each, with colons between (lladdr of any length up to 32). */
function parseLinkAddress(given: string): Uint8Array | Refusal {
  const parts = given.split(":");
  const invalid = parts.length > 32 || parts.some((part) => !/^[0-9a-fA-F]{1,2}$/.test(part));
  return invalid ? { message: `"${given}" is invalid lladdr.` } : Uint8Array.from(parts, (part) => Number.parseInt(part, 16));
}

/** A name below /run/netns, else a process id. */
async function readNetns(given: string, dl: Devlink): Promise<NonNullable<Options["netns"]> | Refusal> {
  const fd = await openNetns(dl.tool.process, given);
  if (fd >= 0) return { fd };
  const pid = parseDecimal(given, 0, UINT_MAX);
  return pid === null ? notInRange(given) : { pid };
}

function bitfield32(value: number, selector: number): Uint8Array {
  return Uint8Array.of(value, 0, 0, 0, selector, 0, 0, 0);
}

const SUPPORTED_OVERWRITE = DEVLINK_FLASH_OVERWRITE_SETTINGS | DEVLINK_FLASH_OVERWRITE_IDENTIFIERS;

/** Several sections can be named, one after the other. */
const overwrite: OptionRow = {
  key: "overwrite",
  words: ["overwrite"],
  read: (dl, options) => {
    const given = dl.words.next();
    if (given === undefined) return { message: NO_STRING };
    const section = names.OVERWRITE_SECTIONS.get(given);
    if (section === undefined) return { message: `Unknown overwrite section "${given}"` };
    options.overwrite = (options.overwrite ?? 0) | section;
    return null;
  },
  put: putter("overwrite", (w, v) => w.bytes(DEVLINK_ATTR_FLASH_UPDATE_OVERWRITE_MASK, bitfield32(v, SUPPORTED_OVERWRITE))),
};

const SELFTESTS: ReadonlyMap<string, number> = new Map([["flash", DEVLINK_ATTR_SELFTEST_ID_FLASH]]);

/** All words that follow; without it every test is asked for. */
const selftests: OptionRow = {
  key: "selftests",
  words: ["id"],
  read: (dl, options) => {
    const tests: string[] = [];
    for (let given = dl.words.next(); given !== undefined; given = dl.words.next()) {
      if (!SELFTESTS.has(given)) return { message: `Unknown selftest "${given}"` };
      tests.push(given);
    }
    options.selftests = tests;
    return null;
  },
};

/** The attribute of `selftests run`: the tests that are wanted, as flags. */
export function putSelftests(writer: AttributeWriter, { selftests: wanted = [] }: Options): void {
  writer.nest(DEVLINK_ATTR_SELFTESTS, (nest) => {
    for (const [name, attr] of SELFTESTS) if (wanted.length === 0 || wanted.includes(name)) nest.flag(attr);
  });
}

/** The attribute of `port function set`, if it says anything. */
function putFunction(writer: AttributeWriter, { hwAddr, state }: Options): void {
  if (hwAddr === undefined && state === undefined) return;
  writer.nest(DEVLINK_ATTR_PORT_FUNCTION, (nest) => {
    if (hwAddr !== undefined) nest.bytes(DEVLINK_PORT_FUNCTION_ATTR_HW_ADDR, hwAddr);
    if (state !== undefined) nest.u8(DEVLINK_PORT_FN_ATTR_STATE, state);
  });
}

export const ROWS: readonly OptionRow[] = [
  named("portType", "type", names.PORT_TYPES, "port type", u16(DEVLINK_ATTR_PORT_TYPE)),
  number("count", "count", u32(DEVLINK_ATTR_PORT_SPLIT_COUNT)),
  number("sb", "sb", u32(DEVLINK_ATTR_SB_INDEX)),
  number("pool", "pool", u16(DEVLINK_ATTR_SB_POOL_INDEX), USHRT_MAX),
  number("sbSize", "size", u32(DEVLINK_ATTR_SB_POOL_SIZE)),
  named("sbType", "type", names.POOL_TYPES, "pool type", u8(DEVLINK_ATTR_SB_POOL_TYPE)),
  named("thtype", "thtype", names.THRESHOLD_TYPES, "threshold type", u8(DEVLINK_ATTR_SB_POOL_THRESHOLD_TYPE)),
  number("th", "th", u32(DEVLINK_ATTR_SB_THRESHOLD)),
  number("tc", "tc", u16(DEVLINK_ATTR_SB_TC_INDEX), USHRT_MAX),
  named("mode", "mode", names.ESWITCH_MODES, "eswitch mode", u16(DEVLINK_ATTR_ESWITCH_MODE)),
  named("inlineMode", "inline-mode", names.INLINE_MODES, "eswitch inline mode", u8(DEVLINK_ATTR_ESWITCH_INLINE_MODE)),
  text("dpipeName", "name", DEVLINK_ATTR_DPIPE_TABLE_NAME),
  truth("counters", ["counters", "counters_enabled"], DEVLINK_ATTR_DPIPE_TABLE_COUNTERS_ENABLED),
  named("encapMode", ["encap", "encap-mode"], names.ENCAP_MODES, "eswitch encap mode", u8(DEVLINK_ATTR_ESWITCH_ENCAP_MODE)),
  text("path", "path"),
  wide("size", "size", DEVLINK_ATTR_RESOURCE_SIZE),
  text("name", "name", DEVLINK_ATTR_PARAM_NAME),
  text("value", "value"),
  named("cmode", "cmode", names.CMODES, "configuration mode", u8(DEVLINK_ATTR_PARAM_VALUE_CMODE)),
  number("snapshot", "snapshot", u32(DEVLINK_ATTR_REGION_SNAPSHOT_ID)),
  wide("address", "address", DEVLINK_ATTR_REGION_CHUNK_ADDR),
  wide("length", "length", DEVLINK_ATTR_REGION_CHUNK_LEN),
  text("file", "file", DEVLINK_ATTR_FLASH_UPDATE_FILE_NAME),
  text("component", "component", DEVLINK_ATTR_FLASH_UPDATE_COMPONENT),
  overwrite,
  text("reporter", "reporter", DEVLINK_ATTR_HEALTH_REPORTER_NAME),
  wide("gracePeriod", "grace_period", DEVLINK_ATTR_HEALTH_REPORTER_GRACEFUL_PERIOD),
  truth("autoRecover", "auto_recover", DEVLINK_ATTR_HEALTH_REPORTER_AUTO_RECOVER),
  truth("autoDump", "auto_dump", DEVLINK_ATTR_HEALTH_REPORTER_AUTO_DUMP),
  text("trap", "trap", DEVLINK_ATTR_TRAP_NAME),
  text("group", "group", DEVLINK_ATTR_TRAP_GROUP_NAME),
  named("trapAction", "action", names.TRAP_ACTIONS, "trap action", u8(DEVLINK_ATTR_TRAP_ACTION)),
  row("netns", "netns", NO_STRING, readNetns, (w, v) =>
    "fd" in v ? w.u32(DEVLINK_ATTR_NETNS_FD, v.fd) : w.u32(DEVLINK_ATTR_NETNS_PID, v.pid),
  ),
  named("action", "action", names.RELOAD_ACTIONS, "reload action", u8(DEVLINK_ATTR_RELOAD_ACTION)),
  named("limit", "limit", names.RELOAD_LIMITS, "reload limit", (w, v) => w.bytes(DEVLINK_ATTR_RELOAD_LIMITS, bitfield32(1 << v, 1 << v))),
  number("policer", "policer", u32(DEVLINK_ATTR_TRAP_POLICER_ID)),
  none("policer", "nopolicer", 0),
  wide("rate", "rate", DEVLINK_ATTR_TRAP_POLICER_RATE),
  wide("burst", "burst", DEVLINK_ATTR_TRAP_POLICER_BURST),
  row("hwAddr", "hw_addr", NO_STRING, parseLinkAddress),
  { ...namedOrExit("state", "state", names.FUNCTION_STATES, "state"), put: putFunction },
  bandwidth("txShare", "tx_share", DEVLINK_ATTR_RATE_TX_SHARE),
  bandwidth("txMax", "tx_max", DEVLINK_ATTR_RATE_TX_MAX),
  text("parent", "parent", DEVLINK_ATTR_RATE_PARENT_NODE_NAME),
  none("parent", "noparent", ""),
  namedOrExit("flavour", "flavour", names.FLAVOURS, "flavour", u16(DEVLINK_ATTR_PORT_FLAVOUR)),
  number("pfnum", "pfnum", u16(DEVLINK_ATTR_PORT_PCI_PF_NUMBER), USHRT_MAX),
  number("sfnum", "sfnum", u32(DEVLINK_ATTR_PORT_PCI_SF_NUMBER)),
  number("controller", "controller", u32(DEVLINK_ATTR_PORT_CONTROLLER_NUMBER)),
  number("lc", "lc", u32(DEVLINK_ATTR_LINECARD_INDEX)),
  text("lcType", "type", DEVLINK_ATTR_LINECARD_TYPE),
  none("lcType", "notype", ""),
  selftests,
];

/** What is said of a required option that is missing, in the order of checking. */
export const MISSING: readonly (readonly [OptionKey, string])[] = [
  ["portType", "Port type not set."],
  ["count", "Port split count option expected."],
  ["pool", "Pool index option expected."],
  ["sbSize", "Pool size option expected."],
  ["sbType", "Pool type option expected."],
  ["thtype", "Pool threshold type option expected."],
  ["th", "Threshold option expected."],
  ["tc", "TC index option expected."],
  ["dpipeName", "Dpipe table name expected."],
  ["counters", "Dpipe table counter state expected."],
  ["path", "Resource path expected."],
  ["size", "Resource size expected."],
  ["name", "Parameter name expected."],
  ["value", "Value to set expected."],
  ["cmode", "Configuration mode expected."],
  ["snapshot", "Region snapshot id expected."],
  ["address", "Region address value expected."],
  ["length", "Region length value expected."],
  ["reporter", "Reporter's name is expected."],
  ["trap", "Trap's name is expected."],
  ["group", "Trap group's name is expected."],
  ["flavour", "Port flavour is expected."],
  ["pfnum", "Port PCI PF number is expected."],
  ["lc", "Linecard index expected."],
  ["lcType", "Linecard type expected."],
];
