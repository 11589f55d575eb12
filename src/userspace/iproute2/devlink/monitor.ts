/**
 * devlink monitor: what the kernel tells the "config" group of this network namespace, one event after the other until
 * SIGINT. Left out: events of health reporters, line cards and of a flash update.
 */
import { EINTR, SIGINT, strerror } from "../../../kernel/index.ts";
import {
  type Attributes,
  DEVLINK_CMD_DEL,
  DEVLINK_CMD_GET,
  DEVLINK_CMD_NEW,
  DEVLINK_CMD_PARAM_DEL,
  DEVLINK_CMD_PARAM_GET,
  DEVLINK_CMD_PARAM_NEW,
  DEVLINK_CMD_PARAM_SET,
  DEVLINK_CMD_PORT_DEL,
  DEVLINK_CMD_PORT_GET,
  DEVLINK_CMD_PORT_NEW,
  DEVLINK_CMD_PORT_SET,
  DEVLINK_CMD_REGION_DEL,
  DEVLINK_CMD_REGION_GET,
  DEVLINK_CMD_REGION_NEW,
  DEVLINK_CMD_TRAP_DEL,
  DEVLINK_CMD_TRAP_GET,
  DEVLINK_CMD_TRAP_GROUP_DEL,
  DEVLINK_CMD_TRAP_GROUP_GET,
  DEVLINK_CMD_TRAP_GROUP_NEW,
  DEVLINK_CMD_TRAP_GROUP_SET,
  DEVLINK_CMD_TRAP_NEW,
  DEVLINK_CMD_TRAP_POLICER_DEL,
  DEVLINK_CMD_TRAP_POLICER_GET,
  DEVLINK_CMD_TRAP_POLICER_NEW,
  DEVLINK_CMD_TRAP_POLICER_SET,
  DEVLINK_CMD_TRAP_SET,
  DEVLINK_GENL_MCGRP_CONFIG_NAME,
} from "../../../netlink/index.ts";
import { parseGenl } from "../genl.ts";
import type { Output } from "../output.ts";
import { type Devlink, fail, handleOf, help } from "./context.ts";
import { printDevice } from "./dev.ts";
import { MONITOR_HELP } from "./help.ts";
import { parseParam, printParam } from "./param.ts";
import { printPort } from "./port.ts";
import { printRegion } from "./region.ts";
import { printTrap, printTrapGroup, printTrapPolicer } from "./trap.ts";

/** Objects that can be asked for by name; events of parameters and regions cannot. */
const FILTERS = ["all", "dev", "port", "health", "trap", "trap-group", "trap-policer", "lc"];

interface EventKind {
  readonly object: string;
  readonly command: string;
  print(dl: Devlink, attributes: Attributes): void;
  /** The real program forgets to close the event's two JSON objects. */
  readonly unclosed?: true;
}

type Print = EventKind["print"];

function printDeviceEvent(dl: Devlink, attributes: Attributes): void {
  dl.stats = true;
  printDevice(dl.output, attributes, dl.stats);
}

const COMMANDS: readonly (readonly [object: string, print: Print, commands: Readonly<Record<string, number>>])[] = [
  ["dev", printDeviceEvent, { get: DEVLINK_CMD_GET, new: DEVLINK_CMD_NEW, del: DEVLINK_CMD_DEL }],
  [
    "port",
    (dl, attributes) => printPort(dl.output, attributes),
    { get: DEVLINK_CMD_PORT_GET, set: DEVLINK_CMD_PORT_SET, new: DEVLINK_CMD_PORT_NEW, del: DEVLINK_CMD_PORT_DEL },
  ],
  [
    "param",
    (dl, attributes) => printParamEvent(dl.output, attributes),
    { get: DEVLINK_CMD_PARAM_GET, set: DEVLINK_CMD_PARAM_SET, new: DEVLINK_CMD_PARAM_NEW, del: DEVLINK_CMD_PARAM_DEL },
  ],
  ["region", printRegion, { get: DEVLINK_CMD_REGION_GET, new: DEVLINK_CMD_REGION_NEW, del: DEVLINK_CMD_REGION_DEL }],
  ["trap", printTrap, { get: DEVLINK_CMD_TRAP_GET, set: DEVLINK_CMD_TRAP_SET, new: DEVLINK_CMD_TRAP_NEW, del: DEVLINK_CMD_TRAP_DEL }],
  [
    "trap-group",
    printTrapGroup,
    {
      get: DEVLINK_CMD_TRAP_GROUP_GET,
      set: DEVLINK_CMD_TRAP_GROUP_SET,
      new: DEVLINK_CMD_TRAP_GROUP_NEW,
      del: DEVLINK_CMD_TRAP_GROUP_DEL,
    },
  ],
  [
    "trap-policer",
    printTrapPolicer,
    {
      get: DEVLINK_CMD_TRAP_POLICER_GET,
      set: DEVLINK_CMD_TRAP_POLICER_SET,
      new: DEVLINK_CMD_TRAP_POLICER_NEW,
      del: DEVLINK_CMD_TRAP_POLICER_DEL,
    },
  ],
];

const EVENTS: ReadonlyMap<number, EventKind> = new Map(
  COMMANDS.flatMap(([object, print, commands]) =>
    Object.entries(commands).map(([command, cmd]): readonly [number, EventKind] => [
      cmd,
      { object, command, print, ...(object === "trap-policer" ? { unclosed: true } : {}) },
    ]),
  ),
);

/** devlink monitor ... */
export async function cmdMonitor(dl: Devlink): Promise<number> {
  if (dl.words.take("help")) return await help(MONITOR_HELP)(dl);
  const filters = dl.words.rest;
  const unknown = filters.find((word) => !FILTERS.includes(word));
  if (unknown !== undefined) return await fail(dl, `Unknown object "${unknown}"\n`);
  const joined = await dl.family.joinGroup(DEVLINK_GENL_MCGRP_CONFIG_NAME);
  if (joined < 0) return 1;
  const { process } = dl.tool;
  // A handler that does nothing: the signal only ends the wait, and the JSON document gets its end.
  process.sigaction(SIGINT, () => {});
  dl.output.openObject();
  dl.output.openArray("mon");
  const status = await printEvents(dl, filters);
  dl.output.closeArray();
  dl.output.closeObject();
  return status;
}

async function printEvents(dl: Devlink, filters: readonly string[]): Promise<number> {
  const wanted = (object: string): boolean => filters.length === 0 || filters.includes("all") || filters.includes(object);
  for (;;) {
    const messages = await dl.family.socket.receive();
    if (messages === -EINTR) return 0;
    if (typeof messages === "number") return await fail(dl, `devlink answers: ${strerror(messages)}\n`);
    for (const message of messages) {
      const event = parseGenl(message);
      const kind = event === null ? undefined : EVENTS.get(event.cmd);
      if (event === null || kind === undefined || !wanted(kind.object)) continue;
      printEvent(dl, kind, event.attributes);
      await dl.tool.flush();
    }
  }
}

function printEvent(dl: Devlink, kind: EventKind, attributes: Attributes): void {
  const { output } = dl;
  output.openObject();
  output.text(`[${kind.object},${kind.command}] `);
  output.jsonField("command", kind.command);
  output.openObject(kind.object);
  kind.print(dl, attributes);
  if (kind.unclosed === true) return;
  output.closeObject();
  output.closeObject();
}

function printParamEvent(output: Output, attributes: Attributes): void {
  const handle = handleOf(attributes);
  const found = parseParam(attributes);
  if (handle === undefined || found === null) return;
  output.openObject(handle);
  output.text(`${handle}: `);
  printParam(output, found, "");
  output.closeObject();
}
