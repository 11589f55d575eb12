/** devlink dev param: show and set. Left out: names that the real program has for the values of a few parameters. */
import {
  Attributes,
  type AttributeWriter,
  DEVLINK_ATTR_PARAM,
  DEVLINK_ATTR_PARAM_GENERIC,
  DEVLINK_ATTR_PARAM_NAME,
  DEVLINK_ATTR_PARAM_TYPE,
  DEVLINK_ATTR_PARAM_VALUE,
  DEVLINK_ATTR_PARAM_VALUE_CMODE,
  DEVLINK_ATTR_PARAM_VALUE_DATA,
  DEVLINK_ATTR_PARAM_VALUES_LIST,
  DEVLINK_CMD_PARAM_GET,
  DEVLINK_CMD_PARAM_SET,
  DEVLINK_CMD_PORT_PARAM_GET,
  DEVLINK_CMD_PORT_PARAM_SET,
  NLA_FLAG,
  NLA_STRING,
  NLA_U8,
  NLA_U16,
  NLA_U32,
} from "../../../netlink/index.ts";
import type { Output } from "../output.ts";
import { parseDecimal, UINT_MAX } from "../words.ts";
import { takeDevice, takePort, unknownCommand } from "./argv.ts";
import { ask, type Devlink, fail, type Handle, HandleGroups, handleOf, help, section } from "./context.ts";
import { DEV_HELP, PORT_HELP } from "./help.ts";
import { CMODES, nameIn } from "./names.ts";
import { type Options, takeOptions } from "./options.ts";

type ParamValue = number | string | boolean;

interface Param {
  readonly name: string;
  readonly generic: boolean;
  readonly type: number;
  readonly values: readonly { readonly cmode: number; readonly value: ParamValue | undefined }[];
}

/** Parameters of devices, or of ports. */
interface ParamObject {
  readonly get: number;
  readonly set: number;
  readonly help: string;
  takeHandle(dl: Devlink): Promise<Handle | null>;
}

const DEVICE_PARAMS: ParamObject = {
  get: DEVLINK_CMD_PARAM_GET,
  set: DEVLINK_CMD_PARAM_SET,
  help: DEV_HELP,
  takeHandle: takeDevice,
};
const PORT_PARAMS: ParamObject = {
  get: DEVLINK_CMD_PORT_PARAM_GET,
  set: DEVLINK_CMD_PORT_PARAM_SET,
  help: PORT_HELP,
  takeHandle: takePort,
};

/** devlink dev param ... */
export const devParam = (dl: Devlink): Promise<number> => cmdParam(dl, DEVICE_PARAMS);

/** devlink port param ... */
export const portParam = (dl: Devlink): Promise<number> => cmdParam(dl, PORT_PARAMS);

async function cmdParam(dl: Devlink, object: ParamObject): Promise<number> {
  const { words } = dl;
  if (words.take("help")) return await help(object.help)(dl);
  if (words.atEnd || words.take("show", "list")) return await paramShow(dl, object);
  if (words.take("set")) return await paramSet(dl, object);
  return await unknownCommand(dl);
}

async function paramShow(dl: Devlink, object: ParamObject): Promise<number> {
  const all = dl.words.atEnd;
  const handle = all ? null : await object.takeHandle(dl);
  if (!all && handle === null) return 1;
  const options: Options | null = all ? {} : await takeOptions(dl, ["name"]);
  if (options === null) return 1;
  return await section(dl, "param", async () => {
    const { ok, answers } = await ask(dl, object.get, handle, options.name === undefined ? undefined : putName(options.name));
    const groups = new HandleGroups(dl.output);
    for (const attributes of answers) {
      const handleText = handleOf(attributes);
      const param = parseParam(attributes);
      if (handleText === undefined || param === null) continue;
      groups.enter(handleText);
      dl.output.openObject();
      printParam(dl.output, param, "  ");
      dl.output.closeObject();
    }
    groups.close();
    return ok;
  });
}

function putName(name: string): (writer: AttributeWriter) => void {
  return (writer) => writer.string(DEVLINK_ATTR_PARAM_NAME, name);
}

