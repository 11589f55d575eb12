/** Models the call flock(2) (fs/locks.c); the locks themselves are in locks.ts. */
import { EBADF, EINVAL, type Frame } from "../kernel/index.ts";
import { fget } from "./fdtable.ts";
import { flock_lock, releaseLocks } from "./locks.ts";

export const LOCK_SH = 1;
export const LOCK_EX = 2;
export const LOCK_NB = 4;
const LOCK_UN = 8;

/** flock(): 0; -EAGAIN with LOCK_NB if it would wait; -EINTR; -EBADF, -EINVAL. */
export async function __do_sys_flock(caller: Frame, fd: number, operation: number): Promise<number> {
  const current = caller.enter("__do_sys_flock");
  const file = fget(current, fd);
  if (file === null) return -EBADF;
  const kind = operation & ~LOCK_NB;
  if (kind === LOCK_UN) {
    releaseLocks(current, file);
    return 0;
  }
  if (kind !== LOCK_SH && kind !== LOCK_EX) return -EINVAL;
  return flock_lock(current, file, kind === LOCK_EX, (operation & LOCK_NB) !== 0);
}
