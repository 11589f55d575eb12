/** devlink dev info: the driver, the serial number, and versions of what is on the board. */
import {
  Attributes,
  DEVLINK_ATTR_INFO_BOARD_SERIAL_NUMBER,
  DEVLINK_ATTR_INFO_DRIVER_NAME,
  DEVLINK_ATTR_INFO_SERIAL_NUMBER,
  DEVLINK_ATTR_INFO_VERSION_FIXED,
  DEVLINK_ATTR_INFO_VERSION_NAME,
  DEVLINK_ATTR_INFO_VERSION_RUNNING,
  DEVLINK_ATTR_INFO_VERSION_STORED,
  DEVLINK_ATTR_INFO_VERSION_VALUE,
  DEVLINK_CMD_INFO_GET,
} from "../../../netlink/index.ts";
import type { Output } from "../output.ts";
import { takeAllOrOne, takeDevice } from "./argv.ts";
import { ask, type Devlink, handleOf, help, section } from "./context.ts";
import { DEV_HELP } from "./help.ts";

const VERSIONS = [
  ["fixed", DEVLINK_ATTR_INFO_VERSION_FIXED],
  ["running", DEVLINK_ATTR_INFO_VERSION_RUNNING],
  ["stored", DEVLINK_ATTR_INFO_VERSION_STORED],
] as const;
const NUMBERS = [
  ["driver", DEVLINK_ATTR_INFO_DRIVER_NAME],
  ["serial_number", DEVLINK_ATTR_INFO_SERIAL_NUMBER],
  ["board.serial_number", DEVLINK_ATTR_INFO_BOARD_SERIAL_NUMBER],
] as const;

export async function devInfo(dl: Devlink): Promise<number> {
  if (dl.words.take("help")) return await help(DEV_HELP)(dl);
  const handle = await takeAllOrOne(dl, takeDevice);
  if (handle === undefined) return 1;
  return await section(dl, "info", async () => {
    const { ok, answers } = await ask(dl, DEVLINK_CMD_INFO_GET, handle);
    for (const attributes of answers) printInfo(dl.output, attributes);
    return ok;
  });
}

function printInfo(output: Output, attributes: Attributes): void {
  const handle = handleOf(attributes);
  const hasVersions = VERSIONS.some(([, type]) => attributes.has(type));
  if (handle === undefined || !(hasVersions || NUMBERS.some(([, type]) => attributes.has(type)))) return;
  output.openObject(handle);
  output.text(`${handle}:\n`);
  for (const [key, type] of NUMBERS) {
    const value = attributes.string(type);
    if (value !== undefined) output.field(key, `  ${key} ${value}\n`, value);
  }
  if (hasVersions) printVersions(output, attributes);
  output.closeObject();
}

function printVersions(output: Output, attributes: Attributes): void {
  output.openObject("versions");
  output.text("  versions:\n");
  for (const [name, type] of VERSIONS) {
    const versions = attributes.all(type);
    if (versions.length === 0) continue;
    output.openObject(name);
    output.text(`      ${name}:\n`);
    for (const bytes of versions) {
      const version = Attributes.parse(bytes);
      const key = version?.string(DEVLINK_ATTR_INFO_VERSION_NAME) ?? "";
      const value = version?.string(DEVLINK_ATTR_INFO_VERSION_VALUE) ?? "";
      output.field(key, `        ${key} ${value}\n`, value);
    }
    output.closeObject();
  }
  output.closeObject();
}
