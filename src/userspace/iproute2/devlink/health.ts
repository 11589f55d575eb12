/** devlink health: what reporters have seen, and what they are asked to do. */
import {
  type Attributes,
  DEVLINK_ATTR_HEALTH_REPORTER,
  DEVLINK_ATTR_HEALTH_REPORTER_AUTO_DUMP,
  DEVLINK_ATTR_HEALTH_REPORTER_AUTO_RECOVER,
  DEVLINK_ATTR_HEALTH_REPORTER_DUMP_TS_NS,
  DEVLINK_ATTR_HEALTH_REPORTER_ERR_COUNT,
  DEVLINK_ATTR_HEALTH_REPORTER_GRACEFUL_PERIOD,
  DEVLINK_ATTR_HEALTH_REPORTER_NAME,
  DEVLINK_ATTR_HEALTH_REPORTER_RECOVER_COUNT,
  DEVLINK_ATTR_HEALTH_REPORTER_STATE,
  DEVLINK_ATTR_PORT_INDEX,
  DEVLINK_CMD_HEALTH_REPORTER_DIAGNOSE,
  DEVLINK_CMD_HEALTH_REPORTER_DUMP_CLEAR,
  DEVLINK_CMD_HEALTH_REPORTER_DUMP_GET,
  DEVLINK_CMD_HEALTH_REPORTER_GET,
  DEVLINK_CMD_HEALTH_REPORTER_RECOVER,
  DEVLINK_CMD_HEALTH_REPORTER_SET,
  DEVLINK_CMD_HEALTH_REPORTER_TEST,
  NLM_F_DUMP,
} from "../../../netlink/index.ts";
import { momentOf, strftime } from "../../lib/index.ts";
import { takeDeviceOrPort, unknownCommand } from "./argv.ts";
import { change, parseCommand } from "./commands.ts";
import { ask, type Devlink, handleOf, help } from "./context.ts";
import { showMessage } from "./fmsg.ts";
import { HEALTH_HELP } from "./help.ts";
import { putOptions } from "./options.ts";

const STATES = ["healthy", "error"];

const one = { handle: takeDeviceOrPort, required: ["reporter"] } as const;
const recover = change({ cmd: DEVLINK_CMD_HEALTH_REPORTER_RECOVER, ...one });
const dumpClear = change({ cmd: DEVLINK_CMD_HEALTH_REPORTER_DUMP_CLEAR, ...one });
const set = change({ cmd: DEVLINK_CMD_HEALTH_REPORTER_SET, ...one, optional: ["gracePeriod", "autoRecover", "autoDump"] });
const diagnose = showMessage(DEVLINK_CMD_HEALTH_REPORTER_DIAGNOSE);
const test = showMessage(DEVLINK_CMD_HEALTH_REPORTER_TEST);
const dumpShow = showMessage(DEVLINK_CMD_HEALTH_REPORTER_DUMP_GET, NLM_F_DUMP);

/** devlink health ... */
export async function cmdHealth(dl: Devlink): Promise<number> {
  const { words } = dl;
  if (words.take("help")) return await help(HEALTH_HELP)(dl);
  if (words.atEnd || words.take("show", "list")) return await healthShow(dl, true);
  if (words.take("recover")) return await recover(dl);
  if (words.take("diagnose")) return await diagnose(dl);
  if (words.take("dump")) return await dump(dl);
  if (words.take("test")) return await test(dl);
  if (words.take("set")) return await set(dl);
  return await unknownCommand(dl);
}

/** devlink port health ...: a list is of the reporters of ports only; everything else is as without `port`. */
export async function cmdPortHealth(dl: Devlink): Promise<number> {
  const { words } = dl;
  if (words.atEnd || words.take("list")) return await healthShow(dl, false);
  if (words.rest.length === 1 && words.take("show")) return await healthShow(dl, false);
  return await cmdHealth(dl);
}

async function dump(dl: Devlink): Promise<number> {
  const { words } = dl;
  if (words.take("help")) return await help(HEALTH_HELP)(dl);
  if (words.atEnd || words.take("show", "list")) return await dumpShow(dl);
  if (words.take("clear")) return await dumpClear(dl);
  return await unknownCommand(dl);
}

async function healthShow(dl: Devlink, devices: boolean): Promise<number> {
  const all = dl.words.atEnd;
  const parsed = all ? null : await parseCommand(dl, one);
  if (!all && parsed === null) return 1;
  dl.printer.section("health");
  const { ok, answers } = await (parsed === null
    ? ask(dl, DEVLINK_CMD_HEALTH_REPORTER_GET, null)
    : ask(dl, DEVLINK_CMD_HEALTH_REPORTER_GET, parsed.handle, (writer) => putOptions(writer, parsed.options)));
  for (const attributes of answers) if (devices || attributes.has(DEVLINK_ATTR_PORT_INDEX)) printReporter(dl, attributes);
  dl.printer.sectionEnd();
  return ok ? 0 : 1;
}

/** A reporter under its device or port: its name, and how it is. */
export function printReporter(dl: Devlink, attributes: Attributes): void {
  const { printer } = dl;
  const handle = handleOf(attributes);
  const reporter = attributes.nested(DEVLINK_ATTR_HEALTH_REPORTER);
  const name = reporter?.string(DEVLINK_ATTR_HEALTH_REPORTER_NAME);
  if (handle === undefined || reporter === undefined || name === undefined) return;
  const truth = (field: string, type: number): void => {
    const value = reporter.u8(type);
    if (value !== undefined) printer.field(field, value !== 0);
  };
  printer.entry(handle);
  printer.field("reporter", name);
  printer.newLine();
  printer.indentBy(1);
  printer.field("state", STATES[reporter.u8(DEVLINK_ATTR_HEALTH_REPORTER_STATE) ?? -1] ?? "<unknown state>");
  printer.number64("error", reporter.u64(DEVLINK_ATTR_HEALTH_REPORTER_ERR_COUNT) ?? 0n);
  printer.number64("recover", reporter.u64(DEVLINK_ATTR_HEALTH_REPORTER_RECOVER_COUNT) ?? 0n);
  const stamp = reporter.u64(DEVLINK_ATTR_HEALTH_REPORTER_DUMP_TS_NS);
  if (stamp !== undefined) {
    const moment = momentOf(Number(stamp));
    printer.field("last_dump_date", strftime("%Y-%m-%d", moment));
    printer.field("last_dump_time", strftime("%H:%M:%S", moment));
  }
  const period = reporter.u64(DEVLINK_ATTR_HEALTH_REPORTER_GRACEFUL_PERIOD);
  if (period !== undefined) printer.number64("grace_period", period);
  truth("auto_recover", DEVLINK_ATTR_HEALTH_REPORTER_AUTO_RECOVER);
  truth("auto_dump", DEVLINK_ATTR_HEALTH_REPORTER_AUTO_DUMP);
  printer.indentBy(-1);
  printer.handleEnd();
}
