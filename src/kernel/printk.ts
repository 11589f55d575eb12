/** Models the printk ring buffer (kernel/printk/printk.c): what `dmesg` and /dev/kmsg show. Left out: continuation lines, callers. */
import type { Kernel } from "./kernel.ts";

/** Bytes the ring holds before the oldest lines go (CONFIG_LOG_BUF_SHIFT 17). */
const LOG_BUF_LEN = 1 << 17;

/** KERN_* levels of include/linux/kern_levels.h. */
export const KERN_EMERG = 0;
export const KERN_ERR = 3;
export const KERN_WARNING = 4;
export const KERN_INFO = 6;

export interface LogLine {
  readonly level: number;
  /** Virtual ns since boot. */
  readonly time: number;
  readonly text: string;
}

export class PrintkRing {
  private readonly kernel: Kernel;
  /** Called after each new record: wakes those who wait for one (wake_up_klogd). */
  woken: (() => void) | null = null;
  private readonly records: LogLine[] = [];
  private size = 0;
  /** Sequence number of the oldest record that is kept, and of the first one behind the last SYSLOG_ACTION_CLEAR. */
  private first = 0;
  private cleared = 0;

  constructor(kernel: Kernel) {
    this.kernel = kernel;
  }

  /** What SYSLOG_ACTION_READ_ALL gives: the records since the last clear that are kept. */
  get lines(): readonly LogLine[] {
    return this.cleared <= this.first ? this.records : this.records.slice(this.cleared - this.first);
  }

  /** prb_first_valid_seq() */
  get firstSeq(): number {
    return this.first;
  }

  /** prb_next_seq(): the number that the next record will have. */
  get nextSeq(): number {
    return this.first + this.records.length;
  }

  /** clear_seq */
  get clearSeq(): number {
    return this.cleared;
  }

  /** The record with that number; undefined if it is not there yet or not any more. */
  at(seq: number): LogLine | undefined {
    return this.records[seq - this.first];
  }

  /** SYSLOG_ACTION_CLEAR: the records stay where they are. */
  clear(): void {
    this.cleared = this.nextSeq;
  }

  append(level: number, text: string): void {
    const { footprint, sched } = this.kernel;
    // Who reads the log can tell what is in it by then; who writes to it cannot.
    if (footprint !== null && sched.current !== null) footprint.access(sched.current, this, "commute");
    this.records.push({ level, time: this.kernel.clock.now, text });
    this.size += text.length;
    let drop = 0;
    while (this.size > LOG_BUF_LEN && drop < this.records.length - 1) {
      this.size -= (this.records[drop] as LogLine).text.length;
      drop++;
    }
    if (drop > 0) this.records.splice(0, drop);
    this.first += drop;
    this.woken?.();
    if (this.kernel.events.wants.printk) this.kernel.events.emit({ type: "printk", level, text });
  }
}

/** printk(): each line of `text` becomes a record of its own. */
export function printk(kernel: Kernel, level: number, text: string): void {
  for (const line of text.split("\n")) kernel.log.append(level, line);
}

export function pr_emerg(kernel: Kernel, text: string): void {
  printk(kernel, KERN_EMERG, text);
}
export function pr_err(kernel: Kernel, text: string): void {
  printk(kernel, KERN_ERR, text);
}
export function pr_warn(kernel: Kernel, text: string): void {
  printk(kernel, KERN_WARNING, text);
}
export function pr_info(kernel: Kernel, text: string): void {
  printk(kernel, KERN_INFO, text);
}
