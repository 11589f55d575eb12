/**
 * Models ss of iproute2 6.1.0 (misc/ss.c) on a machine without internet sockets: the header of an empty table, for -t and
 * -u. Left out, and refused: other kinds of sockets, filters, and what -K kills.
 */
import type { Program } from "../../../syscall/index.ts";
import { scanOptions } from "../../lib/index.ts";
import { EXIT_MINUS_ONE, IPROUTE2_VERSION, Tool } from "../tool.ts";

const HELP = `Usage: ss [-t] [-u] [-a] [-l] [-n] [-r] [-p] [-H] [-4] [-6] [-V] [-h]
`;

const SPEC = {
  short: "tualnrpHO46Vhemois0dwxSfADFNKbEZzMBTcW",
  long: new Map([
    ...([
      ["tcp", "t"],
      ["udp", "u"],
      ["all", "a"],
      ["listening", "l"],
      ["numeric", "n"],
      ["resolve", "r"],
      ["processes", "p"],
      ["no-header", "H"],
      ["version", "V"],
      ["help", "h"],
      ["ipv4", "4"],
      ["ipv6", "6"],
    ] as const),
  ]),
};
const MODELLED = "tualnrpHO46Vh";

/** /usr/bin/ss */
export const ss: Program = async (process) => {
  const tool = new Tool(process);
  const { steps, operands } = scanOptions(process.argv.slice(1), SPEC);
  const given = new Set<string>();
  for (const step of steps) {
    if (step.kind === "bad") {
      await tool.err(`${tool.name}: ${step.complaint}\n${HELP}`);
      return await tool.exit(EXIT_MINUS_ONE);
    }
    if (!MODELLED.includes(step.letter)) return await tool.exit(await tool.notModelled(`option ${step.word}`));
    given.add(step.letter);
  }
  if (given.has("h")) tool.out(HELP);
  else if (given.has("V")) tool.out(`ss utility, iproute2-${IPROUTE2_VERSION}\n`);
  else if (operands.length > 0) return await tool.exit(await tool.notModelled("a filter"));
  else if (!given.has("t") && !given.has("u"))
    return await tool.exit(await tool.notModelled("a table of sockets other than tcp (-t) and udp (-u)"));
  else if (!given.has("H")) tool.out(header(given));
  return await tool.exit(0);
};

/** Columns as wide as their titles; with both kinds of sockets the first column tells them apart. */
function header(given: ReadonlySet<string>): string {
  return `${given.has("t") && given.has("u") ? "Netid " : ""}State Recv-Q Send-Q Local Address:Port Peer Address:PortProcess\n`;
}
