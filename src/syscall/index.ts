/** The system-call layer: what a program sees of the kernel, and how programs are installed and started. */

export {
  O_APPEND,
  O_CLOEXEC,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_NONBLOCK,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
  type Resource,
  S_IFBLK,
  S_IFCHR,
  S_IFDIR,
  S_IFIFO,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
  S_IFSOCK,
} from "../vfs/index.ts";
export { installProgram } from "./exec.ts";
export type { WasmProgram, WasmSource } from "./host-work.ts";
export { type SyscallOptions, syscall_init } from "./init.ts";
export { installModules } from "./modules.ts";
export type { Dirent, Fd, PollFd, Process, Program, SignalHandler, Stat, StatFs, WaitStatus } from "./process.ts";
export { type ScriptOptions, startInit, startScript } from "./start.ts";
export { __proc_set_tty, foreground, isig, job_control } from "./tty-jobctrl.ts";
export { userState } from "./user-state.ts";
