/**
 * From the bytes of a kernel log to what it means. Reads the log once; work and memory grow with its length and not
 * faster. Nothing is taken from the emulator: what kernel functions do is in knowledge.ts.
 */
import { explainLockdep, type LockdepExplanation } from "./explain-lockdep.ts";
import type { Explanation, TaskView } from "./explanation.ts";
import { type TaskNode, type WaitGraph, waitGraph, waitsOn } from "./graph.ts";
import { inferTask } from "./infer.ts";
import { tellingFunctions, versionOf } from "./knowledge.ts";
import { linesOf } from "./line.ts";
import { LogParser } from "./log-parser.ts";
import type { LogReports } from "./report.ts";
import { circleTitle, hungTitle } from "./title.ts";

export function explain(log: Uint8Array): Explanation {
  const parser = new LogParser();
  for (const line of linesOf(log)) parser.line(line);
  const boots = parser.end();
  const explained = boots.map((reports) => explainBoot(reports, parser.lines));
  const telling = explained.filter((each) => each.kind !== "nothing");
  const last = telling.at(-1);
  if (last === undefined) return { ...(explained.at(-1) ?? empty(null, parser.lines)), unknown: nothingFound(parser.lines) };
  if (telling.length === 1) return last;
  const earlier = telling.slice(0, -1).map((each) => each.title);
  return {
    ...last,
    others: [...new Set([...last.others, ...earlier])],
    unknown: [...last.unknown, `The log holds ${telling.length} boots with reports; this is the last one.`],
  };
}

function nothingFound(lines: number): readonly string[] {
  if (lines === 0) return ["The input is empty."];
  return [`None of ${lines} lines belongs to a lockdep report, a hung-task report, or the output of sysrq w, d or t.`];
}

function explainBoot(reports: LogReports, lines: number): Explanation {
  const version = versionOf(reports.release);
  const lockdep = reports.lockdep.map(explainLockdep);
  const tasks = [...reports.tasks.values()].map((report) => ({ report, inferred: inferTask(report, version) }));
  const graph = waitGraph(tasks);
  const base = { ...empty(reports.release, lines), unknown: [...reports.notes] };
  const predicted = lockdep.find((each) => each.deadlock);
  const titles = lockdep.map((each) => each.title);
  if (graph.cycle !== null) return withOthers(hungInCycle(base, graph, reports), titles);
  if (predicted !== undefined) return withOthers(withVictims(fromLockdep(base, predicted), graph), titles);
  if (graph.nodes.some(isStuck)) return withOthers(hung(base, graph, reports), titles);
  const first = lockdep[0];
  if (first !== undefined) return withOthers(fromLockdep(base, first), titles);
  return reports.waitingFor.size > 0 ? leak(base, reports) : base;
}

function empty(kernel: string | null, lines: number): Explanation {
  return {
    format: "mlx5-emu.explanation/1",
    kind: "nothing",
    title: "no report found",
    kernel,
    root: null,
    cycle: null,
    victims: [],
    tasks: [],
    chain: [],
    why: [],
    unknown: [],
    others: [],
    lines,
  };
}

function withOthers(explanation: Explanation, titles: readonly string[]): Explanation {
  const others = titles.filter((title) => title !== explanation.title);
  return { ...explanation, others: [...new Set(others)] };
}

function fromLockdep(base: Explanation, found: LockdepExplanation): Explanation {
  const { pid } = found.task;
  return {
    ...base,
    kind: found.deadlock ? "predicted-deadlock" : "lock-misuse",
    title: found.title,
    root: pid,
    cycle: found.deadlock ? { kind: found.locks.length === 1 ? "self" : "cycle", locks: found.locks, tasks: [pid] } : null,
    tasks: [found.task],
    chain: found.chain,
    why: found.why,
    unknown: [...base.unknown, ...found.unknown],
  };
}

/** Tasks of the same log that hang, beside a report that predicts. */
function withVictims(explanation: Explanation, graph: WaitGraph): Explanation {
  const known = new Set(explanation.tasks.map((task) => task.pid));
  const stuck = graph.nodes.filter((node) => isStuck(node) && !known.has(node.report.pid));
  return { ...explanation, tasks: [...explanation.tasks, ...stuck.map((node) => viewOf(node, graph))] };
}

