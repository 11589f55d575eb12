/**
 * Formatted messages of health reporters: a flat run of begins, ends, names and values becomes lines or JSON as it comes
 * (cmd_fmsg_object_cb() of devlink). An end that nothing has begun ends the reading.
 */
import { strerror } from "../../../kernel/index.ts";
import {
  DEVLINK_ATTR_FMSG,
  DEVLINK_ATTR_FMSG_ARR_NEST_START,
  DEVLINK_ATTR_FMSG_NEST_END,
  DEVLINK_ATTR_FMSG_OBJ_NAME,
  DEVLINK_ATTR_FMSG_OBJ_NEST_START,
  DEVLINK_ATTR_FMSG_OBJ_VALUE_DATA,
  DEVLINK_ATTR_FMSG_OBJ_VALUE_TYPE,
  DEVLINK_ATTR_FMSG_PAIR_NEST_START,
  NLA_BINARY,
  NLA_FLAG,
  NLA_NUL_STRING,
  NLA_U8,
  NLA_U16,
  NLA_U32,
  NLA_U64,
  NLM_F_ACK,
  viewOf,
} from "../../../netlink/index.ts";
import { parseGenl } from "../genl.ts";
import { takeDeviceOrPort } from "./argv.ts";
import { parseCommand } from "./commands.ts";
import { type Devlink, type DevlinkCommand, putHandle, report } from "./context.ts";
import { putOptions } from "./options.ts";

const BYTES_A_LINE = 16;

type Nest = "object" | "pair" | "array";

const NESTS: Readonly<Record<number, Nest>> = {
  [DEVLINK_ATTR_FMSG_OBJ_NEST_START]: "object",
  [DEVLINK_ATTR_FMSG_PAIR_NEST_START]: "pair",
  [DEVLINK_ATTR_FMSG_ARR_NEST_START]: "array",
};

/** A command that asks a reporter and prints the formatted message it answers with. */
export function showMessage(cmd: number, flags = 0): DevlinkCommand {
  return async (dl) => {
    const parsed = await parseCommand(dl, { handle: takeDeviceOrPort, required: ["reporter"] });
    if (parsed === null) return 1;
    const answer = await dl.family.request(cmd, flags | NLM_F_ACK, (writer) =>
      putOptions(putHandle(writer, parsed.handle), parsed.options),
    );
    const shown = new FmsgPrinter(dl);
    for (const message of answer.messages) {
      const nest = parseGenl(message)?.attributes.nested(DEVLINK_ATTR_FMSG);
      if (nest !== undefined && [...nest].every(({ type, value }) => shown.take(type, value))) continue;
      // The program gives up here, and its errno is 0: so is its status.
      await dl.tool.err(`kernel answers: ${strerror(0)}\n`);
      return 0;
    }
    return await report(dl, answer);
  };
}

class FmsgPrinter {
  private readonly dl: Devlink;
  private readonly open: Nest[] = [];
  private name: string | null = null;
  private valueType = 0;

  constructor(dl: Devlink) {
    this.dl = dl;
    dl.printer.suppressNewLine();
  }

  /** False if this cannot be. */
  take(type: number, value: Uint8Array): boolean {
    const nest = NESTS[type];
    if (nest !== undefined) {
      this.open.push(nest);
      this.begin(nest);
      return true;
    }
    switch (type) {
      case DEVLINK_ATTR_FMSG_NEST_END:
        return this.end(this.open.pop());
      case DEVLINK_ATTR_FMSG_OBJ_NAME:
        this.name = textOf(value);
        return true;
      case DEVLINK_ATTR_FMSG_OBJ_VALUE_TYPE:
        this.valueType = value[0] ?? 0;
        return true;
      case DEVLINK_ATTR_FMSG_OBJ_VALUE_DATA:
        this.printName();
        return this.printValue(value);
      default:
        return false;
    }
  }

  private begin(nest: Nest): void {
    if (nest === "pair") return;
    const { printer, output } = this.dl;
    printer.newLine();
    this.printName();
    printer.newLine();
    printer.indentBy(1);
    if (nest === "object") output.openObject();
    else output.openArray();
  }

  private end(nest: Nest | undefined): boolean {
    if (nest === undefined) return false;
    if (nest === "pair") return true;
    const { printer, output } = this.dl;
    printer.newLine();
    printer.indentBy(-1);
    if (nest === "object") output.closeObject();
    else output.closeArray();
    return true;
  }

  private printName(): void {
    const { printer, output } = this.dl;
    if (this.name === null) return;
    printer.text(`${printer.separator()}${this.name}:`);
    output.jsonName(this.name);
    this.name = null;
  }

  private printValue(value: Uint8Array): boolean {
    const { printer, output } = this.dl;
    if (this.valueType === NLA_BINARY) {
      this.printBytes(value);
      return true;
    }
    const read = readValue(this.valueType, value);
    if (read === null) return false;
    const hex = this.dl.hex && typeof read !== "boolean" && typeof read !== "string";
    printer.text(`${printer.separator()}${hex && read !== 0n ? `0x${read.toString(16)}` : read}`);
    output.jsonValue(read);
    return true;
  }

  /** Sixteen on a line, each followed by a space. */
  private printBytes(value: Uint8Array): void {
    const { printer, output } = this.dl;
    printer.text(printer.separator());
    value.forEach((byte, i) => {
      printer.text(`${byte.toString(16).padStart(2, "0")} `);
      output.jsonValue(byte);
      if ((i + 1) % BYTES_A_LINE === 0) printer.newLine();
    });
    if (value.length % BYTES_A_LINE !== 0) printer.newLine();
  }
}

function textOf(value: Uint8Array): string {
  const end = value.indexOf(0);
  return new TextDecoder().decode(end < 0 ? value : value.subarray(0, end));
}

/** Null for a type that the program does not know. */
function readValue(type: number, value: Uint8Array): boolean | bigint | string | null {
  const view = viewOf(value);
  switch (type) {
    case NLA_FLAG:
      return value[0] !== 0;
    case NLA_U8:
      return BigInt(value[0] ?? 0);
    case NLA_U16:
      return BigInt(view.getUint16(0, true));
    case NLA_U32:
      return BigInt(view.getUint32(0, true));
    case NLA_U64:
      return view.getBigUint64(0, true);
    case NLA_NUL_STRING:
      return textOf(value);
    default:
      return null;
  }
}
