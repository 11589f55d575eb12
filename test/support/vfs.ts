/** Runs tasks over a bare kernel with a file tree, for tests of the vfs room: each task has its own descriptors, cwd and mounts. */
import { type Frame, Kernel, spawnTask } from "../../src/kernel/index.ts";
import {
  copy_fs_struct,
  current_fs,
  current_mnt_ns,
  exit_files,
  exit_fs,
  files_struct,
  mountInitial,
  task_files,
  task_fs,
  task_mnt_ns,
  vfs_init,
} from "../../src/vfs/index.ts";
import { type Body, runKernel } from "./kernel.ts";

/** Boots a tree, then starts one task for each body, in order, and runs until nothing can run any more. */
export async function runWithTree(bodies: Readonly<Record<string, Body>>): Promise<Kernel> {
  const kernel = new Kernel();
  kernel.exitHooks.push(async (current) => {
    await exit_files(current);
    await exit_fs(current);
    const ns = task_mnt_ns.get(current.task);
    task_mnt_ns.set(current.task, undefined);
    await ns?.put(current);
  });
  await runTask(kernel, "boot", async (current) => {
    vfs_init(current);
    mountInitial(current);
  });
  for (const [comm, body] of Object.entries(bodies)) startTask(kernel, comm, body);
  await runKernel(kernel);
  return kernel;
}

/** Runs one more task on such a kernel, to its end. */
export async function runTask(kernel: Kernel, comm: string, body: Body): Promise<void> {
  startTask(kernel, comm, body);
  await runKernel(kernel);
}

function startTask(kernel: Kernel, comm: string, body: Body): void {
  const booting = comm === "boot";
  spawnTask(kernel, { comm, parent: null, body, prepare: (task) => void (booting || enter(task.root)) });
}

function enter(frame: Frame): void {
  const mnt = current_mnt_ns(frame);
  mnt.get(frame);
  task_mnt_ns.set(frame.task, mnt);
  task_fs.set(frame.task, copy_fs_struct(current_fs(frame)));
  task_files.set(frame.task, new files_struct());
}
