/** Models the printk ring buffer (kernel/printk/printk.c): what `dmesg` shows. */
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
  private records: LogLine[] = [];
  private size = 0;

  constructor(kernel: Kernel) {
    this.kernel = kernel;
  }

  get lines(): readonly LogLine[] {
    return this.records;
  }

  clear(): void {
    this.records = [];
    this.size = 0;
  }

  append(level: number, text: string): void {
    this.records.push({ level, time: this.kernel.clock.now, text });
    this.size += text.length;
    let drop = 0;
    while (this.size > LOG_BUF_LEN && drop < this.records.length - 1) {
      this.size -= (this.records[drop] as LogLine).text.length;
      drop++;
    }
    if (drop > 0) this.records.splice(0, drop);
    if (this.kernel.events.active) this.kernel.events.emit({ type: "printk", level, text });
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
