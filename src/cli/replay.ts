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
  return await again(host, path ?? document.subject.name, { ...flags, ...machine, device, schedule } as RunFlags, document);
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
