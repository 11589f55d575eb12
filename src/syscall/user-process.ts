/** The system calls of one task, as its program sees them: each enters the kernel through entry.ts and calls the room that does it. */
import {
  __do_sys_delete_module,
  andThen,
  EINVAL,
  type Frame,
  type LogLine,
  type Pid,
  SIGCHLD,
  type Task,
  type WaitResult,
  wait4,
} from "../kernel/index.ts";
import * as vfs from "../vfs/index.ts";
import { COST, leave, syscall } from "./entry.ts";
import { do_execve } from "./exec.ts";
import { kernel_clone } from "./fork.ts";
import { hostCall, outOfRounds, type WasmName, type WasmProgram, wasmProgram } from "./host-work.ts";
import { __do_sys_finit_module } from "./modules.ts";
import { __do_sys_setns, ksys_unshare } from "./nsproxy.ts";
import { __do_sys_getpriority, __do_sys_setpriority } from "./priority.ts";
import type { Dirent, Fd, PollFd, Process, Program, SignalHandler, Stat, StatFs, WaitStatus } from "./process.ts";
import { nextRandom } from "./random.ts";
import { __do_sys_setpgid, do_getpgid, kill_something_info, ksys_setsid } from "./signals.ts";
import { hrtimer_nanosleep, sys_pause } from "./sleep.ts";
import { sock_ioctl } from "./sock-ioctl.ts";
import { __sys_bind, __sys_recvfrom, __sys_sendto, __sys_setsockopt, __sys_socket } from "./socket.ts";
import { tiocgpgrp, tiocspgrp } from "./tty-jobctrl.ts";
import { Unwind, type UserState, userState } from "./user-state.ts";
import { uts_ns, utsname } from "./uts.ts";

const WNOHANG = 1;
const WUNTRACED = 2;
const WCONTINUED = 8;

export class UserProcess implements Process {
  private readonly task: Task;
  private readonly state: UserState;

  constructor(task: Task) {
    this.task = task;
    this.state = userState(task);
  }

  get pid(): Pid {
    return this.task.pid;
  }
  get argv(): readonly string[] {
    return this.state.argv;
  }
  get env(): ReadonlyMap<string, string> {
    return this.state.env;
  }

  private call<T>(name: string, cost: number, body: (current: Frame) => T | Promise<T>): Promise<T> {
    return syscall(this.task, name, cost, body);
  }

