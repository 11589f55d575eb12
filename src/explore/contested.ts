/** What was taken to commute and turned out not to, by name; shared by all runs of one exploration. */
export class Contested {
  /** Objects of which it depends on the schedule whose reference is the last: their count is data. */
  readonly counts = new Set<number>();
  /** Semaphores on which readers may overtake a writer. */
  readonly semaphores = new Set<number>();
}
