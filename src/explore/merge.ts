/** Puts the results of shards together, if they fit together, and says what they come to. */
import { parseSchedule } from "../kernel/index.ts";
import type { FoundDeadlock, LayerReport, Verdict } from "./explore.ts";
import { EXPLORE_FORMAT, type ExploreDocument, type MergedShard } from "./report.ts";

/** A document, and what to call it in a complaint. */
export interface ShardResult {
  readonly name: string;
  readonly document: ExploreDocument;
}

export type MergeOutcome = { readonly refused: string } | { readonly refused: null; readonly document: ExploreDocument };

/** What has to be the same in all shards, and what to call it. */
const SAME: readonly (readonly [string, (document: ExploreDocument) => unknown])[] = [
  ["other versions", ({ version }) => version],
  ["other scripts or programs", ({ subject: { kind, hash } }) => [kind, hash]],
  ["other eras", ({ era }) => era],
  ["other notifiers", ({ notifier }) => notifier],
  ["other devices", ({ devices }) => devices],
  ["other machines", ({ machine }) => machine],
  ["other settings", ({ settings }) => settings],
  ["other numbers of shards", ({ shard }) => shard?.of],
];

/** `proved` only if every shard is there and complete, and the same layer decided in all of them. */
export function mergeShards(results: readonly ShardResult[]): MergeOutcome {
  const problem = misfit(results);
  if (problem !== null) return { refused: problem };
  const sorted = [...results].sort((a, b) => indexOf(a) - indexOf(b)).map(({ document }) => document);
  const [first] = sorted;
  if (first === undefined) return { refused: "there is nothing to merge" };
  const of = first.shard?.of ?? 0;
  const shards = sorted.map(shardOf);
  const missing = Array.from({ length: of }, (_, i) => i + 1).filter((index) => !shards.some((shard) => shard.index === index));
  const deciding = new Set(sorted.map((document) => document.layers.find(({ decided }) => decided)?.layer));
  // Where the order of locks decides, every shard has explored the same few runs.
  const counted = shards.every(({ part }) => part === "whole") ? [first] : sorted.filter(({ shard }) => shard?.part !== "none");
  const complete = missing.length === 0 && deciding.size === 1 && partsFit(shards) && sorted.every((document) => document.complete);
  const deadlock = sorted.some(({ verdict }) => verdict === "deadlock");
  const verdict: Verdict = deadlock ? "deadlock" : complete ? "proved" : "not-found";
  const sum = (number: (document: ExploreDocument) => number): number => counted.reduce((total, document) => total + number(document), 0);
  const document: ExploreDocument = {
    ...first,
    verdict,
    executions: sum(({ executions }) => executions),
    traces: counted.some(({ traces }) => traces === null) ? null : sum(({ traces }) => traces ?? 0),
    states: counted.find(({ states }) => states !== null)?.states ?? null,
    complete,
    deadlocked: sum(({ deadlocked }) => deadlocked),
    deadlocks: deadlocksOf(counted),
    schedule: shortest(sorted.map(({ schedule }) => schedule)),
    limit: sorted.find(({ limit }) => limit !== null)?.limit ?? null,
    assumptions: [...new Set(sorted.flatMap(({ assumptions }) => assumptions))],
    layers: layersOf(counted),
    shard: null,
    merged: { of, shards, missing },
  };
  return { refused: null, document };
}

function misfit(results: readonly ShardResult[]): string | null {
  const [first] = results;
  const names = new Map<number, string>();
  for (const { name, document } of results) {
    if (document.shard === null) return `${name} is not the result of a shard; merge takes the files of explore --shard I/N --out FILE`;
    for (const [what, of] of SAME) {
      if (first !== undefined && JSON.stringify(of(document)) !== JSON.stringify(of(first.document)))
        return `${first.name} and ${name} do not belong together: ${what}`;
    }
    const { index } = document.shard;
    const other = names.get(index);
    if (other !== undefined) return `${other} and ${name} are both shard ${index}`;
    names.set(index, name);
  }
  return null;
}

/** Shares go with shares; where shard 1 does everything, the others do nothing, or each has seen everything. */
function partsFit(shards: readonly MergedShard[]): boolean {
  const others = shards.filter(({ index }) => index !== 1);
  const first = shards.find(({ index }) => index === 1)?.part;
  if (first !== "whole") return shards.every(({ part }) => part === "share");
  return others.every(({ part }) => part === "none") || others.every(({ part }) => part === "whole");
}

function indexOf({ document }: ShardResult): number {
  return document.shard?.index ?? 0;
}

function shardOf({ shard, executions, deadlocked, complete }: ExploreDocument): MergedShard {
  return { index: shard?.index ?? 0, part: shard?.part ?? "none", executions, deadlocked, complete };
}

