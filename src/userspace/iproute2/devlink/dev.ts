/** devlink dev: show, reload, eswitch, self-tests; parameters, information and flash have files of their own. */
import {
  type Attributes,
  DEVLINK_ATTR_DEV_STATS,
  DEVLINK_ATTR_ESWITCH_ENCAP_MODE,
  DEVLINK_ATTR_ESWITCH_INLINE_MODE,
  DEVLINK_ATTR_ESWITCH_MODE,
  DEVLINK_ATTR_RELOAD_ACTIONS_PERFORMED,
  DEVLINK_ATTR_RELOAD_FAILED,
  DEVLINK_CMD_ESWITCH_GET,
  DEVLINK_CMD_ESWITCH_SET,
  DEVLINK_CMD_GET,
  DEVLINK_CMD_RELOAD,
  DEVLINK_CMD_SELFTESTS_GET,
  DEVLINK_CMD_SELFTESTS_RUN,
} from "../../../netlink/index.ts";
import type { Output } from "../output.ts";
import { takeAllOrOne, takeDevice, unknownCommand } from "./argv.ts";
import { list, parseCommand } from "./commands.ts";
import { ask, type Devlink, fail, handleOf, help, section } from "./context.ts";
import { devFlash } from "./flash.ts";
import { DEV_HELP } from "./help.ts";
import { devInfo } from "./info.ts";
import { ENCAP_MODES, ESWITCH_MODES, INLINE_MODES, nameIn, RELOAD_ACTIONS } from "./names.ts";
import { putOptions, putSelftests } from "./options.ts";
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
  if (words.take("flash")) return await devFlash(dl);
  if (words.take("selftests")) return await devSelftests(dl);
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
  const parsed = await parseCommand(dl, { handle: takeDevice, optional: ["netns", "action", "limit"] });
  if (parsed === null) return 1;
  const { ok, answers } = await ask(dl, DEVLINK_CMD_RELOAD, parsed.handle, (writer) => putOptions(writer, parsed.options));
  for (const attributes of answers) await printPerformed(dl, attributes);
  return ok ? 0 : 1;
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
  const parsed = await parseCommand(dl, { handle: takeDevice });
  if (parsed === null) return 1;
  return await section(dl, "dev", async () => {
    const { ok, answers } = await ask(dl, DEVLINK_CMD_ESWITCH_GET, parsed.handle);
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
  const parsed = await parseCommand(dl, { handle: takeDevice, optional: ["mode", "inlineMode", "encapMode"] });
  if (parsed === null) return 1;
  if (Object.keys(parsed.options).length === 0) return await fail(dl, "Need to set at least one option\n");
  const { ok } = await ask(dl, DEVLINK_CMD_ESWITCH_SET, parsed.handle, (writer) => putOptions(writer, parsed.options));
  return ok ? 0 : 1;
}

/** No driver here has self-tests: the kernel has nothing to list, and refuses to run any. */
const selftestsShow = list({ cmd: DEVLINK_CMD_SELFTESTS_GET, handle: takeDevice }, "selftests", () => {});

async function devSelftests(dl: Devlink): Promise<number> {
  const { words } = dl;
  if (words.take("help")) return await devHelp(dl);
  if (words.atEnd || words.take("show", "list")) return await selftestsShow(dl);
  if (words.take("run")) return await selftestsRun(dl);
  return await unknownCommand(dl);
}

async function selftestsRun(dl: Devlink): Promise<number> {
  const parsed = await parseCommand(dl, { handle: takeDevice, optional: ["selftests"] });
  if (parsed === null) return 1;
  dl.printer.section("selftests");
  const { ok } = await ask(dl, DEVLINK_CMD_SELFTESTS_RUN, parsed.handle, (writer) => putSelftests(writer, parsed.options));
  dl.printer.sectionEnd();
  return ok ? 0 : 1;
}
