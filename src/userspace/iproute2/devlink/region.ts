/** devlink region: snapshots of a device's memory, taken, listed, deleted and read. */
import {
  Attributes,
  DEVLINK_ATTR_REGION_CHUNK,
  DEVLINK_ATTR_REGION_CHUNK_ADDR,
  DEVLINK_ATTR_REGION_CHUNK_DATA,
  DEVLINK_ATTR_REGION_CHUNKS,
  DEVLINK_ATTR_REGION_MAX_SNAPSHOTS,
  DEVLINK_ATTR_REGION_NAME,
  DEVLINK_ATTR_REGION_SIZE,
  DEVLINK_ATTR_REGION_SNAPSHOT,
  DEVLINK_ATTR_REGION_SNAPSHOT_ID,
  DEVLINK_ATTR_REGION_SNAPSHOTS,
  DEVLINK_CMD_REGION_DEL,
  DEVLINK_CMD_REGION_GET,
  DEVLINK_CMD_REGION_NEW,
  DEVLINK_CMD_REGION_READ,
} from "../../../netlink/index.ts";
import { takeRegion, unknownCommand } from "./argv.ts";
import { change, list, parseCommand } from "./commands.ts";
import { ask, askDump, type Devlink, handleOf, help, putHandle } from "./context.ts";
import { REGION_HELP } from "./help.ts";
import { type OptionKey, putOptions } from "./options.ts";

/** Bytes of a snapshot on one line. */
const BYTES_PER_LINE = 16;

const show = list({ cmd: DEVLINK_CMD_REGION_GET, handle: takeRegion }, "regions", printRegion);
const del = change({ cmd: DEVLINK_CMD_REGION_DEL, handle: takeRegion, required: ["snapshot"] });

/** devlink region ... */
export async function cmdRegion(dl: Devlink): Promise<number> {
  const { words } = dl;
  if (words.take("help")) return await help(REGION_HELP)(dl);
  if (words.atEnd || words.take("show", "list")) return await show(dl);
  if (words.take("del")) return await del(dl);
  if (words.take("dump")) return await read(dl, ["snapshot"], "dump");
  if (words.take("read")) return await read(dl, ["snapshot", "address", "length"], "read");
  if (words.take("new")) return await regionNew(dl);
  return await unknownCommand(dl);
}

function regionOf(attributes: Attributes): string | undefined {
  const handle = handleOf(attributes);
  const name = attributes.string(DEVLINK_ATTR_REGION_NAME);
  return handle === undefined || name === undefined ? undefined : `${handle}/${name}`;
}

/** A region on one line: what the message says of its size, its snapshots and how many there can be. */
export function printRegion(dl: Devlink, attributes: Attributes): void {
  printOne(dl, attributes, false);
}

/** `wantsId`: names the one snapshot that the message is about, which events do not. */
function printOne({ printer, output }: Devlink, attributes: Attributes, wantsId: boolean): void {
  const region = regionOf(attributes);
  if (region === undefined) return;
  printer.handle(region);
  const size = attributes.u64(DEVLINK_ATTR_REGION_SIZE);
  if (size !== undefined) printer.field("size", size);
  const snapshots = attributes.nested(DEVLINK_ATTR_REGION_SNAPSHOTS);
  if (snapshots !== undefined) {
    const ids = snapshots
      .all(DEVLINK_ATTR_REGION_SNAPSHOT)
      .flatMap((bytes) => Attributes.parse(bytes)?.u32(DEVLINK_ATTR_REGION_SNAPSHOT_ID) ?? []);
    printer.text(`${printer.separator()}snapshot [${ids.join(" ")}]`);
    output.openArray("snapshot");
    for (const id of ids) output.item("", id);
    output.closeArray();
  }
  const id = attributes.u32(DEVLINK_ATTR_REGION_SNAPSHOT_ID);
  if (id !== undefined && wantsId) {
    printer.text(`${printer.separator()}snapshot ${id}`);
    output.openArray("snapshot");
    output.item("", id);
    output.closeArray();
  }
  const most = attributes.u32(DEVLINK_ATTR_REGION_MAX_SNAPSHOTS);
  if (most !== undefined) printer.field("max", most);
  printer.handleEnd();
}

/** Newer kernels choose an id if none is given, and say which. */
async function regionNew(dl: Devlink): Promise<number> {
  const parsed = await parseCommand(dl, { handle: takeRegion, optional: ["snapshot"] });
  if (parsed === null) return 1;
  const { ok, answers } = await ask(dl, DEVLINK_CMD_REGION_NEW, parsed.handle, (writer) => putOptions(writer, parsed.options));
  dl.printer.section("regions");
  for (const attributes of answers) printOne(dl, attributes, true);
  dl.printer.sectionEnd();
  return ok ? 0 : 1;
}

/** The bytes of a snapshot: an address and sixteen bytes on a line. */
async function read(dl: Devlink, required: readonly OptionKey[], section: string): Promise<number> {
  const parsed = await parseCommand(dl, { handle: takeRegion, required });
  if (parsed === null) return 1;
  const { printer, output } = dl;
  printer.section(section);
  const { ok, answers } = await askDump(dl, DEVLINK_CMD_REGION_READ, (writer) =>
    putOptions(putHandle(writer, parsed.handle), parsed.options),
  );
  const dump = new ByteLines(dl);
  for (const attributes of answers) {
    for (const bytes of attributes.nested(DEVLINK_ATTR_REGION_CHUNKS)?.all(DEVLINK_ATTR_REGION_CHUNK) ?? []) {
      const chunk = Attributes.parse(bytes);
      const data = chunk?.bytes(DEVLINK_ATTR_REGION_CHUNK_DATA);
      const address = chunk?.u64(DEVLINK_ATTR_REGION_CHUNK_ADDR);
      if (data !== undefined && address !== undefined) dump.add(address, data);
    }
  }
  printer.sectionEnd();
  if (!output.isJson) printer.text("\n");
  return ok ? 0 : 1;
}

/** Writes bytes that come in chunks as one dump. */
class ByteLines {
  private readonly dl: Devlink;
  private count = 0;

  constructor(dl: Devlink) {
    this.dl = dl;
  }

  add(address: bigint, data: Uint8Array): void {
    const { output } = this.dl;
    output.jsonField("address", address);
    output.openArray("data");
    data.forEach((byte, i) => {
      if (this.count % BYTES_PER_LINE === 0) {
        const at = (address + BigInt(i)).toString(16).padStart(16, "0");
        output.text(`${this.count > 0 ? "\n" : ""}${at} `);
      }
      this.count++;
      output.item(`${byte.toString(16).padStart(2, "0")} `, byte);
    });
    output.closeArray();
  }
}