function deadlocksOf(documents: readonly ExploreDocument[]): FoundDeadlock[] {
  const kinds = new Map<string, { readonly stuck: readonly string[]; executions: number }>();
  for (const { stuck, executions } of documents.flatMap(({ deadlocks }) => deadlocks)) {
    const key = [...stuck].sort().join("\n");
    const known = kinds.get(key);
    if (known === undefined) kinds.set(key, { stuck, executions });
    else known.executions += executions;
  }
  return [...kinds.values()];
}

/** The layers of the first, the deciding one with the executions of all. */
function layersOf(documents: readonly ExploreDocument[]): LayerReport[] {
  const [first] = documents;
  return (first?.layers ?? []).map((layer) => {
    if (!layer.decided) return layer;
    const same = documents.map(({ layers }) => layers.find((other) => other.layer === layer.layer)).filter((other) => other !== undefined);
    const result = ["deadlock", "nothing found"].find((word) => same.some((other) => other.result === word)) ?? layer.result;
    return { ...layer, executions: same.reduce((sum, { executions }) => sum + executions, 0), result };
  });
}

/** The one that takes the fewest decisions other than first come, first served, and then the fewest at all. */
function shortest(schedules: readonly (string | null)[]): string | null {
  const cost = (schedule: string): number => {
    const decisions = parseSchedule(schedule) ?? [];
    return decisions.filter((choice) => choice !== 0).length * 1e6 + decisions.length;
  };
  const found = schedules.filter((schedule) => schedule !== null);
  return found.sort((a, b) => cost(a) - cost(b))[0] ?? null;
}

/** A merged result as text for people. */
export function mergedReport(document: ExploreDocument, replay: string, heading = "Shards"): string {
  const { verdict, executions, deadlocked, traces, states, complete, merged } = document;
  const lines: string[] = [];
  const covered = states !== null ? `${states.states} states` : traces !== null ? `${traces} classes of equivalent schedules` : null;
  if (verdict === "deadlock") {
    lines.push(`DEADLOCK  ${deadlocked} of ${executions} executions${complete ? ", which cover all schedules" : ""}`);
    for (const { stuck, executions: times } of document.deadlocks) lines.push("", `  ${times} x`, ...stuck.map((line) => `    ${line}`));
    lines.push("", `Again:  ${replay}`);
  } else if (verdict === "proved") {
    lines.push(`PROVED  no schedule deadlocks: ${covered ?? "the order of locks has no cycle"} (${executions} executions)`);
  } else {
    lines.push(`NOT FOUND  no deadlock in ${executions} executions; ${whyOpen(document)}`);
  }
  lines.push("", heading);
  for (let index = 1; index <= (merged?.of ?? 0); index++) {
    lines.push(`  ${index} of ${merged?.of}  ${shardText(merged?.shards.find((shard) => shard.index === index))}`);
  }
  lines.push("", "Assumed", ...document.assumptions.map((line) => `  ${line}`));
  return `${lines.join("\n")}\n`;
}

function whyOpen({ merged, limit }: ExploreDocument): string {
  if (merged !== null && merged.missing.length > 0) return `missing: shard ${merged.missing.join(", ")} of ${merged.of}`;
  const open = merged?.shards.filter(({ complete }) => !complete).map(({ index }) => index) ?? [];
  if (limit !== null) return `a run reached the limit ${limit}`;
  return open.length > 0 ? `not complete: shard ${open.join(", ")}` : "the shards were decided in different ways";
}

function shardText(shard: MergedShard | undefined): string {
  if (shard === undefined) return "missing";
  if (shard.part === "none") return "left to shard 1";
  return `${shard.executions} executions, ${shard.deadlocked} deadlocked, ${shard.complete ? "complete" : "not complete"}`;
}

/** What has to be in a document that is merged or replayed; all of it is what `explore` writes. */
const SHAPE: Readonly<Record<string, (value: unknown) => boolean>> = {
  format: (value) => value === EXPLORE_FORMAT,
  version: isText,
  subject: (value) => isRecord(value) && (value["kind"] === "script" || value["kind"] === "program") && isText(value["name"]),
  verdict: (value) => value === "deadlock" || value === "proved" || value === "not-found",
  executions: isCount,
  deadlocked: isCount,
  devices: Array.isArray,
  machine: Array.isArray,
  assumptions: Array.isArray,
  deadlocks: (value) => Array.isArray(value) && value.every((kind) => isRecord(kind) && Array.isArray(kind["stuck"])),
  layers: (value) => Array.isArray(value) && value.every(isRecord),
  schedule: (value) => value === null || isText(value),
  settings: isRecord,
  shard: (value) =>
    value === null || (isRecord(value) && isCount(value["of"]) && isCount(value["index"]) && within(value["index"], value["of"])),
};

/** True if a parsed file is a result of `explore`. */
export function isExploreDocument(document: unknown): document is ExploreDocument {
  return isRecord(document) && Object.entries(SHAPE).every(([field, fits]) => fits(document[field]));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0;
}

function within(index: number, of: number): boolean {
  return index >= 1 && index <= of;
}
