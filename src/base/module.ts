/**
 * Models what user space sees of modules: /proc/modules (kernel/module.c m_show, v5.10) and /sys/module/NAME
 * (mod_sysfs_setup, kernel/params.c). Addresses are those that kptr_restrict shows.
 * Left out: sections, notes, srcversion, taint flags, parameters of what is built in.
 */
import { type Frame, type Kernel, loadedModules, type module, param_attr_store, setModuleSysfs, staticData } from "../kernel/index.ts";
import {
  type kernfs_node,
  proc_create,
  sysfs_create_dir,
  sysfs_create_file,
  sysfs_create_link,
  sysfs_ensure_dir,
  sysfs_remove_dir,
  sysfs_remove_link,
} from "../vfs/index.ts";
import type { device_driver } from "./device.ts";

const STATE_WORDS = { MODULE_STATE_COMING: "Loading", MODULE_STATE_LIVE: "Live", MODULE_STATE_GOING: "Unloading" } as const;
const INITSTATES = { MODULE_STATE_COMING: "coming", MODULE_STATE_LIVE: "live", MODULE_STATE_GOING: "going" } as const;

/** Directories of a module below /sys/module. */
interface ModuleDirs {
  readonly dir: kernfs_node;
  readonly holders: kernfs_node | null;
  /** Made with its first driver. */
  drivers: kernfs_node | null;
}

const statics = staticData(() => new Map<module, ModuleDirs>());

/** Makes /proc/modules and /sys/module. Once, at boot. */
export function module_init(current: Frame): void {
  const { kernel } = current;
  sysfs_ensure_dir(current, "module");
  proc_create(kernel, "modules", { show: ({ kernel: own }) => modulesText(own) });
  setModuleSysfs(kernel, { setup: mod_sysfs_setup, teardown: mod_sysfs_teardown });
}

function modulesText(kernel: Kernel): string {
  return loadedModules(kernel)
    .map((mod) => {
      const permanent = mod.description.init !== undefined && mod.description.exit === undefined ? "[permanent]," : "";
      const users = mod.users.map((user) => `${user.name},`).join("") + permanent;
      return `${mod.name} ${mod.size} ${mod.refcount} ${users === "" ? "-" : users} ${STATE_WORDS[mod.state]} 0x0000000000000000\n`;
    })
    .join("");
}

function mod_sysfs_setup(caller: Frame, mod: module): void {
  const current = caller.enter("mod_sysfs_setup");
  const dir = sysfs_create_dir(current, sysfs_ensure_dir(current, "module"), mod.name);
  if (typeof dir === "number") return;
  const holders = sysfs_create_dir(current, dir, "holders");
  statics(current.kernel).set(mod, { dir, holders: orNull(holders), drivers: null });
  const readable = (name: string, show: () => string): number => sysfs_create_file(current, dir, { name, mode: 0o444, show });
  readable("coresize", () => `${mod.size}\n`);
  readable("initsize", () => "0\n");
  readable("initstate", () => `${INITSTATES[mod.state]}\n`);
  readable("refcnt", () => `${mod.refcount}\n`);
  readable("taint", () => "\n");
  sysfs_create_file(current, dir, { name: "uevent", mode: 0o200, store: (_writer, text) => text.length });
  for (const owner of mod.uses) {
    const at = statics(current.kernel).get(owner);
    if (at?.holders) sysfs_create_link(current, at.holders, dir, mod.name);
  }
  addParameters(current, mod, dir);
}

function addParameters(current: Frame, mod: module, dir: kernfs_node): void {
  const visible = mod.parameters.declared.filter(({ perm }) => perm !== undefined);
  if (visible.length === 0) return;
  const parameters = sysfs_create_dir(current, dir, "parameters");
  if (typeof parameters === "number") return;
  for (const parameter of visible) {
    sysfs_create_file(current, parameters, {
      name: parameter.name,
      mode: parameter.perm ?? 0,
      show: (reader) => {
        reader.reads(mod.parameters);
        return `${mod.parameters.text(parameter.name)}\n`;
      },
      store: (writer, text) => param_attr_store(writer.enter("param_attr_store"), mod, parameter, text) || text.length,
    });
  }
}

/** module_add_driver(): links between a driver's directory and its module's. */
export function module_add_driver(current: Frame, mod: module, drv: device_driver, dir: kernfs_node): void {
  const own = statics(current.kernel).get(mod);
  if (own === undefined) return;
  sysfs_create_link(current, dir, own.dir, "module");
  own.drivers ??= orNull(sysfs_create_dir(current, own.dir, "drivers"));
  if (own.drivers !== null) sysfs_create_link(current, own.drivers, dir, `${drv.bus.name}:${drv.name}`);
}

/** module_remove_driver() */
export async function module_remove_driver(current: Frame, mod: module, drv: device_driver, dir: kernfs_node): Promise<void> {
  const own = statics(current.kernel).get(mod);
  if (own === undefined) return;
  await sysfs_remove_link(current, dir, "module");
  if (own.drivers !== null) await sysfs_remove_link(current, own.drivers, `${drv.bus.name}:${drv.name}`);
}

function orNull(node: kernfs_node | number): kernfs_node | null {
  return typeof node === "number" ? null : node;
}

async function mod_sysfs_teardown(caller: Frame, mod: module): Promise<void> {
  const current = caller.enter("mod_sysfs_teardown");
  const known = statics(current.kernel);
  const own = known.get(mod);
  if (own === undefined) return;
  known.delete(mod);
  for (const owner of mod.uses) {
    const at = known.get(owner);
    if (at?.holders) await sysfs_remove_link(current, at.holders, mod.name);
  }
  await sysfs_remove_dir(current, own.dir);
}
