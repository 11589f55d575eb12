/**
 * Models execve(2) (fs/exec.c, fs/binfmt_script.c): a file that names an installed program, or a text that begins with "#!".
 * Left out: setuid, ELF (there is none), argument size limits beyond E2BIG for the total.
 */
import { andThen, E2BIG, EACCES, ELOOP, ENOEXEC, type Frame, type Soon, staticData, type Task } from "../kernel/index.ts";
import { d_path, do_close_on_exec, fput, installFile, O_RDONLY, type path, path_lookup, S_IFREG, vfs_open } from "../vfs/index.ts";
import { leave } from "./entry.ts";
import type { Program } from "./process.ts";
import { Unwind, userState } from "./user-state.ts";

/** Interpreters of interpreters that are followed. */
const MAX_INTERPRETERS = 4;
/** BINPRM_BUF_SIZE: how much of a file is looked at. */
const BINPRM_BUF_SIZE = 256;
/** ARG_MAX of a default stack limit: bytes of arguments and environment together. */
const ARG_MAX = 2 * 1024 * 1024;
const TASK_COMM_MAX = 15;
const NEWLINE = 10;

/** How an executable begins; the name under which its program is installed follows. A copy of the file runs as well. */
const ELF_MAGIC = "\x7fELF ";

const statics = staticData(() => ({ installed: new Map<string, Program>() }));

/** Puts a program into the file tree, executable, as `path`. Call after vfs_init(). */
export function installProgram(current: Frame, path: string, program: Program): void {
  statics(current.kernel).installed.set(path, program);
  installFile(current, path, `${ELF_MAGIC}${path}\n`, 0o755);
}

interface Binary {
  readonly program: Program;
  /** The interpreter's arguments are in front for a script. */
  readonly argv: readonly string[];
  readonly exe: string;
}

/** do_execveat_common(): does not return if it succeeds; the program is left and the new one begins. `env` is then its own. */
export function do_execve(caller: Frame, filename: string, argv: readonly string[], env: ReadonlyMap<string, string>): Soon<number> {
  const current = caller.enter("do_execveat_common");
  if (sizeOf(argv, env) > ARG_MAX) return -E2BIG;
  return andThen(search_binary_handler(current, filename, argv, 0), (found) =>
    typeof found === "number" ? found : begin_new_exec(current, filename, found, env),
  );
}

/** begin_new_exec(): the point of no return. */
function begin_new_exec(caller: Frame, filename: string, binary: Binary, env: ReadonlyMap<string, string>): Soon<never> {
  const current = caller.enter("begin_new_exec");
  return andThen(do_close_on_exec(current), () => becomes(current, filename, binary, env));
}

function becomes(current: Frame, filename: string, binary: Binary, env: ReadonlyMap<string, string>): never {
  const { kernel, task } = current;
  const state = userState(task);
  setProgramName(task, filename, binary.argv);
  state.argv = binary.argv;
  state.env = env;
  state.exe = binary.exe;
  state.execed = true;
  state.collect = null;
  state.handlers.forEach((handler, signal) => {
    if (typeof handler === "function") state.handlers.delete(signal);
  });
  if (kernel.events.wants.task_exec) kernel.events.emit({ type: "task_exec", task });
  return leave(state, new Unwind(0, 0, binary.program));
}

/** The names that ps shows: comm is that of the file, also for a script. */
export function setProgramName(task: Task, filename: string, argv: readonly string[]): void {
  task.comm = baseName(filename).slice(0, TASK_COMM_MAX);
  task.argv = [baseName(argv[0] ?? filename), ...argv.slice(1)];
}

/** search_binary_handler(): the program behind a path, through interpreters. */
function search_binary_handler(current: Frame, filename: string, argv: readonly string[], depth: number): Soon<Binary | number> {
  if (depth > MAX_INTERPRETERS) return -ELOOP;
  const at = path_lookup(current, filename);
  if (typeof at === "number") return at;
  const node = at.dentry.d_inode;
  if (node.type !== S_IFREG || (node.i_mode & 0o111) === 0 || at.mnt.mnt_flags.noexec) return -EACCES;
  return andThen(readHead(current, at), (head) =>
    typeof head === "number" ? head : load_binary(current, { at, filename, head, argv, depth }),
  );
}

/** A file that is to be executed: where it is, how it was called, how it begins. */
interface linux_binprm {
  readonly at: path;
  readonly filename: string;
  readonly head: Uint8Array;
  readonly argv: readonly string[];
  /** How many interpreters have led to it. */
  readonly depth: number;
}

function load_binary(current: Frame, { at, filename, head, argv, depth }: linux_binprm): Soon<Binary | number> {
  const elf = programName(head);
  if (elf !== null) {
    const program = statics(current.kernel).installed.get(elf);
    return program === undefined ? -ENOEXEC : { program, argv, exe: d_path(current, at) };
  }
  const line = /^#![ \t]*([^ \t\n]+)[ \t]*([^\n]*?)[ \t]*(?:\n|$)/.exec(new TextDecoder().decode(head));
  if (line?.[1] === undefined) return -ENOEXEC;
  const option = line[2] === undefined || line[2] === "" ? [] : [line[2]];
  return search_binary_handler(current, line[1], [line[1], ...option, filename, ...argv.slice(1)], depth + 1);
}

/** The name in the head of an executable; null if it is none. */
function programName(head: Uint8Array): string | null {
  for (let i = 0; i < ELF_MAGIC.length; i++) if (head[i] !== ELF_MAGIC.charCodeAt(i)) return null;
  let name = "";
  for (let i = ELF_MAGIC.length; i < head.length && head[i] !== NEWLINE; i++) name += String.fromCharCode(head[i] as number);
  return name;
}

function readHead(current: Frame, at: path): Soon<Uint8Array | number> {
  return andThen(vfs_open(current.enter("do_open_execat"), at, O_RDONLY), (file) => {
    if (typeof file === "number") return file;
    return andThen(file.f_op.read?.(current, file, BINPRM_BUF_SIZE) ?? -ENOEXEC, (bytes) => andThen(fput(current, file), () => bytes));
  });
}

function sizeOf(argv: readonly string[], env: ReadonlyMap<string, string>): number {
  let size = 0;
  for (const arg of argv) size += arg.length + 1;
  env.forEach((value, name) => {
    size += name.length + value.length + 2;
  });
  return size;
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
