/** The analysis room: readers of the kernel's events. They find deadlocks, list what is stuck and write the trace. */
export { type BlockedTask, blockedTasks, type Leftover, locksLeftHeld, rootCause } from "./blocked.ts";
export { type Deadlock, DeadlockDetector, type DeadlockKind, type DeadlockLink, findCycle, locksOf, type Reason } from "./deadlock.ts";
export { functionsOf, type Hold, type StackEntry, snapshotTask, type TaskSnapshot, type WaitSnapshot } from "./snapshot.ts";
export { type TraceHeader, TraceRecorder } from "./trace.ts";