/** null if the message has no parameter. */
export function parseParam(attributes: Attributes): Param | null {
  const param = attributes.nested(DEVLINK_ATTR_PARAM);
  const name = param?.string(DEVLINK_ATTR_PARAM_NAME);
  const type = param?.u8(DEVLINK_ATTR_PARAM_TYPE);
  const list = param?.nested(DEVLINK_ATTR_PARAM_VALUES_LIST);
  if (param === undefined || name === undefined || type === undefined || list === undefined) return null;
  const values = list.all(DEVLINK_ATTR_PARAM_VALUE).flatMap((bytes) => {
    const value = Attributes.parse(bytes);
    const cmode = value?.u8(DEVLINK_ATTR_PARAM_VALUE_CMODE);
    return value === null || cmode === undefined ? [] : [{ cmode, value: valueIn(value, type) }];
  });
  return { name, generic: param.has(DEVLINK_ATTR_PARAM_GENERIC), type, values };
}

function valueIn(value: Attributes, type: number): ParamValue | undefined {
  switch (type) {
    case NLA_U8:
      return value.u8(DEVLINK_ATTR_PARAM_VALUE_DATA);
    case NLA_U16:
      return value.u16(DEVLINK_ATTR_PARAM_VALUE_DATA);
    case NLA_U32:
      return value.u32(DEVLINK_ATTR_PARAM_VALUE_DATA);
    case NLA_STRING:
      return value.string(DEVLINK_ATTR_PARAM_VALUE_DATA);
    case NLA_FLAG:
      return value.has(DEVLINK_ATTR_PARAM_VALUE_DATA);
    default:
      return undefined;
  }
}

/** One parameter, its lines behind `indent`; the first line starts where the cursor is if `indent` is empty. */
export function printParam(output: Output, param: Param, indent: string): void {
  const kind = param.generic ? "generic" : "driver-specific";
  output.field("name", `${indent}name ${param.name} `, param.name);
  output.field("type", `type ${kind}\n`, kind);
  output.text(`${indent}  values:\n`);
  output.openArray("values");
  for (const { cmode, value } of param.values) {
    const name = nameIn(CMODES, cmode) ?? "<unknown type>";
    output.openObject();
    output.field("cmode", `${indent}    cmode ${name}`, name);
    if (value !== undefined) output.field("value", ` value ${value}`, value);
    output.text("\n");
    output.closeObject();
  }
  output.closeArray();
}

/** Asks for the parameter first: its type says how to read the value, and a value that it has already is not sent. */
async function paramSet(dl: Devlink, object: ParamObject): Promise<number> {
  const handle = await object.takeHandle(dl);
  if (handle === null) return 1;
  const options = await takeOptions(dl, ["name", "value", "cmode"]);
  if (options === null) return 1;
  const { name = "", value: text = "", cmode = 0 } = options;
  const { ok, answers } = await ask(dl, object.get, handle, putName(name));
  if (!ok) return 1;
  const param = answers.map(parseParam).find((found) => found !== null);
  const current = param?.values.find((value) => value.cmode === cmode);
  if (param === undefined || param === null || current === undefined) return await fail(dl, "Configuration mode not supported\n");
  const value = readValue(text, param.type);
  if (value === null) return await fail(dl, `Value "${text}" is not a number or not within range\n`);
  if (value === current.value) return 0;
  const set = await ask(dl, object.set, handle, (writer) => {
    putName(name)(writer);
    writer.u8(DEVLINK_ATTR_PARAM_VALUE_CMODE, cmode).u8(DEVLINK_ATTR_PARAM_TYPE, param.type);
    putValue(writer, param.type, value);
  });
  return set.ok ? 0 : 1;
}

function readValue(text: string, type: number): ParamValue | null {
  switch (type) {
    case NLA_U8:
      return parseDecimal(text, 0, 0xff);
    case NLA_U16:
      return parseDecimal(text, 0, 0xffff);
    case NLA_U32:
      return parseDecimal(text, 0, UINT_MAX);
    case NLA_FLAG:
      return text === "true" || text === "1" ? true : text === "false" || text === "0" ? false : null;
    default:
      return text;
  }
}

/** False is the absence of a flag. */
function putValue(writer: AttributeWriter, type: number, value: ParamValue): void {
  if (value === true) writer.flag(DEVLINK_ATTR_PARAM_VALUE_DATA);
  else if (typeof value === "string") writer.string(DEVLINK_ATTR_PARAM_VALUE_DATA, value);
  else if (typeof value === "number") {
    if (type === NLA_U8) writer.u8(DEVLINK_ATTR_PARAM_VALUE_DATA, value);
    else if (type === NLA_U16) writer.u16(DEVLINK_ATTR_PARAM_VALUE_DATA, value);
    else writer.u32(DEVLINK_ATTR_PARAM_VALUE_DATA, value);
  }
}
