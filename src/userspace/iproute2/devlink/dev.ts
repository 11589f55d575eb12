/** devlink dev: show, reload, info, eswitch. Left out, and refused: flash, selftests. */
import {
  type Attributes,
  DEVLINK_ATTR_DEV_STATS,
  DEVLINK_ATTR_ESWITCH_ENCAP_MODE,
  DEVLINK_ATTR_ESWITCH_INLINE_MODE,
  DEVLINK_ATTR_ESWITCH_MODE,
  DEVLINK_ATTR_NETNS_FD,
  DEVLINK_ATTR_NETNS_PID,
  DEVLINK_ATTR_RELOAD_ACTION,
  DEVLINK_ATTR_RELOAD_ACTIONS_PERFORMED,
  DEVLINK_ATTR_RELOAD_FAILED,
  DEVLINK_ATTR_RELOAD_LIMITS,
  DEVLINK_CMD_ESWITCH_GET,
  DEVLINK_CMD_ESWITCH_SET,
  DEVLINK_CMD_GET,
  DEVLINK_CMD_RELOAD,
} from "../../../netlink/index.ts";
import type { Output } from "../output.ts";
import {
  ENCAP_MODES,
  ESWITCH_MODES,
  INLINE_MODES,
  nameIn,
  type Options,
  RELOAD_ACTIONS,
  takeAllOrOne,
  takeDevice,
  takeOptions,
  unknownCommand,
} from "./argv.ts";
import { ask, type Devlink, fail, handleOf, help, section } from "./context.ts";
import { DEV_HELP } from "./help.ts";
import { devInfo } from "./info.ts";
import { devParam } from "./param.ts";
import { printReloadStats } from "./stats.ts";

const devHelp = help(DEV_HELP);

/** devlink dev ... */
export async function cmdDev(dl: Devlink): Promise<number> {
  const { words } = dl;
  if (words.take("help")) return await devHelp(dl);
  if (words.atEnd || words.take("show", "list")) return await devShow(dl);
  if (words.take("eswitch")) return await devEswitch(dl);
  if (words.take("reload")) return await devReload(dl);
  if (words.take("param")) return await devParam(dl);
  if (words.take("info")) return await devInfo(dl);
  if (words.take("flash")) return await dl.tool.notModelled('command "dev flash"');
  if (words.take("selftests")) return await dl.tool.notModelled('command "dev selftests"');
  return await unknownCommand(dl);
}

async function devShow(dl: Devlink): Promise<number> {
  const handle = await takeAllOrOne(dl, takeDevice);
  if (handle === undefined) return 1;
  return await section(dl, "dev", async () => {
    const { ok, answers } = await ask(dl, DEVLINK_CMD_GET, handle);
    for (const attributes of answers) printDevice(dl.output, attributes, dl.stats);
    return ok;
  });
}

/** One device: its handle, whether its last reload failed, how often it was reloaded. */
export function printDevice(output: Output, attributes: Attributes, withStats: boolean): void {
  const handle = handleOf(attributes);
  if (handle === undefined) return;
  const failed = attributes.u8(DEVLINK_ATTR_RELOAD_FAILED) === 1;
  const stats = withStats ? attributes.nested(DEVLINK_ATTR_DEV_STATS) : undefined;
  output.openObject(handle);
  output.text(failed || stats !== undefined ? `${handle}:` : handle);
  if (failed) output.field("reload_failed", " reload_failed true", true);
  output.text("\n");
  if (stats !== undefined) printReloadStats(output, stats);
  output.closeObject();
}

async function devReload(dl: Devlink): Promise<number> {
  if (dl.words.atEnd || dl.words.take("help")) return await devHelp(dl);
  const handle = await takeDevice(dl);
  if (handle === null) return 1;
  const options = await takeOptions(dl, [], ["netns", "action", "limit"]);
  if (options === null) return 1;
  const { ok, answers } = await ask(dl, DEVLINK_CMD_RELOAD, handle, (writer) => {
    const { netns, action, limit } = options;
    if (netns !== undefined && "fd" in netns) writer.u32(DEVLINK_ATTR_NETNS_FD, netns.fd);
    if (netns !== undefined && "pid" in netns) writer.u32(DEVLINK_ATTR_NETNS_PID, netns.pid);
    if (action !== undefined) writer.u8(DEVLINK_ATTR_RELOAD_ACTION, action);
    // struct nla_bitfield32: the value and which bits of it count.
    if (limit !== undefined) writer.bytes(DEVLINK_ATTR_RELOAD_LIMITS, bitfield32(1 << limit));
  });
  for (const attributes of answers) await printPerformed(dl, attributes);
  return ok ? 0 : 1;
}