  // files
  open(path: string, flags: number, mode = 0o666): Promise<Fd> {
    return this.call("openat", COST.open, (current) => vfs.do_sys_open(current, path, flags, mode));
  }
  close(fd: Fd): Promise<number> {
    return this.call("close", COST.call, (current) => vfs.close_fd(current, fd));
  }
  read(fd: Fd, count: number): Promise<Uint8Array | number> {
    return this.call("read", COST.transfer, (current) => vfs.ksys_read(current, fd, count));
  }
  write(fd: Fd, bytes: Uint8Array): Promise<number> {
    return this.call("write", COST.transfer, (current) => vfs.ksys_write(current, fd, bytes));
  }
  lseek(fd: Fd, offset: number, whence: number): Promise<number> {
    return this.call("lseek", COST.call, (current) => vfs.ksys_lseek(current, fd, offset, whence));
  }
  dup(fd: Fd): Promise<Fd> {
    return this.call("dup", COST.call, (current) => vfs.f_dupfd(current, fd, 0, false));
  }
  dup2(from: Fd, to: Fd): Promise<Fd> {
    return this.call("dup2", COST.call, (current) => vfs.ksys_dup3(current, from, to, false));
  }
  dupfd(fd: Fd, least: number, cloexec = false): Promise<Fd> {
    return this.call("fcntl", COST.call, (current) => vfs.f_dupfd(current, fd, least, cloexec));
  }
  setCloexec(fd: Fd, on: boolean): Promise<number> {
    return this.call("fcntl", COST.call, (current) => vfs.set_close_on_exec(current, fd, on));
  }
  pipe(): Promise<readonly [Fd, Fd] | number> {
    return this.call("pipe2", COST.open, (current) => vfs.do_pipe2(current, 0));
  }
  stat(path: string): Promise<Stat | number> {
    return this.call("newfstatat", COST.call, (current) => vfs.vfs_statx(current, path, true));
  }
  lstat(path: string): Promise<Stat | number> {
    return this.call("newfstatat", COST.call, (current) => vfs.vfs_statx(current, path, false));
  }
  fstat(fd: Fd): Promise<Stat | number> {
    return this.call("newfstat", COST.call, (current) => vfs.vfs_fstat(current, fd));
  }
  statfs(path: string): Promise<StatFs | number> {
    return this.call("statfs", COST.call, (current) => vfs.user_statfs(current, path));
  }
  access(path: string, mode: number): Promise<number> {
    return this.call("faccessat", COST.call, (current) => vfs.do_faccessat(current, path, mode));
  }
  readdir(path: string): Promise<readonly Dirent[] | number> {
    return this.call("getdents64", COST.open, (current) => vfs.iterate_dir(current, path));
  }
  mkdir(path: string, mode: number): Promise<number> {
    return this.call("mkdirat", COST.open, (current) => vfs.do_mkdirat(current, path, mode));
  }
  mkfifo(path: string, mode: number): Promise<number> {
    return this.call("mknodat", COST.open, (current) => vfs.do_mkfifo(current, path, mode));
  }
  rmdir(path: string): Promise<number> {
    return this.call("unlinkat", COST.open, (current) => vfs.do_rmdir(current, path));
  }
  unlink(path: string): Promise<number> {
    return this.call("unlinkat", COST.open, (current) => vfs.do_unlinkat(current, path));
  }
  rename(from: string, to: string): Promise<number> {
    return this.call("renameat2", COST.open, (current) => vfs.do_renameat2(current, from, to));
  }
  link(from: string, to: string): Promise<number> {
    return this.call("linkat", COST.open, (current) => vfs.do_linkat(current, from, to));
  }
  symlink(target: string, path: string): Promise<number> {
    return this.call("symlinkat", COST.open, (current) => vfs.do_symlinkat(current, target, path));
  }
  readlink(path: string): Promise<string | number> {
    return this.call("readlinkat", COST.call, (current) => vfs.do_readlinkat(current, path));
  }
  chmod(path: string, mode: number): Promise<number> {
    return this.call("fchmodat", COST.call, (current) => vfs.do_fchmodat(current, path, mode));
  }
  utimens(path: string, mtime: number | null): Promise<number> {
    return this.call("utimensat", COST.call, (current) => vfs.do_utimes(current, path, mtime));
  }
  ftruncate(fd: Fd, size: number): Promise<number> {
    return this.call("ftruncate", COST.call, (current) => vfs.do_sys_ftruncate(current, fd, size));
  }
  flock(fd: Fd, operation: number): Promise<number> {
    return this.call("flock", COST.call, (current) => vfs.__do_sys_flock(current, fd, operation));
  }
  inotifyInit(): Promise<Fd> {
    return this.call("inotify_init1", COST.open, (current) => vfs.do_inotify_init(current, 0));
  }
  inotifyAddWatch(fd: Fd, path: string, mask: number): Promise<number> {
    return this.call("inotify_add_watch", COST.call, (current) => vfs.__do_sys_inotify_add_watch(current, fd, path, mask));
  }
  chdir(path: string): Promise<number> {
    return this.call("chdir", COST.call, (current) => vfs.__do_sys_chdir(current, path));
  }
  getcwd(): string {
    const { root } = this.task;
    return vfs.d_path(root, vfs.current_fs(root).pwd);
  }
  umask(mask: number): number {
    const fs = vfs.current_fs(this.task.root);
    const old = fs.umask;
    fs.umask = mask & 0o777;
    return old;
  }
  isatty(fd: Fd): boolean {
    return vfs.fget(this.task.root, fd)?.f_op.tty ?? false;
  }
  async poll(fds: readonly PollFd[], timeoutNs: number | null): Promise<readonly Fd[] | number> {
    const deadline = timeoutNs === null ? null : this.task.kernel.clock.now + COST.call + timeoutNs;
    const ready = await this.call("poll", COST.call, (current) => vfs.do_sys_poll(current, fds, deadline));
    return typeof ready === "number" ? ready : ready.map(({ fd }) => fd);
  }

