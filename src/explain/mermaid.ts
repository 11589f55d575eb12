/** The tasks and locks of an explanation as a Mermaid graph: task -> lock it waits for -> task that holds it. */
import type { Explanation, TaskView } from "./explanation.ts";

/** Nodes drawn; a larger picture is none. */
const MAX_TASKS_DRAWN = 60;

export function mermaid(explanation: Explanation): string {
  const lines = ["graph LR"];
  if (explanation.chain.length > 0) lines.push(...chainLines(explanation));
  else lines.push(...taskLines(explanation.tasks.slice(0, MAX_TASKS_DRAWN)));
  const left = explanation.chain.length > 0 ? 0 : explanation.tasks.length - MAX_TASKS_DRAWN;
  if (left > 0) lines.push(`  more["${left} more tasks"]`);
  return `${lines.join("\n")}\n`;
}

/** lockdep's picture: locks, with the function that takes the next one on the arrow. */
function chainLines({ chain, tasks }: Explanation): string[] {
  const last = chain.at(-1);
  const first = chain[0];
  const arrows = chain.slice(1).map((step, i) => `  l${i} -->|"${label(step.takenIn ?? "?")}"| l${i + 1}`);
  const closing = last === undefined || first === undefined ? [] : [`  l${chain.length - 1} ==>|"${label(tasks[0]?.waitsIn ?? "?")}"| l0`];
  return [...chain.map((step, i) => `  l${i}["${label(step.lock)}"]`), ...arrows, ...closing];
}

function taskLines(tasks: readonly TaskView[]): string[] {
  const locks = new Map<string, string>();
  const lockNode = (name: string): string => {
    const known = locks.get(name);
    if (known !== undefined) return known;
    const id = `l${locks.size}`;
    locks.set(name, id);
    return id;
  };
  const shown = new Set(tasks.map((task) => task.pid));
  const edges: string[] = [];
  for (const task of tasks) {
    if (task.waitsFor === null) continue;
    const lock = lockNode(task.waitsFor);
    const arrow = task.role === "cycle" ? "==>" : "-->";
    edges.push(`  t${task.pid} ${arrow}|"waits${modeText(task.mode)}"| ${lock}`);
    for (const pid of task.heldBy) if (shown.has(pid)) edges.push(`  ${lock} ${arrow}|"held by"| t${pid}`);
  }
  const nodes = tasks.map((task) => `  t${task.pid}(["${label(`${task.comm}/${task.pid}`)}"])`);
  return [...nodes, ...[...locks].map(([name, id]) => `  ${id}["${label(name)}"]`), ...new Set(edges)];
}

function modeText(mode: TaskView["mode"]): string {
  return mode === "read" || mode === "write" ? ` for ${mode}` : "";
}

/** Mermaid reads quotes and a few signs inside labels; they are written as entities. */
function label(text: string): string {
  return text.replaceAll("&", "#amp;").replaceAll('"', "#quot;").replaceAll("<", "#lt;").replaceAll(">", "#gt;");
}
