/**
 * Virtual time. It passes in two ways only: a system call or modelled hardware access costs some (`advance`), or nothing
 * is runnable and time jumps to the next timer. Models hrtimers (kernel/time/hrtimer.c) without their tree.
 */
export interface Timer {
  readonly expires: number;
  /** Breaks ties: timers of one instant fire in the order in which they were started. */
  readonly sequence: number;
  /** A daemon's timer keeps no run alive. */
  readonly daemon: boolean;
  readonly fire: () => void;
  active: boolean;
}

export class Clock {
  /** Virtual nanoseconds since boot. */
  now = 0;
  /** The instant that boot stands for in `date`: 2020-11-01T00:00:00Z, the week of the fix this project is about. */
  readonly bootEpochNs = 1_604_188_800_000_000_000;
  private heap: Timer[] = [];
  private sequence = 0;
  private keepAlive = 0;

  /** Starts a timer that fires `delay` ns from now (at once if not positive). */
  start(delay: number, fire: () => void, daemon: boolean): Timer {
    const timer: Timer = { expires: this.now + Math.max(0, delay), sequence: this.sequence++, daemon, fire, active: true };
    if (!daemon) this.keepAlive++;
    this.push(timer);
    return timer;
  }

  cancel(timer: Timer): void {
    if (!timer.active) return;
    timer.active = false;
    if (!timer.daemon) this.keepAlive--;
  }

  /** True while a timer is running that is not a daemon's. */
  get hasLiveTimers(): boolean {
    return this.keepAlive > 0;
  }

  /** When the next timer fires, or null if none runs. */
  get next(): number | null {
    this.dropCancelled();
    return this.heap[0]?.expires ?? null;
  }

  /** Lets `ns` pass and fires what became due, in order. */
  advance(ns: number): void {
    this.advanceTo(this.now + ns);
  }

  advanceTo(target: number): void {
    for (;;) {
      this.dropCancelled();
      const timer = this.heap[0];
      if (timer === undefined || timer.expires > target) break;
      this.pop();
      timer.active = false;
      if (!timer.daemon) this.keepAlive--;
      if (timer.expires > this.now) this.now = timer.expires;
      timer.fire();
    }
    if (target > this.now) this.now = target;
  }

  private dropCancelled(): void {
    while (this.heap[0] !== undefined && !this.heap[0].active) this.pop();
  }

  private push(timer: Timer): void {
    const heap = this.heap;
    heap.push(timer);
    for (let i = heap.length - 1; i > 0; ) {
      const up = (i - 1) >> 1;
      if (!before(timer, heap[up] as Timer)) break;
      heap[i] = heap[up] as Timer;
      heap[up] = timer;
      i = up;
    }
  }

  private pop(): void {
    const heap = this.heap;
    const last = heap.pop() as Timer;
    if (heap.length === 0) return;
    heap[0] = last;
    for (let i = 0; ; ) {
      const left = 2 * i + 1;
      const right = left + 1;
      if (left >= heap.length) return;
      const least = right < heap.length && before(heap[right] as Timer, heap[left] as Timer) ? right : left;
      if (!before(heap[least] as Timer, last)) return;
      heap[i] = heap[least] as Timer;
      heap[least] = last;
      i = least;
    }
  }
}

function before(a: Timer, b: Timer): boolean {
  return a.expires < b.expires || (a.expires === b.expires && a.sequence < b.sequence);
}
