/**
 * What a program sees of the kernel: its system calls. Each call returns a non-negative result or a negative errno, costs
 * virtual time, is a scheduling point, and delivers pending signals on its way back (a deadly one ends the program there).
 */
import type { Pid } from "../kernel/index.ts";
import type { Resource, rlimit } from "../vfs/index.ts";
import type { WasmName, WasmProgram } from "./host-work.ts";

/** An open file descriptor, or a negative errno. */
export type Fd = number;

/** A program: gets its process, returns its exit status. */
export type Program = (process: Process) => Promise<number>;

export interface Stat {
  readonly dev: number;
  readonly ino: number;
  /** Type and permission bits: S_IFDIR | 0755. */
  readonly mode: number;
  readonly nlink: number;
  readonly uid: number;
  readonly gid: number;
  readonly rdev: number;
  readonly size: number;
  /** Virtual ns since the epoch. */
  readonly mtime: number;
}

export interface StatFs {
  /** The magic number of the file system's type (NSFS_MAGIC, TMPFS_MAGIC, ...). */
  readonly type: number;
  /** Bytes of a block. */
  readonly bsize: number;
  readonly blocks: number;
  readonly bfree: number;
  /** Inodes that there can be, and how many more. */
  readonly files: number;
  readonly ffree: number;
}

export interface Dirent {
  readonly name: string;
  readonly ino: number;
  /** The S_IFMT part of the entry's mode. */
  readonly type: number;
}

/** What wait4 found: exactly one of the two is not zero, or both are (exit status 0, or not ended). */
export interface WaitStatus {
  readonly pid: Pid;
  readonly exitCode: number;
  readonly signal: number;
  /** Only if it has not ended: the signal that stopped it, or SIGCONT. */
  readonly stopped?: number;
}

export type SignalHandler = "default" | "ignore" | ((signal: number) => void);

export interface PollFd {
  readonly fd: Fd;
  /** POLLIN (1) and POLLOUT (4). */
  readonly events: number;
}

export interface Process {
  readonly pid: Pid;
  readonly argv: readonly string[];
  readonly env: ReadonlyMap<string, string>;

  // files
  /** `mode` (0666 if left out) counts with O_CREAT only, less the umask. */
  open(path: string, flags: number, mode?: number): Promise<Fd>;
  close(fd: Fd): Promise<number>;
  /** Empty at the end of the file. */
  read(fd: Fd, count: number): Promise<Uint8Array | number>;
  /** May write less than asked. A pipe without reader: SIGPIPE and -EPIPE. */
  write(fd: Fd, bytes: Uint8Array): Promise<number>;
  lseek(fd: Fd, offset: number, whence: number): Promise<number>;
  dup(fd: Fd): Promise<Fd>;
  dup2(from: Fd, to: Fd): Promise<Fd>;
  /** The lowest free descriptor not below `least` (F_DUPFD). */
  dupfd(fd: Fd, least: number, cloexec?: boolean): Promise<Fd>;
  setCloexec(fd: Fd, on: boolean): Promise<number>;
  pipe(): Promise<readonly [Fd, Fd] | number>;
  stat(path: string): Promise<Stat | number>;
  lstat(path: string): Promise<Stat | number>;
  fstat(fd: Fd): Promise<Stat | number>;
  statfs(path: string): Promise<StatFs | number>;
  access(path: string, mode: number): Promise<number>;
  /** All entries in the directory's own order, without "." and "..". */
  readdir(path: string): Promise<readonly Dirent[] | number>;
  mkdir(path: string, mode: number): Promise<number>;
  mkfifo(path: string, mode: number): Promise<number>;
  rmdir(path: string): Promise<number>;
  unlink(path: string): Promise<number>;
  rename(from: string, to: string): Promise<number>;
  link(from: string, to: string): Promise<number>;
  symlink(target: string, path: string): Promise<number>;
  readlink(path: string): Promise<string | number>;
  chmod(path: string, mode: number): Promise<number>;
  utimens(path: string, mtime: number | null): Promise<number>;
  ftruncate(fd: Fd, size: number): Promise<number>;
  flock(fd: Fd, operation: number): Promise<number>;
  chdir(path: string): Promise<number>;
  getcwd(): string;
  umask(mask: number): number;
  isatty(fd: Fd): boolean;
  /** The descriptors that are ready (or in error, or closed); none when the time is over; -EINTR. `null` waits for ever. */
  poll(fds: readonly PollFd[], timeoutNs: number | null): Promise<readonly Fd[] | number>;

  /** A descriptor that tells of names coming to and going from watched directories, and of files that are written (struct inotify_event). */
  inotifyInit(): Promise<Fd>;
  /** A watch descriptor. IN_CREATE, IN_DELETE, IN_MOVED_FROM, IN_MOVED_TO on a directory, IN_MODIFY on a file; others are -EINVAL. */
  inotifyAddWatch(fd: Fd, path: string, mask: number): Promise<number>;

  // mounts and namespaces
  mount(source: string, target: string, fstype: string, flags: number, data: string): Promise<number>;
  umount2(target: string, flags: number): Promise<number>;
  /** CLONE_NEWNET, CLONE_NEWNS, CLONE_NEWUTS; others are -EINVAL. Waits killable for the net room's locks. */
  unshare(flags: number): Promise<number>;
  setns(fd: Fd, nstype: number): Promise<number>;

