/** The vfs room: the file tree, mounts, descriptors; tmpfs, nsfs, procfs, sysfs, debugfs, pipes, devices. */

export {
  __do_sys_chdir,
  do_fchmodat,
  do_linkat,
  do_mkdirat,
  do_mkfifo,
  do_renameat2,
  do_rmdir,
  do_symlinkat,
  do_unlinkat,
  do_utimes,
} from "./change.ts";
export { openSink } from "./chardev.ts";
export {
  debugfs_create_bool,
  debugfs_create_dir,
  debugfs_create_file,
  debugfs_create_symlink,
  debugfs_create_u32,
  debugfs_remove,
} from "./debugfs.ts";
export {
  close_fd,
  do_close_on_exec,
  dup_fd,
  exit_files,
  f_dupfd,
  fd_install,
  fget,
  files_struct,
  fput,
  get_file,
  ksys_dup3,
  set_close_on_exec,
  task_files,
} from "./fdtable.ts";
export { __do_sys_flock, LOCK_EX, LOCK_NB, LOCK_SH } from "./flock.ts";
export { type Folder, type FolderEntry, mountFolder } from "./folder.ts";
export * from "./fs.ts";
export { copy_fs_struct, current_fs, current_mnt_ns, exit_fs, fs_struct, task_fs, task_mnt_ns } from "./fs-struct.ts";
export { installFile, mountInitial, vfs_init } from "./init.ts";
export { __do_sys_inotify_add_watch, do_inotify_init } from "./inotify.ts";
export { type Attribute, type AttributeOps, kernfs_find, type kernfs_node } from "./kernfs.ts";
export { kern_mount, type mnt_namespace, type mount } from "./mount.ts";
export { d_path, path_lookup } from "./namei.ts";
export {
  copy_mnt_ns,
  do_mount,
  ksys_umount,
  MNT_DETACH,
  MS_BIND,
  MS_NOSUID,
  MS_RDONLY,
  MS_REC,
  MS_SHARED,
  MS_SLAVE,
  mntns_install,
} from "./namespace.ts";
export { namespaceMounts } from "./ns-mounts.ts";
export {
  CLONE_NEWNET,
  CLONE_NEWNS,
  CLONE_NEWUSER,
  CLONE_NEWUTS,
  NSFS_MAGIC,
  type ns_common,
  ns_of_fd,
} from "./nsfs.ts";
export { do_filp_open, do_sys_ftruncate, do_sys_open, vfs_open } from "./open.ts";
export { do_pipe2 } from "./pipe.ts";
export {
  proc_create,
  proc_ns_entry,
  proc_pid_entry,
  proc_pid_link,
  proc_symlink,
  remove_proc_entry,
} from "./proc.ts";
export { ksys_lseek, ksys_read, ksys_write, SEEK_CUR, SEEK_DATA, SEEK_END, SEEK_SET } from "./read-write.ts";
export { copy_rlimits, do_prlimit, type Resource, type rlimit, task_rlimit } from "./rlimit.ts";
export { do_sys_poll, POLLIN, POLLNVAL, POLLOUT, poll_queue_head, poll_wait } from "./select.ts";
export {} from "./shmem.ts";
export { do_faccessat, do_readlinkat, iterate_dir, user_statfs, vfs_fstat, vfs_statx } from "./stat.ts";
export { get_anon_bdev, proc_alloc_inum } from "./super.ts";
export {
  kobj_ns_type_register,
  sysfs_create_dir,
  sysfs_create_file,
  sysfs_create_group,
  sysfs_create_link,
  sysfs_ensure_dir,
  sysfs_exit_ns,
  sysfs_remove_dir,
  sysfs_remove_file,
  sysfs_remove_file_self,
  sysfs_remove_link,
  sysfs_rename_dir,
  sysfs_rename_link,
  sysfs_root,
} from "./sysfs.ts";
export { Terminal } from "./tty.ts";
