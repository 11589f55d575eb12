/**
 * devlink monitor: what the kernel tells the "config" group of this network namespace, one event after the other until
 * SIGINT. Left out: events of regions, traps and health reporters.
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
  DEVLINK_GENL_MCGRP_CONFIG_NAME,
} from "../../../netlink/index.ts";
import { parseGenl } from "../genl.ts";
import type { Output } from "../output.ts";
import { type Devlink, fail, handleOf, help } from "./context.ts";
import { printDevice } from "./dev.ts";
import { MONITOR_HELP } from "./help.ts";
import { parseParam, printParam } from "./param.ts";
import { printPort } from "./port.ts";

const FILTERS = ["all", "dev", "port", "health", "trap", "trap-group", "trap-policer"];

interface EventKind {
  readonly object: string;
  readonly command: string;
  readonly print: (output: Output, attributes: Attributes) => void;
}

const device = (command: string): EventKind => ({
  object: "dev",
  command,
  print: (output, attributes) => printDevice(output, attributes, true),
});
const port = (command: string): EventKind => ({ object: "port", command, print: printPort });
const param = (command: string): EventKind => ({ object: "param", command, print: printParamEvent });

const EVENTS: ReadonlyMap<number, EventKind> = new Map([
  [DEVLINK_CMD_GET, device("get")],
  [DEVLINK_CMD_NEW, device("new")],
  [DEVLINK_CMD_DEL, device("del")],
  [DEVLINK_CMD_PORT_GET, port("get")],
  [DEVLINK_CMD_PORT_SET, port("set")],
  [DEVLINK_CMD_PORT_NEW, port("new")],
  [DEVLINK_CMD_PORT_DEL, port("del")],
  [DEVLINK_CMD_PARAM_GET, param("get")],
  [DEVLINK_CMD_PARAM_SET, param("set")],
  [DEVLINK_CMD_PARAM_NEW, param("new")],
  [DEVLINK_CMD_PARAM_DEL, param("del")],
]);

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
    await dl.tool.flush();
    const messages = await dl.family.socket.receive();
    if (messages === -EINTR) return 0;
    if (typeof messages === "number") return await fail(dl, `devlink answers: ${strerror(messages)}\n`);
    for (const message of messages) {
      const event = parseGenl(message);
      const kind = event === null ? undefined : EVENTS.get(event.cmd);
      if (event === null || kind === undefined || !wanted(kind.object)) continue;
      printEvent(dl.output, kind, event.attributes);
    }
  }
}

function printEvent(output: Output, kind: EventKind, attributes: Attributes): void {
  output.openObject();
  output.text(`[${kind.object},${kind.command}] `);
  output.jsonField("command", kind.command);
  output.openObject(kind.object);
  kind.print(output, attributes);
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
