/** Models struct lock_class_stats (CONFIG_LOCK_STAT): how often and how long locks of a class were held and waited for, virtual ns. */

/** struct lock_time */
export class LockTime {
  nr = 0;
  min = 0;
  max = 0;
  total = 0;

  add(time: number): void {
    if (this.nr === 0 || time < this.min) this.min = time;
    if (time > this.max) this.max = time;
    this.total += time;
    this.nr++;
  }
}

/** LOCKSTAT_POINTS: places that are remembered for each class. */
const LOCKSTAT_POINTS = 4;

export class LockStat {
  /** Indexed by read: 0 for owners and writers, 1 for readers. */
  readonly hold: readonly [LockTime, LockTime] = [new LockTime(), new LockTime()];
  readonly wait: readonly [LockTime, LockTime] = [new LockTime(), new LockTime()];
  /** Functions that had to wait, and those that held the lock then. */
  readonly contention_point = new Map<string, number>();
  readonly contending_point = new Map<string, number>();

  contended(waiter: string, holder: string | null): void {
    count(this.contention_point, waiter);
    if (holder !== null) count(this.contending_point, holder);
  }
}

function count(points: Map<string, number>, name: string): void {
  const known = points.get(name);
  if (known !== undefined || points.size < LOCKSTAT_POINTS) points.set(name, (known ?? 0) + 1);
}
