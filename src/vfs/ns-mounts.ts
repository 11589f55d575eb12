/** Which namespaces are pinned by mounts, and where: for reports, read from outside while nothing runs. */
import type { Kernel } from "../kernel/index.ts";
import { initMntNs } from "./fs-struct.ts";
import type { mount } from "./mount.ts";
import type { ns_common } from "./nsfs.ts";
import { namespaceOf } from "./nsfs.ts";

export interface NamespaceMount {
  /** The file's name, without its directory: what `ip netns` calls the namespace. */
  readonly name: string;
  readonly ns: ns_common;
}

/** The nsfs mounts of the mount namespace that the machine booted with, in order. */
export function namespaceMounts(kernel: Kernel): readonly NamespaceMount[] {
  const found: NamespaceMount[] = [];
  for (const mnt of initMntNs(kernel).list) {
    const ns = namespaceOf(mnt.mnt_root);
    if (ns !== null) found.push({ name: mountpointName(mnt), ns });
  }
  return found;
}

function mountpointName(mnt: mount): string {
  return mnt.mnt_mountpoint?.d_name ?? "";
}
