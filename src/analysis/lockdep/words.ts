/** A finding in plain words: one line for a terminal, one paragraph above the kernel's own report. */
import type { Frame } from "../../kernel/index.ts";
import type { Finding, HeldFact } from "./finding.ts";
import type { Dependency } from "./graph.ts";

/** One line: what, and which locks. */
export function findingTitle(finding: Finding): string {
  switch (finding.kind) {
    case "recursive":
      return `possible recursive locking: ${finding.next.class.fullName}${modes(finding.prev, finding.next)}`;
    case "circular":
      return `possible circular locking: ${[...circleOf(finding)].join(" -> ")}`;
    case "nested-lock-not-taken":
      return `nested lock not taken: ${finding.next.class.fullName} without ${finding.nest.name}`;
    case "bad-unlock-balance":
      return `bad unlock balance: ${finding.map.name}`;
    case "held-lock-freed":
      return `held lock freed: ${finding.lock.class.fullName}`;
    case "lock-held-at-user-space":
      return `lock held when returning to user space: ${finding.held.map((held) => held.class.fullName).join(", ")}`;
    case "limit":
      return `${finding.limit} too low: the validator is off`;
  }
}

/** What is found, short enough for one line of a terminal: a circle by the held and the wanted lock, and one on the way back. */
export function findingLine(finding: Finding): string {
  if (finding.kind === "recursive") return `recursive: ${finding.next.class.fullName}${modes(finding.prev, finding.next)}`;
  if (finding.kind !== "circular") return findingTitle(finding);
  const { prev, next, way } = finding;
  const over = way.length === 1 ? "" : ` over ${way.at(-1)?.from.fullName}`;
  return `circular: ${prev.class.fullName} and ${next.class.fullName}${over}`;
}

/** The classes of the circle: the held one, the wanted one, and the way back to the held one. */
export function circleOf({ prev, next, way }: Extract<Finding, { kind: "circular" }>): string[] {
  return [prev.class.fullName, next.class.fullName, ...way.map((edge) => edge.to.fullName)];
}

/** One paragraph. */
export function findingWords(finding: Finding): string {
  const who = `${finding.task.comm}/${finding.task.pid}`;
  switch (finding.kind) {
    case "recursive":
      return recursion(who, finding.prev, finding.next);
    case "circular":
      return circle(who, finding);
    case "nested-lock-not-taken":
      return `${who} takes ${finding.next.class.fullName} in ${at(finding.next.frame)} and says that ${finding.nest.name} keeps the order among several of them, but does not hold ${finding.nest.name}.`;
    case "bad-unlock-balance":
      return `${who} releases ${finding.map.name} in ${at(finding.frame)}, and does not hold it.`;
    case "held-lock-freed":
      return `${who} gives back or initialises memory in ${at(finding.frame)} in which ${finding.lock.class.fullName} lies, and holds that lock since ${at(finding.lock.frame)}.`;
    case "lock-held-at-user-space":
      return `${who} returns from ${finding.syscall}() and still holds ${finding.held.map((held) => `${held.class.fullName}, taken in ${at(held.frame)}`).join(", and ")}. Nothing will release it.`;
    case "limit":
      return `The table behind ${finding.limit} (${finding.max}) is full. The validator is off from here on, and silence says nothing.`;
  }
}

function recursion(who: string, prev: HeldFact, next: HeldFact): string {
  const begin = `${who} asks for ${next.class.fullName}${forMode(next)} in ${at(next.frame)} and holds ${prev.map === next.map ? "it" : "another lock of that class"}${forMode(prev)} since ${at(prev.frame)}.`;
  if (prev.map !== next.map)
    return `${begin} No order among locks of this class is known: two tasks that take two of them the other way round wait for each other.`;
  if (next.class.kind !== "rwsem") return `${begin} A ${next.class.kind} is not recursive: the task waits for itself.`;
  const why =
    prev.read === 1 && next.read === 1 ? "a writer that comes between the two lets it wait for ever" : "the task waits for itself";
  return `${begin} An rw_semaphore is not recursive: ${why}.`;
}

function circle(who: string, finding: Extract<Finding, { kind: "circular" }>): string {
  const { prev, next, way } = finding;
  const begin = `${who} asks for ${next.class.fullName}${forMode(next)} in ${at(next.frame)} while it holds ${prev.class.fullName}${forMode(prev)} since ${at(prev.frame)}.`;
  return `${begin} The way back is known: ${way.map(step).join("; ")}. Tasks that go these ways at the same time wait for each other for ever.`;
}

function step({ from, to, taken, heldSince }: Dependency): string {
  const { frame, comm, time } = taken;
  return `under ${from.fullName} (${at(heldSince)}), ${comm}/${frame.task.pid} took ${to.fullName} in ${at(frame)} at ${(time / 1e9).toFixed(6)} s`;
}

function at(frame: Frame): string {
  return `${frame.name === "" ? "its main function" : `${frame.name}()`}`;
}

function forMode(lock: HeldFact): string {
  if (lock.class.kind !== "rwsem") return "";
  return lock.read === 1 ? " for read" : " for write";
}

function modes(prev: HeldFact, next: HeldFact): string {
  return next.class.kind === "rwsem" ? `, held${forMode(prev)}, wanted${forMode(next)}` : "";
}
