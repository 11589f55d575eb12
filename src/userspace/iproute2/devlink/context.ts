/** What the commands of devlink share, and how they ask the kernel. */
import { strerror } from "../../../kernel/index.ts";
import {
  type Attributes,
  type AttributeWriter,
  DEVLINK_ATTR_BUS_NAME,
  DEVLINK_ATTR_DEV_NAME,
  DEVLINK_ATTR_PORT_INDEX,
  DEVLINK_ATTR_RATE_NODE_NAME,
  DEVLINK_ATTR_REGION_NAME,
  NLM_F_ACK,
  NLM_F_DUMP,
  NLM_F_MULTI,
} from "../../../netlink/index.ts";
import { type GenlFamily, parseGenl } from "../genl.ts";
import { type Answer, extackLine } from "../netlink.ts";
import type { Output } from "../output.ts";
import type { Tool } from "../tool.ts";
import type { Words } from "../words.ts";
import type { Printer } from "./printer.ts";

export interface Devlink {
  readonly tool: Tool;
  readonly words: Words;
  readonly output: Output;
  readonly printer: Printer;
  readonly family: GenlFamily;
  /** -s; devlink monitor switches it on at the first event of a device. */
  stats: boolean;
  /** -v: metadata of traps too. */
  readonly verbose: boolean;
  /** -i: rates in powers of 1024. */
  readonly iec: boolean;
  /** -x: numbers of formatted messages in hexadecimal. */
  readonly hex: boolean;
}

/** A command; its exit status. */
export type DevlinkCommand = (dl: Devlink) => Promise<number>;

/** A device, or one of its ports. */
export interface Handle {
  readonly bus: string;
  readonly device: string;
  readonly port?: number;
  /** The name of a region or of a rate node on the device. */
  readonly region?: string;
  readonly node?: string;
}

export async function fail(dl: Devlink, message: string): Promise<number> {
  await dl.tool.err(message);
  return 1;
}

/** Prints a help text, on standard error and successfully. */
export function help(text: string): DevlinkCommand {
  return async (dl) => {
    await dl.tool.err(text);
    return 0;
  };
}

export function putHandle(writer: AttributeWriter, handle: Handle): AttributeWriter {
  const { bus, device, port, region, node } = handle;
  writer.string(DEVLINK_ATTR_BUS_NAME, bus).string(DEVLINK_ATTR_DEV_NAME, device);
  if (port !== undefined) writer.u32(DEVLINK_ATTR_PORT_INDEX, port);
  if (region !== undefined) writer.string(DEVLINK_ATTR_REGION_NAME, region);
  if (node !== undefined) writer.string(DEVLINK_ATTR_RATE_NODE_NAME, node);
  return writer;
}

/** "pci/0000:00:08.0" or "pci/0000:00:08.0/1"; undefined if the message names no device. */
export function handleOf(attributes: Attributes): string | undefined {
  const bus = attributes.string(DEVLINK_ATTR_BUS_NAME);
  const device = attributes.string(DEVLINK_ATTR_DEV_NAME);
  const port = attributes.u32(DEVLINK_ATTR_PORT_INDEX);
  if (bus === undefined || device === undefined) return undefined;
  return port === undefined ? `${bus}/${device}` : `${bus}/${device}/${port}`;
}

/** What came of a request: the answers, and whether it succeeded. */
export interface Reply {
  readonly ok: boolean;
  readonly answers: readonly Attributes[];
}

/** Asks for one device, or for all if `handle` is null, or as `fill` says. An error is said. */
export function ask(dl: Devlink, cmd: number, handle: Handle | null, fill?: (writer: AttributeWriter) => void): Promise<Reply> {
  const flags = handle === null && fill === undefined ? NLM_F_ACK | NLM_F_DUMP : NLM_F_ACK;
  return send(dl, cmd, flags, (writer) => {
    if (handle !== null) putHandle(writer, handle);
    fill?.(writer);
  });
}

/** Asks for the answers of a dump that is about what `fill` says. An error is said. */
export function askDump(dl: Devlink, cmd: number, fill: (writer: AttributeWriter) => void): Promise<Reply> {
  return send(dl, cmd, NLM_F_ACK | NLM_F_DUMP, fill);
}

/** Asks about a device without wanting an acknowledgement: the end of the answer, or an error, is enough. */
export function askPlain(dl: Devlink, cmd: number, handle: Handle): Promise<Reply> {
  return send(dl, cmd, NLM_F_MULTI, (writer) => {
    putHandle(writer, handle);
  });
}

/** Says an error of the kernel, or a warning; the exit status. */
export async function report(dl: Devlink, answer: Answer): Promise<number> {
  const line = extackLine(answer);
  if (line !== "") await dl.tool.err(line);
  if (answer.error < 0) await dl.tool.err(`kernel answers: ${strerror(answer.error)}\n`);
  return answer.error < 0 ? 1 : 0;
}

async function send(dl: Devlink, cmd: number, flags: number, fill: (writer: AttributeWriter) => void): Promise<Reply> {
  const answer = await dl.family.request(cmd, flags, fill);
  await report(dl, answer);
  return { ok: answer.error === 0, answers: answer.messages.flatMap((message) => parseGenl(message)?.attributes ?? []) };
}

/** A section of a listing: `{"dev":{ ... }}` in JSON. */
export async function section(dl: Devlink, name: string, body: () => Promise<boolean>): Promise<number> {
  dl.output.openObject();
  dl.output.openObject(name);
  const ok = await body();
  dl.output.closeObject();
  dl.output.closeObject();
  return ok ? 0 : 1;
}

/** Entries of a listing under their handles: each handle is named once, in JSON over an array. */
export class HandleGroups {
  private readonly output: Output;
  private last: string | null = null;

  constructor(output: Output) {
    this.output = output;
  }

  enter(handle: string): void {
    if (handle === this.last) return;
    this.close();
    this.last = handle;
    this.output.text(`${handle}:\n`);
    this.output.openArray(handle);
  }

  close(): void {
    if (this.last !== null) this.output.closeArray();
    this.last = null;
  }
}
