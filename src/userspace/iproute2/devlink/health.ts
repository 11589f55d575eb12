/** devlink health show. Left out, and refused: recover, diagnose, dump, test, set. */
import {
  type Attributes,
  DEVLINK_ATTR_HEALTH_REPORTER,
  DEVLINK_ATTR_HEALTH_REPORTER_AUTO_DUMP,
  DEVLINK_ATTR_HEALTH_REPORTER_AUTO_RECOVER,
  DEVLINK_ATTR_HEALTH_REPORTER_ERR_COUNT,
  DEVLINK_ATTR_HEALTH_REPORTER_GRACEFUL_PERIOD,
  DEVLINK_ATTR_HEALTH_REPORTER_NAME,
  DEVLINK_ATTR_HEALTH_REPORTER_RECOVER_COUNT,
  DEVLINK_ATTR_HEALTH_REPORTER_STATE,
  DEVLINK_CMD_HEALTH_REPORTER_GET,
} from "../../../netlink/index.ts";
import type { JsonValue } from "../json-writer.ts";
import type { Output } from "../output.ts";
import { takeDeviceOrPort, unknownCommand } from "./argv.ts";
import { ask, type Devlink, HandleGroups, handleOf, help, section } from "./context.ts";
import { HEALTH_HELP } from "./help.ts";
import { type Options, takeOptions } from "./options.ts";

const STATES = ["healthy", "error"];

/** devlink health ... */
export async function cmdHealth(dl: Devlink): Promise<number> {
  const { words } = dl;
  if (words.take("help")) return await help(HEALTH_HELP)(dl);
  if (words.atEnd || words.take("show", "list")) return await healthShow(dl);
  for (const command of ["recover", "diagnose", "dump", "test", "set"]) {
    if (words.take(command)) return await dl.tool.notModelled(`command "health ${command}"`);
  }
  return await unknownCommand(dl);
}

async function healthShow(dl: Devlink): Promise<number> {
  const all = dl.words.atEnd;
  const handle = all ? null : await takeDeviceOrPort(dl);
  if (!all && handle === null) return 1;
  const options: Options | null = all ? {} : await takeOptions(dl, ["reporter"]);
  if (options === null) return 1;
  const { reporter } = options;
  return await section(dl, "health", async () => {
    const { ok, answers } = await ask(
      dl,
      DEVLINK_CMD_HEALTH_REPORTER_GET,
      handle,
      reporter === undefined ? undefined : (writer) => writer.string(DEVLINK_ATTR_HEALTH_REPORTER_NAME, reporter),
    );
    const groups = new HandleGroups(dl.output);
    for (const attributes of answers) printReporter(dl.output, attributes, groups);
    groups.close();
    return ok;
  });
}

function printReporter(output: Output, attributes: Attributes, groups: HandleGroups): void {
  const handle = handleOf(attributes);
  const reporter = attributes.nested(DEVLINK_ATTR_HEALTH_REPORTER);
  const name = reporter?.string(DEVLINK_ATTR_HEALTH_REPORTER_NAME);
  if (handle === undefined || reporter === undefined || name === undefined) return;
  groups.enter(handle);
  output.openObject();
  output.field("reporter", `  reporter ${name}\n   `, name);
  for (const [key, value] of reporterFields(reporter)) if (value !== undefined) output.field(key, ` ${key} ${value}`, value);
  output.text("\n");
  output.closeObject();
}

function reporterFields(reporter: Attributes): (readonly [string, JsonValue | undefined])[] {
  const truth = (type: number): boolean | undefined => {
    const value = reporter.u8(type);
    return value === undefined ? undefined : value !== 0;
  };
  const state = reporter.u8(DEVLINK_ATTR_HEALTH_REPORTER_STATE);
  return [
    ["state", state === undefined ? undefined : (STATES[state] ?? "<unknown state>")],
    ["error", reporter.u64(DEVLINK_ATTR_HEALTH_REPORTER_ERR_COUNT)],
    ["recover", reporter.u64(DEVLINK_ATTR_HEALTH_REPORTER_RECOVER_COUNT)],
    ["grace_period", reporter.u64(DEVLINK_ATTR_HEALTH_REPORTER_GRACEFUL_PERIOD)],
    ["auto_recover", truth(DEVLINK_ATTR_HEALTH_REPORTER_AUTO_RECOVER)],
    ["auto_dump", truth(DEVLINK_ATTR_HEALTH_REPORTER_AUTO_DUMP)],
  ];
}
