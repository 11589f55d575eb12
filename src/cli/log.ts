/** Warnings and diagnoses as JSON lines on standard error, for `--log-level`. pino is loaded only then. */
import type { Logger } from "pino";
import { KERN_WARNING, type Kernel, type KernelEvent, type KernelObserver } from "../kernel/index.ts";
import { type RunOutcome, summaries, verdictOf } from "../report/index.ts";
import type { Host } from "./host.ts";

export const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

/** Without the host's name, process and clock: equal runs log equal lines. */
export async function openLog(level: LogLevel, host: Host): Promise<Logger> {
  const { pino } = await import("pino");
  const formatters = { level: (label: string) => ({ level: label }) };
  return pino({ level, base: null, timestamp: false, formatters }, { write: (line: string) => host.stderr(line) });
}

/** Passes on what the emulated kernel prints as a warning or worse, as it happens. */
export function logKernel(log: Logger, kernel: Kernel): KernelObserver {
  return {
    types: ["printk"],
    event: (event: KernelEvent): void => {
      if (event.type === "printk" && event.level <= KERN_WARNING) log.warn({ time: kernel.clock.now }, event.text);
    },
  };
}

/** What is wrong with a finished run, one line each. */
export function logOutcome(log: Logger, outcome: RunOutcome): void {
  const { notifier, virtualTime } = outcome;
  const verdict = verdictOf(outcome);
  for (const text of summaries(outcome)) log.error({ time: virtualTime, notifier, verdict }, text);
  for (const task of outcome.blocked) {
    log.warn({ time: virtualTime, notifier, pid: task.pid, command: task.command, waitsFor: task.wait.on }, "task is blocked for ever");
  }
}
