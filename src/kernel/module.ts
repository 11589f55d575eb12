/**
 * Models loadable modules (kernel/module.c, v5.10): struct module and its states, the list of modules, reference counts
 * between modules, and what finit_module(2) and delete_module(2) do.
 *
 * A room brings a module by declaring it at boot:
 *
 *     declareModule(kernel, { name: "dummy", aliases: ["rtnl-link-dummy"], init: dummy_init_module, exit: dummy_cleanup_module });
 *
 * From then on `modprobe dummy`, `rmmod`, `lsmod` and request_module("rtnl-link-dummy") know it: its file, its aliases and
 * its dependencies stand in /lib/modules. `init` is called as do_one_initcall() calls it, without any lock, and may sleep;
 * what it takes is its own affair. `depends` names the modules whose symbols it uses: modprobe loads them first, and they
 * cannot be unloaded while it is there. Without `exit` a module that has an `init` stays for ever. Nothing of a module runs
 * before it is loaded, so a module keeps its file-scope variables in staticData() and starts from nothing in `init`.
 *
 * Left out: symbols and sections, signatures, taints, forced loading and unloading, waiting for a dependency that is in
 * its init.
 */
import { EAGAIN, EBUSY, EEXIST, EINTR, EINVAL, ENOENT } from "./errno.ts";
import type { Frame } from "./frame.ts";
import { type Kernel, staticData } from "./kernel.ts";
import { type ModuleParameter, Parameters } from "./module-param.ts";
import { mutex, mutex_lock, mutex_lock_interruptible, mutex_unlock } from "./mutex.ts";
import { pr_err, pr_warn } from "./printk.ts";
import { EmulatorBug } from "./scheduler.ts";
import { wait_event, wait_queue_head } from "./wait-queue.ts";

/** What lsmod shows for a module of a page or so. */
const DEFAULT_SIZE = 16_384;

/** A module as its room describes it. */
export interface LoadableModule {
  /** As lsmod shows it: underscores, no dashes. */
  readonly name: string;
  /** Other names under which it is asked for: "rtnl-link-dummy", "net-pf-16-proto-20". A `*` stands for anything. */
  readonly aliases?: readonly string[];
  /** Names of the modules that have to be there first. */
  readonly depends?: readonly string[];
  readonly parameters?: readonly ModuleParameter[];
  /** Bytes, for lsmod. */
  readonly size?: number;
  /** 0, or the negative errno that modprobe reports. */
  init?(current: Frame, self: module): Promise<number>;
  exit?(current: Frame, self: module): Promise<void>;
}

/** struct module: a module that is in the kernel. */
export class module {
  readonly description: LoadableModule;
  readonly parameters: Parameters;
  state: "MODULE_STATE_COMING" | "MODULE_STATE_LIVE" | "MODULE_STATE_GOING" = "MODULE_STATE_COMING";
  /** @internal module_refcount(): users of it, and one for its own init while that runs. */
  refcnt = 1;
  /** source_list: modules that use it, the last one first. */
  readonly users: module[] = [];
  /** target_list: modules that it uses. */
  readonly uses: module[] = [];

  constructor(description: LoadableModule) {
    this.description = description;
    this.parameters = new Parameters(description.parameters ?? []);
  }

  get name(): string {
    return this.description.name;
  }
  get size(): number {
    return this.description.size ?? DEFAULT_SIZE;
  }
  get refcount(): number {
    return this.refcnt;
  }
}

/** What an upper room does for each module in sysfs (kernel/module.c mod_sysfs_setup, mod_sysfs_teardown). */
export interface ModuleSysfs {
  setup(current: Frame, mod: module): void;
  teardown(current: Frame, mod: module): Promise<void>;
}

const statics = staticData((kernel) => ({
  module_mutex: new mutex(kernel, "module_mutex"),
  /** The last one loaded first. */
  modules: [] as module[],
  module_wq: new wait_queue_head("module_wq"),
  declared: new Map<string, LoadableModule>(),
  sysfs: null as ModuleSysfs | null,
}));

/** Makes a module known, so that it can be loaded. Once for each name, at boot. */
export function declareModule(kernel: Kernel, description: LoadableModule): void {
  const { declared } = statics(kernel);
  if (declared.has(description.name)) throw new EmulatorBug(`module ${description.name} is declared twice`);
  declared.set(description.name, description);
}

/** The modules that can be loaded, in order of declaration. */
export function declaredModules(kernel: Kernel): readonly LoadableModule[] {
  return [...statics(kernel).declared.values()];
}

/** The modules that are in the kernel, the last one loaded first. */
export function loadedModules(kernel: Kernel): readonly module[] {
  return statics(kernel).modules;
}

export function setModuleSysfs(kernel: Kernel, sysfs: ModuleSysfs): void {
  statics(kernel).sysfs = sysfs;
}

/** find_module(): null if it is not in the kernel. */
export function find_module(current: Frame, name: string): module | null {
  const { modules } = statics(current.kernel);
  current.reads(modules);
  return modules.find((mod) => mod.name === name) ?? null;
}

/** try_module_get(): false if the module is going. */
export function try_module_get(current: Frame, mod: module): boolean {
  if (mod.state === "MODULE_STATE_GOING") return false;
  current.writes(mod);
  mod.refcnt++;
  return true;
}

export function module_put(current: Frame, mod: module): void {
  current.writes(mod);
  mod.refcnt--;
}

/**
 * finit_module(2) of a file that holds the module `name`: -EEXIST if it is there, -ENOENT if a module it depends on is not,
 * -EINVAL for a bad parameter, or what its init says. Waits, interruptible, while the same module is being loaded.
 */
