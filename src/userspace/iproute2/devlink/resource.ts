/** devlink resource: the sizes of a device's tables, as a tree. */
import {
  Attributes,
  DEVLINK_ATTR_RESOURCE_ID,
  DEVLINK_ATTR_RESOURCE_LIST,
  DEVLINK_ATTR_RESOURCE_NAME,
  DEVLINK_ATTR_RESOURCE_OCC,
  DEVLINK_ATTR_RESOURCE_SIZE,
  DEVLINK_ATTR_RESOURCE_SIZE_GRAN,
  DEVLINK_ATTR_RESOURCE_SIZE_MAX,
  DEVLINK_ATTR_RESOURCE_SIZE_MIN,
  DEVLINK_ATTR_RESOURCE_SIZE_NEW,
  DEVLINK_ATTR_RESOURCE_SIZE_VALID,
  DEVLINK_ATTR_RESOURCE_UNIT,
  DEVLINK_CMD_DPIPE_TABLE_GET,
  DEVLINK_CMD_RESOURCE_DUMP,
  DEVLINK_CMD_RESOURCE_SET,
  DEVLINK_RESOURCE_UNIT_ENTRY,
} from "../../../netlink/index.ts";
import { takeDevice, unknownCommand } from "./argv.ts";
import { parseCommand } from "./commands.ts";
import { ask, askPlain, type Devlink, fail, handleOf, help } from "./context.ts";
import { RESOURCE_HELP } from "./help.ts";
import { putOptions } from "./options.ts";

interface Resource {
  readonly name: string;
  readonly id: bigint;
  readonly size: bigint;
  readonly sizeNew: bigint;
  readonly occ: bigint | undefined;
  readonly unit: number;
  readonly min: bigint;
  readonly max: bigint;
  readonly gran: bigint;
  readonly valid: boolean;
  readonly path: string;
  readonly below: readonly Resource[];
}

/** devlink resource ... */
export async function cmdResource(dl: Devlink): Promise<number> {
  const { words } = dl;
  if (words.atEnd || words.take("help")) return await help(RESOURCE_HELP)(dl);
  if (words.take("show")) return await resourceShow(dl);
  if (words.take("set")) return await resourceSet(dl);
  return await unknownCommand(dl);
}

/** Asks for the tables that use the resources first; no device here has such tables. */
async function resourceShow(dl: Devlink): Promise<number> {
  const parsed = await parseCommand(dl, { handle: takeDevice });
  if (parsed === null) return 1;
  const tables = await askPlain(dl, DEVLINK_CMD_DPIPE_TABLE_GET, parsed.handle);
  // The error number that is named belongs to the parser, which had nothing to say.
  if (!tables.ok) return await fail(dl, "error get tables Success\n");
  dl.printer.section("resources");
  const { ok, answers } = await ask(dl, DEVLINK_CMD_RESOURCE_DUMP, parsed.handle);
  for (const attributes of answers) {
    const handle = handleOf(attributes);
    const resources = parseResources(attributes.nested(DEVLINK_ATTR_RESOURCE_LIST), "");
    if (handle === undefined) continue;
    const pending = isPending(resources);
    for (const resource of resources) {
      dl.printer.entry(handle);
      printResource(dl, resource, pending);
      dl.printer.handleEnd();
    }
  }
  dl.printer.sectionEnd();
  return ok ? 0 : 1;
}

function parseResources(list: Attributes | undefined, above: string): readonly Resource[] {
  return [...(list ?? [])].flatMap(({ value }) => {
    const one = Attributes.parse(value);
    const name = one?.string(DEVLINK_ATTR_RESOURCE_NAME);
    const size = one?.u64(DEVLINK_ATTR_RESOURCE_SIZE);
    if (one === null || name === undefined || size === undefined) return [];
    const path = `${above}/${name}`;
    const number = (attr: number): bigint => one.u64(attr) ?? 0n;
    return [
      {
        name,
        id: number(DEVLINK_ATTR_RESOURCE_ID),
        size,
        sizeNew: one.u64(DEVLINK_ATTR_RESOURCE_SIZE_NEW) ?? size,
        occ: one.u64(DEVLINK_ATTR_RESOURCE_OCC),
        unit: one.u8(DEVLINK_ATTR_RESOURCE_UNIT) ?? DEVLINK_RESOURCE_UNIT_ENTRY,
        min: number(DEVLINK_ATTR_RESOURCE_SIZE_MIN),
        max: number(DEVLINK_ATTR_RESOURCE_SIZE_MAX),
        gran: number(DEVLINK_ATTR_RESOURCE_SIZE_GRAN),
        valid: one.u8(DEVLINK_ATTR_RESOURCE_SIZE_VALID) === 1,
        path,
        below: parseResources(one.nested(DEVLINK_ATTR_RESOURCE_LIST), path),
      },
    ];
  });
}

/** Some size waits for a reload. */
function isPending(resources: readonly Resource[]): boolean {
  return resources.some(({ size, sizeNew, below }) => size !== sizeNew || isPending(below));
}

function printResource(dl: Devlink, resource: Resource, pending: boolean): void {
  const { printer } = dl;
  // Some numbers go through an unsigned int.
  const narrow = (name: string, value: bigint): void => printer.field(name, BigInt.asUintN(32, value));
  printer.field("name", resource.name);
  if (dl.verbose) printer.field("resource_path", resource.path);
  printer.number64("size", resource.size);
  if (resource.size !== resource.sizeNew) printer.number64("size_new", resource.sizeNew);
  if (resource.occ !== undefined) narrow("occ", resource.occ);
  printer.field("unit", resource.unit === DEVLINK_RESOURCE_UNIT_ENTRY ? "entry" : "<unknown unit>");
  if (resource.min !== resource.max) {
    narrow("size_min", resource.min);
    printer.number64("size_max", resource.max);
    narrow("size_gran", resource.gran);
  }
  printer.field("dpipe_tables", "none");
  if (resource.below.length === 0) return;
  if (pending) printer.field("size_valid", resource.valid ? "true" : "false");
  printer.array("resources");
  for (const child of resource.below) {
    printer.element();
    printResource(dl, child, pending);
    printer.elementEnd();
  }
  printer.arrayEnd();
}

/** Asks for all of them, to find the number of the one that the path names. */
async function resourceSet(dl: Devlink): Promise<number> {
  const parsed = await parseCommand(dl, { handle: takeDevice, required: ["path", "size"] });
  if (parsed === null) return 1;
  const { handle, options } = parsed;
  const { ok, answers } = await askPlain(dl, DEVLINK_CMD_RESOURCE_DUMP, handle);
  if (!ok) return await fail(dl, "error getting resources Success\n");
  const id = findByPath(parseResources(answers[0]?.nested(DEVLINK_ATTR_RESOURCE_LIST), ""), options.path ?? "");
  if (id === null) return await fail(dl, "error parsing resource path Invalid argument\n");
  const set = await ask(dl, DEVLINK_CMD_RESOURCE_SET, handle, (writer) => {
    putOptions(writer, options);
    writer.u64(DEVLINK_ATTR_RESOURCE_ID, id);
  });
  return set.ok ? 0 : 1;
}

/** The number of the last name of a path; 0 for a path without names. */
function findByPath(resources: readonly Resource[], path: string): bigint | null {
  let list = resources;
  let id = 0n;
  for (const name of path.split("/").filter((part) => part !== "")) {
    const found = list.find((resource) => resource.name === name);
    if (found === undefined) return null;
    list = found.below;
    id = found.id;
  }
  return id;
}
