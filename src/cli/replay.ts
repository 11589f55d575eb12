/** `mlx5-emu replay`: one schedule again, from the file that `explore --out` wrote or as text, with the outputs of `run`. */

import { findEra } from "../eras.ts";
import { type ExploreDocument, replaySchedule } from "../explore/index.ts";
import { parseSchedule } from "../kernel/index.ts";
import { readExploration, subjectOf } from "./explore.ts";
import type { Host } from "./host.ts";
import { isProgram } from "./program.ts";
import { type RunFlags, run } from "./run.ts";
import { UserError } from "./user-error.ts";

export async function replay(host: Host, what: string, path: string | undefined, flags: RunFlags): Promise<number> {
  const decisions = parseSchedule(what);
  if (decisions !== null) {
    if (path === undefined) throw new UserError("a schedule alone says nothing; add the script or program that it belongs to");
    return await again(host, path, { ...flags, schedule: decisions }, null);
  }
  const document = readExploration(host, what);
  if (document.schedule === null) throw new UserError(`${what} holds no schedule: its verdict is ${document.verdict}`);
  const schedule = parseSchedule(document.schedule);
  if (schedule === null) throw new UserError(`${what} holds a schedule that cannot be read: ${document.schedule}`);
  const { era, notifier, devices } = document;
  const machine = era === null || notifier === null ? {} : { era: findEra(era)?.name ?? era, notifier };
  const device = document.subject.kind === "script" ? ["none" as const, ...devices.map((address) => ({ address }))] : [];
  const all = { ...flags, ...machine, device, schedule } as RunFlags;
  if (path !== undefined) return await again(host, path, all, document);
  const { name, text } = document.subject;
  return await again(text === null || isReadable(host, name) ? host : withScript(host, name, text), name, all, document);
}

function isReadable(host: Host, path: string): boolean {
  try {
    host.read(path, 1);
    return true;
  } catch {
    return false;
  }
}

/** The host with one file more: the script that a document holds, where the script itself is not at hand. */
function withScript(host: Host, name: string, text: string): Host {
  const bytes = new TextEncoder().encode(text);
  return { ...host, read: (path, limit) => (path === name ? bytes.subarray(0, limit + 1) : host.read(path, limit)) };
}

async function again(host: Host, path: string, flags: RunFlags, document: ExploreDocument | null): Promise<number> {
  const { subject, about } = await subjectOf(host, path, flags);
  if (document !== null && about.hash !== document.subject.hash) {
    throw new UserError(`${path} has changed since this schedule was found; explore it again`);
  }
  const schedule = flags.schedule ?? [];
  const replayed = await replaySchedule(subject, schedule);
  if (!isProgram(path)) return await run(host, path, flags);
  for (const line of replayed.stuck) host.stdout(`${line}\n`);
  host.stderr(replayed.stuck.length > 0 ? "\nDEADLOCK\n" : "\nok: every task came to its end\n");
  return replayed.stuck.length > 0 ? 3 : 0;
}
