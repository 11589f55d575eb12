/**
 * Models kernel/kmod.c: request_module() asks user space for a module by running modprobe.
 * Left out: the limit of fifty at a time, request_module_nowait(), kernel.modprobe.
 */
import type { Frame } from "./frame.ts";
import { call_usermodehelper_exec } from "./umh.ts";

const MODPROBE_PATH = "/sbin/modprobe";

const MODPROBE_ENV: ReadonlyMap<string, string> = new Map([
  ["HOME", "/"],
  ["TERM", "linux"],
  ["PATH", "/sbin:/usr/sbin:/bin:/usr/bin"],
]);

/**
 * request_module(): modprobe's wait status, or a negative errno: -EINTR if killed while waiting. A caller looks again for
 * what it needs, whatever this says. Waits in TASK_KILLABLE; call it without locks that a module's init takes.
 */
export function request_module(caller: Frame, name: string): Promise<number> {
  const current = caller.enter("__request_module");
  return call_usermodehelper_exec(current, { path: MODPROBE_PATH, argv: [MODPROBE_PATH, "-q", "--", name], env: MODPROBE_ENV });
}
