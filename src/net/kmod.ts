/**
 * Models what request_module() does for the network (kernel/kmod.c, kernel/umh.c): a `modprobe` task runs the module's
 * init, and who asked waits for it, killable. The modules are those that this room brings along.
 */
import {
  complete,
  completion,
  ENOENT,
  ENOMEM,
  type Frame,
  type Kernel,
  spawnTask,
  staticData,
  wait_for_completion_killable,
} from "../kernel/index.ts";

/** A loadable module (struct module). */
export interface NetModule {
  readonly name: string;
  /** Other names under which the kernel asks for it: `rtnl-link-dummy`. */
  readonly aliases: readonly string[];
  readonly init: (current: Frame) => Promise<number>;
}

const statics = staticData(() => ({ available: [] as NetModule[], loaded: new Set<NetModule>() }));

/** Makes a module available; it is loaded by request_module() or init_module(). */
export function addModule(kernel: Kernel, module: NetModule): void {
  statics(kernel).available.push(module);
}

/** Names of the modules that are loaded. */
export function loadedModules(kernel: Kernel): readonly string[] {
  return [...statics(kernel).loaded].map((module) => module.name);
}

function findModule(kernel: Kernel, name: string): NetModule | null {
  return statics(kernel).available.find((module) => module.name === name || module.aliases.includes(name)) ?? null;
}

/** finit_module(2) by name or alias: 0 also if it is loaded already, -ENOENT if there is none, or what its init says. */
export async function init_module(caller: Frame, name: string): Promise<number> {
  const module = findModule(caller.kernel, name);
  if (module === null) return -ENOENT;
  const { loaded } = statics(caller.kernel);
  if (loaded.has(module)) return 0;
  caller.writes(loaded);
  loaded.add(module);
  const current = caller.enter("__do_sys_finit_module").enter("do_init_module").enter("do_one_initcall");
  const error = await module.init(current);
  if (error !== 0) loaded.delete(module);
  return error;
}

/** request_module(): 0 also where modprobe finds nothing, as the caller looks again anyway; -EINTR if killed meanwhile. */
export async function request_module(caller: Frame, name: string): Promise<number> {
  const current = caller.enter("__request_module");
  const { kernel } = current;
  if (findModule(kernel, name) === null) return 0;
  const done = new completion("modprobe", () => task);
  const task = spawnTask(kernel, {
    comm: "modprobe",
    parent: null,
    body: async (root) => {
      const error = await init_module(root, name);
      root.task.exitCode = error === 0 ? 0 : 1;
      complete(root, done);
    },
  });
  if (task === null) return -ENOMEM;
  return wait_for_completion_killable(current.enter("call_usermodehelper_exec"), done);
}
