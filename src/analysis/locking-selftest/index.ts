/** The kernel's own test of its lock validator. */
export { locking_selftest } from "./locking-selftest.ts";
