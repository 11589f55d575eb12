/**
 * References that tasks take and give back. As long as it is not the last one, it does not matter in which order that happens,
 * and which one is the last seldom depends on the schedule: whoever made the object outlives the others, or they are waited for.
 * So taking and giving back count as commuting, and after each run it is seen whether that was right: whether in every order
 * that is equivalent to the run the same reference is the last. If not, the object is `contested`, and everything done to its
 * count is a write from then on.
 */
import { type AccessKind, refcount_t } from "../kernel/index.ts";
import { includes, type Step } from "./clock.ts";

interface Use {
  readonly kind: "get" | "put" | "peek";
  readonly step: number;
}

interface Account {
  readonly name: number;
  /** References before the first use in this run. */
  readonly start: number;
  readonly uses: Use[];
  /** The use that gave the last one back. */
  last: Use | null;
}

/** The references of one run. */
export class References {
  private readonly accounts = new Map<refcount_t, Account>();
  private readonly contested: Set<number>;

  constructor(contested: Set<number>) {
    this.contested = contested;
  }

  /** What an access counts as. @param name asked for only if it matters */
  kindOf(object: object, kind: AccessKind, step: number, name: () => number): AccessKind {
    if (!(object instanceof refcount_t) || (kind !== "get" && kind !== "put" && kind !== "peek")) return kind;
    let account = this.accounts.get(object);
    if (account === undefined) {
      account = { name: name(), start: object.value, uses: [], last: null };
      this.accounts.set(object, account);
    }
    if (this.contested.has(account.name)) return "write";
    const use = { kind, step };
    account.uses.push(use);
    if (kind === "put" && object.value === 1) account.last = use;
    return kind;
  }

  /** Adds to the contested names those of this run. @returns true if there were any */
  settle(steps: readonly Step[]): boolean {
    let any = false;
    for (const account of this.accounts.values()) {
      if (this.contested.has(account.name) || !contestedIn(account, steps)) continue;
      this.contested.add(account.name);
      any = true;
    }
    return any;
  }
}

/** True if in another order of what is not ordered another reference might be the last one. */
function contestedIn({ start, uses, last }: Account, steps: readonly Step[]): boolean {
  if (!uses.some(({ kind }) => kind === "put")) return false;
  const precedes = (a: Use, b: Use): boolean =>
    a.step === b.step ? uses.indexOf(a) < uses.indexOf(b) : includes((steps[b.step] as Step).after, steps[a.step] as Step);
  if (last !== null && !uses.every((use) => use === last || precedes(use, last) || (use.kind === "peek" && precedes(last, use))))
    return true;
  return start - puttingBackOld(uses, last, precedes) < 1;
}

/** How many references that were there at the start may be given back by uses other than the last: those that no earlier `get` covers. */
function puttingBackOld(uses: readonly Use[], last: Use | null, precedes: (a: Use, b: Use) => boolean): number {
  const taken = uses.filter(({ kind }) => kind === "get");
  let old = 0;
  for (const use of uses) {
    if (use.kind !== "put" || use === last) continue;
    const own = taken.findLastIndex((get) => precedes(get, use));
    if (own < 0) old++;
    else taken.splice(own, 1);
  }
  return old;
}