  // processes
  /**
   * The child runs `child`; its result is its exit status. Returns the child's pid or a negative errno. `held`: signals that the
   * parent blocks around the call and the child sets to their defaults before it takes them, so that none is lost between.
   */
  fork(child: Program, held?: readonly number[]): Promise<Pid | number>;
  /**
   * Runs the program at `path` in this process; returns only if that is not possible. Else the running program is left by an
   * exception that is no Error: do not catch it. (So are `exit` and deadly signals; a program that swallows one is left at
   * its next system call.)
   */
  execve(path: string, argv: readonly string[], env: ReadonlyMap<string, string>): Promise<number>;
  /**
   * A child's pid, or -1 for any (groups are -EINVAL). Also what was stopped with WUNTRACED (2), and what goes on with
   * WCONTINUED (8). null with WNOHANG (1) and nothing to tell. -ECHILD, -EINTR.
   */
  wait4(pid: number, options: number): Promise<WaitStatus | null | number>;
  exit(status: number): never;
  kill(pid: number, signal: number): Promise<number>;
  /**
   * Handlers run inside the system call that the signal interrupts or meets; that call then returns -EINTR if it was waiting.
   * Without a handler (stopped and continued, or ignored) a call goes on waiting by itself. exec keeps "ignore" only.
   */
  sigaction(signal: number, handler: SignalHandler): void;
  /**
   * A handler of SIGCHLD that waits for all children that have ended, as shells have one. It runs at the moment of the end;
   * `wait4` still finds the child, once. null: no such handler. Not inherited.
   */
  onChildEnd(collect: ((ended: WaitStatus) => void) | null): void;
  /** Looks at whether children were killed by signals, without a system call. */
  watchChildren(): void;
  getppid(): number;
  /** The nice value of a process (0: its own), null if there is none. */
  getpriority(pid: number): number | null;
  /** Sets it, moved into its range from -20 to 19. 0 or -ESRCH. */
  setpriority(pid: number, nice: number): number;
  getpgid(pid: number): number;
  setpgid(pid: number, pgid: number): number;
  setsid(): number;
  /** The group in the foreground of the terminal behind `fd`. -ENOTTY if that is not the session's terminal. */
  tcgetpgrp(fd: Fd): number;
  /** Brings a group of the session to the foreground. -ENOTTY, -EPERM for a group of another session, -EINTR. */
  tcsetpgrp(fd: Fd, pgrp: number): Promise<number>;
  prctlSetName(comm: string): void;
  getrlimit(resource: Resource): rlimit;
  /** -EINVAL for a soft limit above the hard one, -EPERM for more open files than any process may have. */
  setrlimit(resource: Resource, limit: rlimit): Promise<number>;

  // time
  /** 0, or -EINTR if a signal came. */
  nanosleep(ns: number): Promise<number>;
  /** Waits for any signal: always -EINTR. */
  pause(): Promise<number>;
  /** Virtual ns since the epoch. */
  clockRealtime(): number;
  /** Virtual ns since boot. */
  clockMonotonic(): number;
  /** Lets others run and time pass, as a builtin of a shell does between two commands. */
  schedYield(): Promise<void>;

  // sockets: AF_NETLINK (16) only
  socket(domain: number, type: number, protocol: number): Promise<Fd>;
  /** Binds to a port id (0: the kernel picks) and the first 32 multicast groups. */
  bindNetlink(fd: Fd, portid: number, groups: number): Promise<number>;
  setsockopt(fd: Fd, level: number, option: number, value: number): Promise<number>;
  send(fd: Fd, bytes: Uint8Array): Promise<number>;
  /** One datagram. -EAGAIN with MSG_DONTWAIT (0x40) and nothing there. */
  recv(fd: Fd, flags: number): Promise<Uint8Array | number>;

  // modules
  /** Loads the module in an open file; words of parameters. Returns what its init says, -EEXIST if it is there. */
  finit_module(fd: Fd, parameters: string): Promise<number>;
  /** Unloads a module; `flags` is O_NONBLOCK, as all callers say. -ENOENT, -EAGAIN while it is in use, -EBUSY. */
  delete_module(name: string, flags: number): Promise<number>;

  /**
   * ioctl(2) of a socket: `arg` is struct ifreq's name (16 bytes) and what it points to; gives back the latter. Only
   * SIOCETHTOOL with ETHTOOL_GDRVINFO; others are -EOPNOTSUPP, and -ENOTTY what is no socket.
   */
  ioctl(fd: Fd, request: number, arg: Uint8Array): Promise<Uint8Array | number>;

  // the machine
  uname(): { sysname: string; nodename: string; release: string; version: string; machine: string };
  /** syslog(2): SYSLOG_ACTION_READ_ALL gives the log's text as /dev/kmsg's records, SYSLOG_ACTION_CLEAR empties it. */
  syslog(action: "read_all" | "clear"): Promise<readonly { level: number; time: number; text: string }[]>;
  /** A random number below `limit`, from the machine's seed (getrandom). */
  random(limit: number): number;
  /** Leaves work to the host: the machine stands still meanwhile and no virtual time passes. */
  hostCall<T>(work: () => Promise<T>): Promise<T>;
  /** A program that is WebAssembly, compiled at its first use, after `prepare`; null if the machine has none. */
  wasmProgram(name: WasmName, prepare: (code: Uint8Array) => Uint8Array): Promise<WasmProgram | null>;
  /** Says that a run of such a program used up its rounds, which ends the machine's run: the caller does not go on. */
  outOfRounds(): Promise<void>;
}
