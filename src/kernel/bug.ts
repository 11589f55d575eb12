/**
 * Models WARN_ON() (include/asm-generic/bug.h) and refcount_t's saturation warnings (lib/refcount.c). A warning is printed
 * as the kernel does and counts as a kernel bug for the verdict.
 */
import type { KernelBug } from "./events.ts";
import { type Frame, stackNames } from "./frame.ts";
import { KERN_WARNING, printk } from "./printk.ts";
import { add_taint, print_tainted } from "./taint.ts";

/** Reports a kernel bug: a block in the log as WARN() prints it, and an entry for the verdict. */
export function warn(current: Frame, kind: KernelBug["kind"], text: string): void {
  const { kernel, task } = current;
  const names = stackNames(current);
  printk(kernel, KERN_WARNING, "------------[ cut here ]------------");
  printk(kernel, KERN_WARNING, text);
  printk(kernel, KERN_WARNING, `WARNING: CPU: 0 PID: ${task.pid} at ${names.at(-1) ?? "?"}`);
  printk(kernel, KERN_WARNING, `CPU: 0 PID: ${task.pid} Comm: ${task.comm} ${print_tainted(kernel)} ${kernel.release}`);
  printk(kernel, KERN_WARNING, "Call Trace:");
  for (const name of names.reverse()) printk(kernel, KERN_WARNING, ` ${name}`);
  printk(kernel, KERN_WARNING, "---[ end trace ]---");
  add_taint(kernel, "W");
  kernel.reportBug(current, { kind, text });
}

/** WARN_ON(): true if the condition held, after reporting it. */
export function WARN_ON(current: Frame, condition: boolean, text: string): boolean {
  if (condition) warn(current, "warn", text);
  return condition;
}

/** Models refcount_t: a counter that reports use after free and underflow instead of wrapping. */
export class refcount_t {
  private count: number;
  private readonly name: string;

  constructor(name: string, initial = 1) {
    this.name = name;
    this.count = initial;
  }

  get value(): number {
    return this.count;
  }

  /** refcount_inc(): taking a reference on something that has none left is a use after free. */
  inc(current: Frame): void {
    if (this.count <= 0) warn(current, "use-after-free", `refcount_t: addition on 0; use-after-free. (${this.name})`);
    current.touches(this, "get");
    this.count++;
  }

  /** refcount_inc_not_zero() */
  inc_not_zero(current: Frame): boolean {
    if (this.is_zero(current)) return false;
    current.touches(this, "get");
    this.count++;
    return true;
  }

  /** refcount_read() == 0 */
  is_zero(current: Frame): boolean {
    current.touches(this, "peek");
    return this.count <= 0;
  }

  /** refcount_dec_and_test(): true if this was the last reference. */
  dec_and_test(current: Frame): boolean {
    current.touches(this, "put");
    if (this.count <= 0) {
      warn(current, "refcount", `refcount_t: underflow; use-after-free. (${this.name})`);
      return false;
    }
    return --this.count === 0;
  }
}
