/** Children below their parents, for ps(1) and lsns(8). */
import type { ProcessEntry } from "../proc-table.ts";

const INIT = 1;

/** A process, and what stands before its command. */
export interface Leaf {
  readonly entry: ProcessEntry;
  readonly prefix: string;
}

/** How a child is drawn, the last of its siblings, and what stands before its own children. */
const DRAWING = {
  lines: { child: " \\_ ", last: " \\_ ", below: " |  ", belowLast: "    " },
  indented: { child: "  ", last: "  ", below: "  ", belowLast: "  " },
  branches: { child: "|-", last: "`-", below: "| ", belowLast: "  " },
};

/** Children of init begin anew at the margin where ps draws lines. */
export function asTree(entries: readonly ProcessEntry[], how: keyof typeof DRAWING): readonly Leaf[] {
  const pids = new Set(entries.map(({ pid }) => pid));
  const isRoot = ({ pid, ppid }: ProcessEntry): boolean =>
    ppid === pid || !pids.has(ppid) || ppid === 0 || (how === "lines" && ppid === INIT);
  const leaves: Leaf[] = [];
  const place = (entry: ProcessEntry, prefix: string, below: string): void => {
    leaves.push({ entry, prefix });
    const children = entries.filter((other) => other.ppid === entry.pid && !isRoot(other));
    for (const [i, child] of children.entries()) {
      const last = i === children.length - 1;
      const drawing = DRAWING[how];
      place(child, below + (last ? drawing.last : drawing.child), below + (last ? drawing.belowLast : drawing.below));
    }
  };
  // The kernel's threads come first, and those whose parents are not shown in their own order.
  for (const root of entries.filter(isRoot)) place(root, "", "");
  return leaves;
}
