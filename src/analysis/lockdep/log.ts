/** Lockdep on one machine: each finding goes to the kernel's log in the kernel's own words, and is kept whole. */
import { KERN_WARNING, type Kernel, stackNames } from "../../kernel/index.ts";
import { type Finding, isPrediction } from "./finding.ts";
import { Lockdep, type LockdepOptions } from "./lockdep.ts";
import { reportRecords } from "./report.ts";
import { circleOf, findingLine, findingTitle, findingWords } from "./words.ts";

/** A finding as plain data. */
export interface LockdepReport {
  readonly kind: Finding["kind"];
  /** True if it says what could happen; false for what has happened. */
  readonly prediction: boolean;
  /** One line. */
  readonly title: string;
  /** As `title`, but short: a circle is named by two or three of its locks. */
  readonly line: string;
  /** What it means, one paragraph. */
  readonly words: string;
  /** The kernel's own report, lines separated by line ends. */
  readonly text: string;
  /** Class names: the circle from the held lock over the wanted one back to it; else the locks that it is about. */
  readonly locks: readonly string[];
  readonly pid: number;
  readonly comm: string;
  /** Functions of the task at that moment, outermost first. */
  readonly stack: readonly string[];
  /** Virtual ns since boot from which on it is known. */
  readonly time: number;
}

export interface LockdepLog {
  readonly lockdep: Lockdep;
  readonly reports: readonly LockdepReport[];
}

/** Attaches lockdep before anything is locked: it sees boot too. */
export function attachLockdep(kernel: Kernel, options: Omit<LockdepOptions, "found">): LockdepLog {
  const reports: LockdepReport[] = [];
  const found = (finding: Finding): void => {
    const records = reportRecords(finding);
    for (const record of records) kernel.log.append(KERN_WARNING, record);
    reports.push(reportOf(finding, records));
    if (!isPrediction(finding) && finding.kind !== "limit")
      kernel.reportBug(finding.frame, { kind: "lockdep", text: findingTitle(finding) });
  };
  const lockdep = new Lockdep(kernel, { ...options, found });
  kernel.events.locks = lockdep;
  return { lockdep, reports };
}

function reportOf(finding: Finding, records: readonly string[]): LockdepReport {
  const { task, frame, time } = finding;
  return {
    kind: finding.kind,
    prediction: isPrediction(finding),
    title: findingTitle(finding),
    line: findingLine(finding),
    words: findingWords(finding),
    text: `${records.join("\n")}\n`,
    locks: locksOf(finding),
    pid: task.pid,
    comm: task.comm,
    stack: stackNames(frame),
    time,
  };
}

function locksOf(finding: Finding): string[] {
  switch (finding.kind) {
    case "circular":
      return circleOf(finding);
    case "recursive":
      return [finding.prev.class.fullName, finding.next.class.fullName];
    case "nested-lock-not-taken":
      return [finding.next.class.fullName, finding.nest.name];
    case "bad-unlock-balance":
      return [finding.map.name];
    case "held-lock-freed":
      return [finding.lock.class.fullName];
    case "lock-held-at-user-space":
    case "limit":
      return finding.held.map((held) => held.class.fullName);
  }
}
