/** What the commands of rdma share: the program, its words, the map of devices read at the start, requests to nldev. */
import { strerror } from "../../../kernel/index.ts";
import { Attributes, AttributeWriter, NETLINK_RDMA, NLM_F_ACK, RDMA_NL_GET_TYPE, RDMA_NL_NLDEV } from "../../../netlink/index.ts";
import { NetlinkSocket } from "../netlink.ts";
import type { Output } from "../output.ts";
import type { Tool } from "../tool.ts";
import { isPrefix, type Words } from "../words.ts";

/** A device as the first dump told it. */
export interface RdmaDevice {
  readonly index: number;
  readonly name: string;
  readonly ports: number;
}

export interface Rdma {
  readonly tool: Tool;
  readonly words: Words;
  readonly output: Output;
  readonly details: boolean;
  readonly pretty: boolean;
  /** -r: the hardware's own view of objects. */
  readonly raw: boolean;
  readonly devices: readonly RdmaDevice[];
}

/** A command; its exit status. */
export type RdmaCommand = (rd: Rdma) => Promise<number>;

export async function fail(rd: Rdma, message: string): Promise<number> {
  await rd.tool.err(message);
  return 1;
}

/** Prints a help text, on standard output and successfully. */
export function help(text: string): RdmaCommand {
  return async (rd) => {
    rd.tool.out(text);
    return 0;
  };
}

/**
 * Runs the command of the next word, or `otherwise` at the end of the line. A word that no entry has is said, and is no
 * failure: the status is 0.
 */
export async function execute(
  rd: Rdma,
  otherwise: RdmaCommand,
  table: readonly (readonly [string, RdmaCommand])[],
  what: string,
): Promise<number> {
  const word = rd.words.word;
  if (word === undefined) return await otherwise(rd);
  const found = table.find(([name]) => isPrefix(word, name));
  if (found === undefined) {
    await rd.tool.err(`Unknown ${what} '${word}'.\n`);
    return 0;
  }
  rd.words.next();
  return await found[1](rd);
}

/** Sends a command to nldev on a socket of its own. The answers, or null after an error, which is said. */
export async function ask(
  tool: Tool,
  command: number,
  flags: number,
  fill?: (writer: AttributeWriter) => void,
): Promise<readonly Attributes[] | null> {
  const socket = await NetlinkSocket.open(tool.process, NETLINK_RDMA);
  if (typeof socket === "number") {
    await tool.err("Failed to open NETLINK_RDMA socket\n");
    return null;
  }
  const writer = new AttributeWriter();
  fill?.(writer);
  const answer = await socket.request(RDMA_NL_GET_TYPE(RDMA_NL_NLDEV, command), NLM_F_ACK | flags, writer.finish());
  await socket.close();
  if (answer.error < 0) {
    await tool.err(`error: ${strerror(answer.error)}\n`);
    return null;
  }
  return answer.messages.flatMap((message) => Attributes.parse(message.payload) ?? []);
}

/** Runs `show` for the device that the line names, or for every one, inside of a JSON array. */
export async function forDevices(rd: Rdma, show: (device: RdmaDevice) => Promise<number>): Promise<number> {
  rd.output.openArray();
  let status = 0;
  if (rd.words.atEnd) {
    for (const device of rd.devices) {
      status = await show(device);
      if (status !== 0) break;
    }
  } else status = await withDevice(rd, show);
  rd.output.closeArray();
  rd.output.finish();
  return status;
}

/**
 * Runs `show` for every port of every device, or for those of the device that the line names (`mlx5_0`, `mlx5_0/1`), inside
 * of a JSON array. Port 0 stands for what belongs to no port; `strict`: it is not asked for, and a port must be named.
 */
export async function forLinks(rd: Rdma, show: (device: RdmaDevice, port: number) => Promise<number>, strict: boolean): Promise<number> {
  rd.output.openArray();
  const status = await eachLink(rd, show, strict);
  rd.output.closeArray();
  rd.output.finish();
  return status;
}

async function eachLink(rd: Rdma, show: (device: RdmaDevice, port: number) => Promise<number>, strict: boolean): Promise<number> {
  const word = rd.words.word;
  if (word === undefined) {
    for (const device of rd.devices) {
      const status = await eachPort(device, strict ? 1 : 0, device.ports, show);
      if (status !== 0) return status;
    }
    return 0;
  }
  const slash = word.lastIndexOf("/");
  const device = rd.devices.find(({ name }) => name === (slash < 0 ? word : word.slice(0, slash)));
  const port = portOf(word, strict);
  if (device === undefined || port === null || (port ?? 0) > device.ports) return await fail(rd, "Wrong device name\n");
  rd.words.next();
  return await eachPort(device, port ?? 0, port ?? device.ports, show);
}

async function eachPort(
  device: RdmaDevice,
  first: number,
  last: number,
  show: (device: RdmaDevice, port: number) => Promise<number>,
): Promise<number> {
  for (let port = first; port <= last; port++) {
    const status = await show(device, port);
    if (status !== 0) return status;
  }
  return 0;
}

/** The port in `DEVICE/PORT`: undefined for all, 0 for `-`, null if it is wrong. */
function portOf(word: string, strict: boolean): number | null | undefined {
  const [, text = ""] = /^[^/]*\/(.*)$/.exec(word) ?? [];
  if (text.startsWith("-")) return strict ? null : 0;
  if (text === "") return strict ? null : undefined;
  const number = Number(/^\d+/.exec(text)?.[0] ?? "0");
  return number === 0 ? null : number;
}

async function withDevice(rd: Rdma, run: (device: RdmaDevice) => Promise<number>): Promise<number> {
  const name = rd.words.word ?? "";
  const device = rd.devices.find((candidate) => candidate.name === name);
  if (device === undefined) return await fail(rd, `Wrong device name - ${name}\n`);
  rd.words.next();
  return await run(device);
}

/** Runs `change` for the device that the line must name. */
export async function forDevice(rd: Rdma, change: (device: RdmaDevice) => Promise<number>): Promise<number> {
  return rd.words.atEnd ? await fail(rd, "Please provide device name.\n") : await withDevice(rd, change);
}

/** The four groups of hexadecimal digits of a GUID or a subnet prefix. */
export function groupsOfFour(value: bigint): string {
  return [48n, 32n, 16n, 0n].map((shift) => ((value >> shift) & 0xffffn).toString(16).padStart(4, "0")).join(":");
}

/** A set of capabilities, one name for each bit, as a line of its own. */
export function printCaps(output: Output, caps: bigint | undefined, names: Readonly<Record<number, string>>): void {
  if (caps === undefined) return;
  output.text("\n    caps: <");
  output.openArray("caps");
  for (let bit = 0, rest = caps; rest !== 0n; bit++, rest >>= 1n) {
    if ((rest & 1n) === 0n) continue;
    const name = names[bit] ?? "UNKNOWN";
    output.item(`${name}${rest >> 1n !== 0n ? ", " : ""}`, name);
  }
  output.closeArray();
  output.text(">");
}
