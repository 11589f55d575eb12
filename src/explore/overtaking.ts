/**
 * Readers that overtake a queued writer. A release by a writer lets in all readers that are queued, past the writers among
 * them; a reader that asks a moment later has to wait for those. So with a second writer in the queue it matters which
 * readers ask before the release and which after it; without one a release and a request commute as for any lock. That no
 * second writer can ask while one has the semaphore is taken for granted and seen to after each run; a semaphore for which it
 * does not hold is `contested`, and a writer's release conflicts with requests for read from then on.
 */
import { type AccessKind, rw_semaphore } from "../kernel/index.ts";
import type { FootprintKind } from "./access.ts";
import { includes, type Step } from "./clock.ts";

interface Writers {
  readonly name: number;
  /** Steps, in order. */
  readonly requests: number[];
  readonly releases: number[];
}

/** The writers of one run. */
export class Overtaking {
  private readonly semaphores = new Map<object, Writers>();
  private readonly contested: Set<number>;

  constructor(contested: Set<number>) {
    this.contested = contested;
  }

  /** What an access counts as. @param name asked for only if it matters */
  kindOf(object: object, kind: AccessKind, step: number, name: () => number): FootprintKind {
    if (!(object instanceof rw_semaphore) || (kind !== "request-write" && kind !== "release-write")) return kind;
    let writers = this.semaphores.get(object);
    if (writers === undefined) {
      writers = { name: name(), requests: [], releases: [] };
      this.semaphores.set(object, writers);
    }
    (kind === "request-write" ? writers.requests : writers.releases).push(step);
    return kind === "release-write" && this.contested.has(writers.name) ? "overtake" : kind;
  }

  /** Adds to the contested names those of this run. @returns true if there were any */
  settle(steps: readonly Step[]): boolean {
    let any = false;
    for (const { name, requests, releases } of this.semaphores.values()) {
      if (this.contested.has(name) || !queues(requests, releases, steps)) continue;
      this.contested.add(name);
      any = true;
    }
    return any;
  }
}

/** True if in some order of what is not ordered a writer may be queued while another one has the semaphore. */
function queues(requests: readonly number[], releases: readonly number[], steps: readonly Step[]): boolean {
  const stepOf = (index: number): Step => steps[index] as Step;
  return requests.some((request, i) => {
    const { task, before } = stepOf(request);
    return requests.slice(0, i).some((earlier) => {
      const writer = stepOf(earlier);
      if (writer.task === task) return false;
      const release = releases.find((index) => index >= earlier && stepOf(index).task === writer.task);
      return release === undefined || !includes(before, stepOf(release));
    });
  });
}