export async function __do_sys_finit_module(caller: Frame, name: string, args = ""): Promise<number> {
  const current = caller.enter("__do_sys_finit_module");
  const { declared, modules } = statics(current.kernel);
  const description = declared.get(name);
  if (description === undefined) return -ENOENT;
  const mod = new module(description);
  const added = await add_unformed_module(current, mod);
  if (added !== 0) return added;
  const error = resolve_symbols(current, mod) || parse_args(current, mod, args);
  if (error === 0) return do_init_module(current, mod);
  unload_uses(current, mod);
  current.writes(modules);
  modules.splice(modules.indexOf(mod), 1);
  return error;
}

async function add_unformed_module(caller: Frame, mod: module): Promise<number> {
  const current = caller.enter("add_unformed_module");
  const { module_mutex, modules, module_wq } = statics(current.kernel);
  for (;;) {
    await mutex_lock(current, module_mutex);
    const old = find_module(current, mod.name);
    if (old === null) break;
    mutex_unlock(current, module_mutex);
    if (old.state === "MODULE_STATE_LIVE") return -EEXIST;
    // finished_loading()
    const done = (): boolean => !modules.includes(old) || old.state === "MODULE_STATE_LIVE";
    if ((await wait_event(current, module_wq, done, "TASK_INTERRUPTIBLE")) !== 0) return -EINTR;
  }
  current.writes(modules);
  modules.unshift(mod);
  mutex_unlock(current, module_mutex);
  return 0;
}

/** simplify_symbols(): takes a reference on every module whose symbols this one uses. */
function resolve_symbols(current: Frame, mod: module): number {
  for (const name of mod.description.depends ?? []) {
    const owner = find_module(current, name);
    if (owner === null || owner.state !== "MODULE_STATE_LIVE") {
      pr_warn(current.kernel, `${mod.name}: Unknown symbol of ${name} (err -2)`);
      return -ENOENT;
    }
    try_module_get(current, owner);
    owner.users.unshift(mod);
    mod.uses.push(owner);
  }
  return 0;
}

function unload_uses(current: Frame, mod: module): void {
  for (const owner of mod.uses.splice(0)) {
    owner.users.splice(owner.users.indexOf(mod), 1);
    module_put(current, owner);
  }
}

function parse_args(current: Frame, mod: module, args: string): number {
  for (const word of args.split(/\s+/).filter((text) => text !== "")) {
    const at = word.indexOf("=");
    const name = at < 0 ? word : word.slice(0, at);
    const parameter = mod.parameters.find(name);
    if (parameter === undefined) {
      pr_warn(current.kernel, `${mod.name}: unknown parameter '${name}' ignored`);
      continue;
    }
    const text = at < 0 ? null : word.slice(at + 1);
    const error = mod.parameters.set(parameter, text);
    if (error === 0) continue;
    pr_err(current.kernel, `${mod.name}: \`${text ?? ""}' invalid for parameter \`${name}'`);
    return error;
  }
  return 0;
}

async function do_init_module(caller: Frame, mod: module): Promise<number> {
  const { kernel } = caller;
  const { module_wq, modules, sysfs } = statics(kernel);
  sysfs?.setup(caller, mod);
  const current = caller.enter("do_init_module");
  const error = (await mod.description.init?.(current.enter("do_one_initcall"), mod)) ?? 0;
  current.writes(mod);
  if (error < 0) {
    mod.state = "MODULE_STATE_GOING";
    await free_module(current, mod);
  } else {
    mod.state = "MODULE_STATE_LIVE";
    module_put(current, mod);
  }
  current.writes(modules);
  current.writes(module_wq);
  module_wq.wake_up();
  return error < 0 ? error : 0;
}

async function free_module(caller: Frame, mod: module): Promise<void> {
  const current = caller.enter("free_module");
  const { module_mutex, modules, sysfs } = statics(current.kernel);
  await sysfs?.teardown(current, mod);
  await mutex_lock(current, module_mutex);
  unload_uses(current, mod);
  current.writes(modules);
  modules.splice(modules.indexOf(mod), 1);
  mutex_unlock(current, module_mutex);
}

/**
 * delete_module(2): -ENOENT if there is no such module, -EAGAIN while modules or others use it, -EBUSY while its init
 * or exit runs and for a module without exit. Runs its exit, which may sleep, without any lock.
 */
export async function __do_sys_delete_module(caller: Frame, name: string): Promise<number> {
  const current = caller.enter("__do_sys_delete_module");
  const { module_mutex, module_wq } = statics(current.kernel);
  if ((await mutex_lock_interruptible(current, module_mutex)) !== 0) return -EINTR;
  const mod = find_module(current, name);
  const error = mod === null ? -ENOENT : try_stop_module(mod);
  if (error === 0 && mod !== null) {
    current.writes(mod);
    mod.state = "MODULE_STATE_GOING";
  }
  mutex_unlock(current, module_mutex);
  if (error !== 0 || mod === null) return error;
  await mod.description.exit?.(current, mod);
  await free_module(current, mod);
  current.writes(module_wq);
  module_wq.wake_up();
  return 0;
}

function try_stop_module(mod: module): number {
  if (mod.users.length > 0) return -EAGAIN;
  if (mod.state !== "MODULE_STATE_LIVE") return -EBUSY;
  if (mod.description.init !== undefined && mod.description.exit === undefined) return -EBUSY;
  return mod.refcnt === 0 ? 0 : -EAGAIN;
}

/** What a write to /sys/module/NAME/parameters/PARAMETER does: 0 or a negative errno. */
export function param_attr_store(current: Frame, mod: module, parameter: ModuleParameter, text: string): number {
  current.writes(mod.parameters);
  const value = parameter.type === "charp" ? text.replace(/\n$/, "") : text;
  return parameter.perm === undefined ? -EINVAL : mod.parameters.set(parameter, value);
}
