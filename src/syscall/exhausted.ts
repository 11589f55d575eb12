/**
 * What becomes of a program that asks for more stack or memory than there is: a stack that overflows is SIGSEGV (mm/memory.c,
 * arch/x86/mm/fault.c), memory that cannot be had ends in SIGKILL by the OOM killer (mm/oom_kill.c __oom_kill_process).
 * The emulator's host says which of the two it was.
 * Left out: the choice of a victim (it is the program that asked), the report of the memory in use.
 */
import { type Frame, pr_err, SIGKILL, SIGSEGV } from "../kernel/index.ts";

const NO_STACK = /^Maximum call stack size exceeded/;
const NO_MEMORY = /^(Invalid string length|Invalid (typed )?array length|Array buffer allocation failed|(Map|Set) maximum size exceeded)/;

/** The signal that ends a program which has thrown this, or null if it is something else. Only for what a program does itself. */
export function exhausted(current: Frame, thrown: unknown): number | null {
  if (!(thrown instanceof RangeError)) return null;
  if (NO_STACK.test(thrown.message)) return SIGSEGV;
  if (!NO_MEMORY.test(thrown.message)) return null;
  const { pid, comm } = current.task;
  pr_err(current.kernel, `Out of memory: Killed process ${pid} (${comm})`);
  return SIGKILL;
}