  // mounts and namespaces
  mount(source: string, target: string, fstype: string, flags: number, data: string): Promise<number> {
    return this.call("mount", COST.mount, (current) => vfs.do_mount(current, source, target, fstype, flags, data));
  }
  umount2(target: string, flags: number): Promise<number> {
    return this.call("umount2", COST.mount, (current) => vfs.ksys_umount(current, target, flags));
  }
  unshare(flags: number): Promise<number> {
    return this.call("unshare", COST.unshare, (current) => ksys_unshare(current, flags));
  }
  setns(fd: Fd, nstype: number): Promise<number> {
    return this.call("setns", COST.unshare, (current) => __do_sys_setns(current, fd, nstype));
  }

  // processes
  fork(child: Program, held: readonly number[] = []): Promise<Pid | number> {
    return this.call("clone", COST.fork, (current) => kernel_clone(current, child, newProcess, held));
  }
  execve(path: string, argv: readonly string[], env: ReadonlyMap<string, string>): Promise<number> {
    return this.call("execve", COST.exec, (current) => do_execve(current, path, argv, env));
  }
  wait4(pid: number, options: number): Promise<WaitStatus | null | number> {
    const wanted = {
      nohang: (options & WNOHANG) !== 0,
      untraced: (options & WUNTRACED) !== 0,
      continued: (options & WCONTINUED) !== 0,
    };
    return this.call("wait4", COST.call, (current) =>
      pid === 0 || pid < -1 ? -EINVAL : andThen(wait4(current.enter("kernel_wait4"), pid, wanted), waitStatus),
    );
  }
  exit(status: number): never {
    this.task.kernel.spend(this.task.root, COST.exit);
    return leave(this.state, this.state.leaving ?? new Unwind(status & 0xff, 0, null));
  }
  kill(pid: number, signal: number): Promise<number> {
    return this.call("kill", COST.call, (current) => kill_something_info(current, pid, signal));
  }
  onChildEnd(collect: ((ended: WaitStatus) => void) | null): void {
    this.state.collect = collect === null ? null : ({ pid, exitCode, exitSignal }) => collect({ pid, exitCode, signal: exitSignal });
  }
  watchChildren(): void {
    if (this.task.kernel.footprint === null) return;
    for (const child of this.task.children) this.task.root.reads(child.root);
  }
  sigaction(signal: number, handler: SignalHandler): void {
    if (signal === SIGCHLD) this.task.root.writes(this.task.children);
    if (handler === "default") this.state.handlers.delete(signal);
    else this.state.handlers.set(signal, handler);
    if (this.state.disposition(signal) === "ignore") this.task.dequeue(signal);
  }
  getppid(): number {
    return this.task.parent?.pid ?? (this.task.pid === 1 ? 0 : 1);
  }
  getpriority(pid: number): number | null {
    return __do_sys_getpriority(this.task.root, pid);
  }
  setpriority(pid: number, nice: number): number {
    return __do_sys_setpriority(this.task.root, pid, nice);
  }
  getpgid(pid: number): number {
    return do_getpgid(this.task.root, pid);
  }
  setpgid(pid: number, pgid: number): number {
    return __do_sys_setpgid(this.task.root, pid, pgid);
  }
  setsid(): number {
    return ksys_setsid(this.task.root);
  }
  tcgetpgrp(fd: Fd): number {
    return tiocgpgrp(this.task.root, fd);
  }
  tcsetpgrp(fd: Fd, pgrp: number): Promise<number> {
    return this.call("ioctl", COST.call, (current) => tiocspgrp(current, fd, pgrp));
  }
  prctlSetName(comm: string): void {
    this.task.comm = comm.slice(0, 15);
  }
  getrlimit(resource: vfs.Resource): vfs.rlimit {
    return vfs.task_rlimit(this.task, resource);
  }
  setrlimit(resource: vfs.Resource, limit: vfs.rlimit): Promise<number> {
    return this.call("prlimit64", COST.call, (current) => vfs.do_prlimit(current, resource, limit));
  }