function bitfield32(bits: number): Uint8Array {
  return Uint8Array.of(bits, 0, 0, 0, bits, 0, 0, 0);
}

/** Kernels say what a reload did only if an action was asked for. */
async function printPerformed(dl: Devlink, attributes: Attributes): Promise<void> {
  const bits = attributes.u32(DEVLINK_ATTR_RELOAD_ACTIONS_PERFORMED);
  if (bits === undefined) return;
  const { output } = dl;
  const names: string[] = [];
  for (let action = 0; action < 32; action++)
    if ((bits & (1 << action)) !== 0) names.push(nameIn(RELOAD_ACTIONS, action) ?? "<unknown reload action>");
  await section(dl, "reload", async () => {
    output.openArray("reload_actions_performed");
    output.text("reload_actions_performed:\n    ");
    names.forEach((name, i) => {
      output.item(`${i > 0 ? " " : ""}${name}`, name);
    });
    output.closeArray();
    output.text("\n");
    return true;
  });
}

async function devEswitch(dl: Devlink): Promise<number> {
  const { words } = dl;
  if (words.atEnd || words.take("help")) return await devHelp(dl);
  if (words.take("set")) return await eswitchSet(dl);
  if (words.take("show")) return await eswitchShow(dl);
  return await unknownCommand(dl);
}

async function eswitchShow(dl: Devlink): Promise<number> {
  const handle = await takeDevice(dl);
  if (handle === null || (await takeOptions(dl, [])) === null) return 1;
  return await section(dl, "dev", async () => {
    const { ok, answers } = await ask(dl, DEVLINK_CMD_ESWITCH_GET, handle);
    for (const attributes of answers) printEswitch(dl.output, attributes);
    return ok;
  });
}

function printEswitch(output: Output, attributes: Attributes): void {
  const handle = handleOf(attributes);
  if (handle === undefined) return;
  output.openObject(handle);
  output.text(`${handle}:`);
  const fields = [
    ["mode", ESWITCH_MODES, attributes.u16(DEVLINK_ATTR_ESWITCH_MODE)],
    ["inline-mode", INLINE_MODES, attributes.u8(DEVLINK_ATTR_ESWITCH_INLINE_MODE)],
    ["encap-mode", ENCAP_MODES, attributes.u8(DEVLINK_ATTR_ESWITCH_ENCAP_MODE)],
  ] as const;
  for (const [key, names, value] of fields) {
    if (value === undefined) continue;
    const name = nameIn(names, value) ?? "<unknown mode>";
    output.field(key, ` ${key} ${name}`, name);
  }
  output.text("\n");
  output.closeObject();
}

async function eswitchSet(dl: Devlink): Promise<number> {
  const handle = await takeDevice(dl);
  if (handle === null) return 1;
  const options = await takeOptions(dl, [], ["mode", "inline-mode", "encap-mode"]);
  if (options === null) return 1;
  if (Object.keys(options).length === 0) return await fail(dl, "Need to set at least one option\n");
  const { mode, inlineMode, encapMode }: Options = options;
  const { ok } = await ask(dl, DEVLINK_CMD_ESWITCH_SET, handle, (writer) => {
    if (mode !== undefined) writer.u16(DEVLINK_ATTR_ESWITCH_MODE, mode);
    if (inlineMode !== undefined) writer.u8(DEVLINK_ATTR_ESWITCH_INLINE_MODE, inlineMode);
    if (encapMode !== undefined) writer.u8(DEVLINK_ATTR_ESWITCH_ENCAP_MODE, encapMode);
  });
  return ok ? 0 : 1;
}
