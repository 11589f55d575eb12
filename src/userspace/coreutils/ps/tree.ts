/** ps --forest and -H: children below their parents. */
import type { ProcessEntry } from "../proc-table.ts";

const INIT = 1;

/** A process, and what stands before its command. */
export interface Leaf {
  readonly entry: ProcessEntry;
  readonly prefix: string;
}

/** Children of init begin anew at the margin where lines are drawn. */
export function asTree(entries: readonly ProcessEntry[], how: "lines" | "indented"): readonly Leaf[] {
  const pids = new Set(entries.map(({ pid }) => pid));
  const isRoot = ({ pid, ppid }: ProcessEntry): boolean =>
    ppid === pid || !pids.has(ppid) || ppid === 0 || (how === "lines" && ppid === INIT);
  const leaves: Leaf[] = [];
  const place = (entry: ProcessEntry, prefix: string, below: string): void => {
    leaves.push({ entry, prefix });
    const children = entries.filter((other) => other.ppid === entry.pid && !isRoot(other));
    for (const [i, child] of children.entries()) {
      const last = i === children.length - 1;
      if (how === "indented") place(child, `${below}  `, `${below}  `);
      else place(child, `${below} \\_ `, `${below}${last ? "    " : " |  "}`);
    }
  };
  // The kernel's threads come first, and those whose parents are not shown in their own order.
  for (const root of entries.filter(isRoot)) place(root, "", "");
  return leaves;
}