function hungInCycle(base: Explanation, graph: WaitGraph, reports: LogReports): Explanation {
  const cycle = graph.cycle;
  if (cycle === null) return base;
  const uncertain = cycle.nodes.some((node) => node.uncertain);
  return {
    ...base,
    kind: "deadlock",
    title: circleTitle(cycle.locks),
    root: graph.root?.report.pid ?? null,
    cycle: {
      kind: cycle.nodes.length === 1 ? "self" : "cycle",
      locks: cycle.locks,
      tasks: cycle.nodes.map((node) => node.report.pid),
    },
    victims: graph.victims.map((node) => node.report.pid),
    tasks: viewsOf(graph),
    why: cycle.nodes.map((node, i) => cycleSentence(node, cycle.nodes[(i + 1) % cycle.nodes.length] ?? node)),
    unknown: [
      ...base.unknown,
      ...(uncertain ? ["Two locks of one class are taken for one lock: the log shows no addresses."] : []),
      ...assumptions(graph, reports),
    ],
  };
}

function cycleSentence(node: TaskNode, next: TaskNode): string {
  const { report, inferred } = node;
  const what = inferred.wait?.what ?? "?";
  const hold = next.inferred.holds.find((each) => each.lock.name === inferred.wait?.lock?.name);
  const taken = hold?.by == null ? "" : ` since ${hold.by}()`;
  const mode = inferred.wait?.mode === "read" || inferred.wait?.mode === "write" ? ` for ${inferred.wait.mode}` : "";
  const held = hold?.mode === "read" || hold?.mode === "write" ? ` for ${hold.mode}` : "";
  const who = next === node ? "which it holds itself" : `which ${nameOf(next)} holds`;
  return `${nameOf(node)} waits in ${inferred.wait?.by ?? report.comm}() for ${what}${mode}, ${who}${held}${taken}.`;
}

function nameOf(node: TaskNode): string {
  return `${node.report.comm}/${node.report.pid}`;
}

function hung(base: Explanation, graph: WaitGraph, reports: LogReports): Explanation {
  const { root } = graph;
  const first = root ?? graph.nodes.filter(isStuck).sort((a, b) => (b.report.blockedSeconds ?? 0) - (a.report.blockedSeconds ?? 0))[0];
  const inRoot = root === null ? null : heldInRoot(graph, root);
  const wait = first?.inferred.wait;
  const title =
    inRoot === null
      ? hungTitle(wait?.lock?.name ?? null, wait?.lock == null ? (wait?.by ?? null) : null)
      : hungTitle(inRoot.lock, inRoot.by);
  return {
    ...base,
    kind: "hung-tasks",
    title,
    root: root?.report.pid ?? null,
    victims: graph.victims.map((node) => node.report.pid),
    tasks: viewsOf(graph),
    why: hungSentences(graph),
    unknown: [
      ...base.unknown,
      ...assumptions(graph, reports),
      ...(root === null ? ["The log does not show who holds what these tasks wait for."] : []),
    ],
  };
}

/** The lock of the root that others wait for, and the function that took it. */
function heldInRoot(graph: WaitGraph, root: TaskNode): { lock: string; by: string | null } | null {
  const waiter = graph.nodes.find((node) => node.holders.includes(root));
  const lock = waiter?.inferred.wait?.lock?.name;
  if (lock === undefined) return null;
  return { lock, by: root.inferred.holds.find((hold) => hold.lock.name === lock)?.by ?? null };
}

function hungSentences(graph: WaitGraph): readonly string[] {
  const { root } = graph;
  if (root === null) return graph.nodes.filter(isStuck).slice(0, 3).map(waitSentence);
  const wait = root.inferred.wait;
  const own = wait === null ? `${nameOf(root)} is not seen waiting.` : waitSentence(root);
  const holds = root.inferred.holds.map((hold) => hold.lock.name).join(", ");
  return [
    own,
    ...(holds === ""
      ? []
      : [`It holds ${holds}; ${graph.victims.length} other task${graph.victims.length === 1 ? "" : "s"} wait behind it.`]),
  ];
}

