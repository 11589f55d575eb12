/** The analysis room: readers of the kernel's events. They find deadlocks, list what is stuck and write the trace. */
export { type BlockedTask, blockedTasks, type Leftover, locksLeftHeld } from "./blocked.ts";
export { type Deadlock, DeadlockDetector, type DeadlockLink, locksOf } from "./deadlock.ts";
export { functionsOf, type Hold, type StackEntry, type TaskSnapshot } from "./snapshot.ts";
export { TraceRecorder } from "./trace.ts";
