/** The comparison of one script under several notifier designs: one row for each, printed as soon as its run has ended. */
import { NETDEV_LOSS_NOTES } from "../eras.ts";
import { roceFate } from "./facts.ts";
import { isHung, type RunOutcome, reportsOf, verdictOf } from "./outcome.ts";
import type { Paint } from "./style.ts";

const WIDTHS = [10, 14, 14, 16, 12] as const;

/** The line above the table: what is run, on what. */
export function compareTitle(script: string, era: string, devices: number, designs: number): string {
  const names = ["no", "one", "two", "three", "four"];
  const count = (n: number, what: string): string => `${names[n] ?? n} ${what}${n === 1 ? "" : "s"}`;
  return `${script} on ${era}, ${count(devices, "PCI device")}, ${count(designs, "notifier design")}\n`;
}

export function compareHeader(outcome: RunOutcome): string {
  const roce = outcome.facts.reloads.length > 0 ? "RoCE netdev after reload" : "RoCE netdev";
  return row(["notifier", "verdict", "ip netns del", "device ends in", "IB device", roce]);
}

export function compareRow(outcome: RunOutcome, paint: Paint): string {
  const verdict = verdictCell(outcome);
  const cells = [outcome.notifier, verdict, netnsDel(outcome), endsIn(outcome), ibDevice(outcome), roceNetdev(outcome)];
  const text = row(cells);
  return verdictOf(outcome) === "ok" ? text : text.replace(verdict, () => paint.broken(verdict));
}

function row(cells: readonly string[]): string {
  return `  ${cells.map((cell, i) => cell.padEnd(Math.max(WIDTHS[i] ?? 0, cell.length + 2))).join("")}`.trimEnd().concat("\n");
}

function verdictCell(outcome: RunOutcome): string {
  if (isHung(outcome)) return "HUNG";
  switch (verdictOf(outcome)) {
    case "deadlock":
      return "DEADLOCK";
    case "kernel-bug":
      return `BUG (${reportsOf(outcome).length})`;
    case "limit":
      return "LIMIT";
    case "script-failed":
      return outcome.status === null ? "no end" : `failed (${outcome.status})`;
    case "ok":
      return "ok";
  }
}

/** How the last deletion of a namespace ended for the one who typed it. */
function netnsDel(outcome: RunOutcome): string {
  const del = outcome.facts.commands.findLast((fact) => /^ip netns del(ete)? /.test(fact.command));
  if (del === undefined) return "-";
  return del.status === null ? "hangs" : `returned ${del.status}`;
}

/** The namespace of the first device in the end, by the name it had while it had one. */
function endsIn(outcome: RunOutcome): string {
  const netns = outcome.state.devlink[0]?.netns ?? "-";
  return netns.replace(/^net:\[(\d+)\]/, (whole, inum) => outcome.facts.netnsNames.get(Number(inum)) ?? whole);
}

function ibDevice(outcome: RunOutcome): string {
  const { facts, state } = outcome;
  if (state.rdma.length === 0) return facts.rdmaBefore.length > 0 ? "gone" : "-";
  return facts.ibRegistrations > 0 ? "re-created" : "kept";
}

/** After the first reload, which is where the designs part; without a reload, in the end. */
function roceNetdev(outcome: RunOutcome): string {
  const { facts, state } = outcome;
  const fate = roceFate(facts.rdmaBefore, facts.reloads[0]?.rdma ?? state.rdma);
  if (fate === null) return "-";
  if (fate.kept) return "yes";
  const cell = fate.gids === 0 ? "lost, no GIDs" : "lost";
  const note = NETDEV_LOSS_NOTES[outcome.notifier];
  return note === undefined ? cell : `${cell}  <- ${note}`;
}