  // time
  nanosleep(ns: number): Promise<number> {
    const deadline = this.task.kernel.clock.now + COST.call + ns;
    return this.call("nanosleep", COST.call, (current) => hrtimer_nanosleep(current, deadline));
  }
  pause(): Promise<number> {
    return this.call("pause", COST.call, sys_pause);
  }
  clockRealtime(): number {
    return this.task.kernel.clock.bootEpochNs + this.clockMonotonic();
  }
  clockMonotonic(): number {
    const { kernel, root } = this.task;
    root.reads(kernel.clock);
    kernel.spend(root, COST.vdso);
    return kernel.clock.now;
  }
  schedYield(): Promise<void> {
    return this.call("sched_yield", COST.call, () => undefined);
  }

  // sockets
  socket(domain: number, type: number, protocol: number): Promise<Fd> {
    return this.call("socket", COST.socket, (current) => __sys_socket(current, domain, type, protocol));
  }
  bindNetlink(fd: Fd, portid: number, groups: number): Promise<number> {
    return this.call("bind", COST.call, (current) => __sys_bind(current, fd, portid, groups));
  }
  setsockopt(fd: Fd, level: number, option: number, value: number): Promise<number> {
    return this.call("setsockopt", COST.call, (current) => __sys_setsockopt(current, fd, level, option, value));
  }
  send(fd: Fd, bytes: Uint8Array): Promise<number> {
    return this.call("sendto", COST.socket, (current) => __sys_sendto(current, fd, bytes));
  }
  recv(fd: Fd, flags: number): Promise<Uint8Array | number> {
    return this.call("recvfrom", COST.socket, (current) => __sys_recvfrom(current, fd, flags));
  }

  // modules
  finit_module(fd: Fd, parameters: string): Promise<number> {
    return this.call("finit_module", COST.mount, (current) => __do_sys_finit_module(current, fd, parameters));
  }
  delete_module(name: string, _flags: number): Promise<number> {
    return this.call("delete_module", COST.mount, (current) => __do_sys_delete_module(current, name));
  }

  // the machine
  ioctl(fd: Fd, request: number, arg: Uint8Array): Promise<Uint8Array | number> {
    return this.call("ioctl", COST.call, (current) => sock_ioctl(current, fd, request, arg));
  }
  uname(): ReturnType<Process["uname"]> {
    return { nodename: uts_ns(this.task).nodename, ...utsname(this.task.kernel) };
  }
  syslog(action: "read_all" | "clear"): Promise<readonly LogLine[]> {
    return this.call("syslog", COST.call, (current) => {
      const { kernel } = current;
      if (action === "read_all") {
        current.reads(kernel.log);
        return [...kernel.log.lines];
      }
      current.writes(kernel.log);
      kernel.log.clear();
      return [];
    });
  }
  random(limit: number): number {
    return nextRandom(this.task.root, limit);
  }
  hostCall<T>(work: () => Promise<T>): Promise<T> {
    return hostCall(this.task, work);
  }
  async outOfRounds(): Promise<void> {
    outOfRounds(this.task.root);
    await this.schedYield();
  }
  wasmProgram(name: WasmName, prepare: (code: Uint8Array) => Uint8Array): Promise<WasmProgram | null> {
    return wasmProgram(this.task.root, name, prepare);
  }
}

function waitStatus(found: WaitResult | number | null): WaitStatus | number | null {
  if (found === null || typeof found === "number") return found;
  const ended = { pid: found.pid, exitCode: found.exitCode, signal: found.exitSignal };
  return found.stopSignal === 0 ? ended : { ...ended, stopped: found.stopSignal };
}

/** The Process of a task. */
export function newProcess(task: Task): Process {
  return new UserProcess(task);
}