function waitSentence(node: TaskNode): string {
  const { wait } = node.inferred;
  if (wait === null) return `${nameOf(node)} is blocked; its stack does not say on what.`;
  const mode = wait.mode === "read" || wait.mode === "write" ? ` for ${wait.mode}` : "";
  const where = wait.lock === null || wait.by === null ? "" : ` in ${wait.by}()`;
  return `${nameOf(node)} waits${where} for ${wait.what}${mode}.`;
}

/** What the picture rests on beyond the printed lines. */
function assumptions(graph: WaitGraph, reports: LogReports): readonly string[] {
  const notes: string[] = [];
  const inferred = graph.nodes.some((node) => node.inferred.holds.some((hold) => hold.source === "stack"));
  if (inferred) notes.push("Held locks are inferred from the functions on the stacks: the log has no list of held locks for these tasks.");
  if (inferred && reports.release === null) notes.push("The log does not name its kernel; the lock names are those of v5.10.");
  if (graph.nodes.some((node) => isStuck(node) && node.report.stack.length === 0))
    notes.push("Some blocked tasks have no stack in the log.");
  return notes;
}

function leak(base: Explanation, reports: LogReports): Explanation {
  const devices = [...reports.waitingFor.keys()];
  return {
    ...base,
    kind: "reference-leak",
    title: `unregister_netdevice: waiting for ${devices.join(", ")}`,
    why: [...reports.waitingFor].map(
      ([device, count]) => `${device} is unregistered and still has ${count} reference${count === 1 ? "" : "s"}.`,
    ),
    unknown: [...base.unknown, "The log does not show who holds the references."],
  };
}

function isStuck(node: TaskNode): boolean {
  const { state, blockedSeconds } = node.report;
  return blockedSeconds !== null || state === "D" || (state === null && node.inferred.wait !== null);
}

function viewsOf(graph: WaitGraph): readonly TaskView[] {
  const order: Readonly<Record<TaskView["role"], number>> = { cycle: 0, root: 1, victim: 2, blocked: 3, other: 4 };
  return graph.nodes
    .filter((node) => isStuck(node) || node.inferred.holds.length > 0)
    .map((node) => viewOf(node, graph))
    .sort((a, b) => order[a.role] - order[b.role] || place(graph, a) - place(graph, b));
}

/** Tasks of the circle stand in its order, the others as the log has them. */
function place(graph: WaitGraph, task: TaskView): number {
  return task.role === "cycle" ? (graph.cycle?.nodes.findIndex((node) => node.report.pid === task.pid) ?? 0) : 0;
}

function viewOf(node: TaskNode, graph: WaitGraph): TaskView {
  const { report, inferred } = node;
  const { wait } = inferred;
  const innermost = report.stack.map((frame) => frame.name);
  return {
    comm: report.comm,
    pid: report.pid,
    state: report.state,
    waitsFor:
      wait?.what ?? (report.blocker === null ? null : `a${report.blocker.lock === "rw-semaphore" ? "n" : ""} ${report.blocker.lock}`),
    mode: wait?.mode ?? null,
    heldBy: node.holders.map((holder) => holder.report.pid),
    behind: node.queuedWriters.map((writer) => writer.report.pid),
    heldLocks: inferred.holds.map((hold) => ({ lock: hold.lock.name, mode: hold.mode, by: hold.by, source: hold.source })),
    waitsIn: wait?.by ?? null,
    role: roleOf(node, graph),
    blockedSeconds: report.blockedSeconds,
    stack: innermost.toReversed(),
    functions: [...tellingFunctions(innermost, wait?.by ?? null)].reverse(),
  };
}

function roleOf(node: TaskNode, graph: WaitGraph): TaskView["role"] {
  if (graph.cycle?.nodes.includes(node) === true) return "cycle";
  if (graph.root === node) return "root";
  if (graph.victims.includes(node)) return "victim";
  return isStuck(node) || waitsOn(node).length > 0 ? "blocked" : "other";
}
