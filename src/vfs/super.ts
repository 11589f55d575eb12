/**
 * Models the list of file system types and the anonymous numbers (fs/filesystems.c, fs/super.c get_anon_bdev,
 * fs/proc/generic.c proc_alloc_inum).
 */
import { type Kernel, staticData } from "../kernel/index.ts";
import type { file_system_type } from "./fs.ts";

/** The number that the first namespace created after boot gets, about as on the recorded machines. */
const FIRST_INUM = 4_026_532_160;

const statics = staticData(() => ({ types: new Map<string, file_system_type>(), nextDevice: 1, nextInum: FIRST_INUM }));

/** register_filesystem(): makes a type known to mount(2). */
export function register_filesystem(kernel: Kernel, type: file_system_type): void {
  statics(kernel).types.set(type.name, type);
}

/** get_fs_type() */
export function get_fs_type(kernel: Kernel, name: string): file_system_type | null {
  return statics(kernel).types.get(name) ?? null;
}

/** All registered types in order, for /proc/filesystems. */
export function filesystemTypes(kernel: Kernel): readonly file_system_type[] {
  return [...statics(kernel).types.values()];
}

/** get_anon_bdev(): the device number of a file system without a device. */
export function get_anon_bdev(kernel: Kernel): number {
  return statics(kernel).nextDevice++;
}

/** proc_alloc_inum(): a number for a new namespace. */
export function proc_alloc_inum(kernel: Kernel): number {
  return statics(kernel).nextInum++;
}
