/**
 * Models mount propagation (fs/pnode.c): what is mounted or unmounted on a shared mount happens on its peers and slaves too.
 * This is how an `ip netns del` in one mount namespace lets go of the copies in others.
 * Left out: unbindable mounts, dominating peer groups in mountinfo.
 */
import type { Frame } from "../kernel/index.ts";
import type { dentry } from "./fs.ts";
import { allMounts, attach_mnt, copy_tree, isBelow, type mount, mountTree, newPeerGroup, type peer_group, umount_tree } from "./mount.ts";

/** propagation_next(): the peers and slaves of a shared mount, and what receives from those. Without the mount itself. */
export function propagationTargets(current: Frame, source: mount): mount[] {
  if (source.mnt_group === null) return [];
  const found = new Set<mount>();
  const groups: peer_group[] = [source.mnt_group];
  for (let group = groups.shift(); group !== undefined; group = groups.shift()) {
    for (const each of allMounts(current)) {
      if (each === source || found.has(each) || (each.mnt_group !== group && each.mnt_master !== group)) continue;
      found.add(each);
      if (each.mnt_group !== null && each.mnt_group !== group) groups.push(each.mnt_group);
    }
  }
  return [...found];
}

/** attach_recursive_mnt(): attaches a tree and copies of it to all that receive from the mount it goes on. */
export function attach_recursive_mnt(current: Frame, tree: mount, mnt: mount, mountpoint: dentry): void {
  if (mnt.mnt_group !== null) for (const each of mountTree(tree)) each.mnt_group ??= newPeerGroup(current);
  const targets = propagationTargets(current, mnt).filter((target) => isBelow(mountpoint, target.mnt_root));
  for (const target of targets) {
    const copy = copy_tree(current, tree, tree.mnt_root, true);
    if (target.mnt_group === null) for (const each of mountTree(copy)) makeSlave(each);
    attach_mnt(current, copy, { mnt: target, dentry: mountpoint });
  }
  attach_mnt(current, tree, { mnt, dentry: mountpoint });
}

/** propagate_umount(): unmounts a tree, and what stands at the same places on peers and slaves; returns all that went. */
export function propagate_umount(current: Frame, top: mount, lazy: boolean): mount[] {
  const copies: mount[] = [];
  for (const each of mountTree(top)) {
    if (each.mnt_parent === null) continue;
    for (const target of propagationTargets(current, each.mnt_parent)) {
      const copy = target.mnt_mounts.findLast((m) => m.mnt_mountpoint === each.mnt_mountpoint && m.mnt_root === each.mnt_root);
      if (copy !== undefined && (lazy || copy.mnt_mounts.length === 0)) copies.push(copy);
    }
  }
  const gone = umount_tree(current, top);
  for (const copy of copies) if (copy.mnt_ns !== null) gone.push(...umount_tree(current, copy));
  return gone;
}

/** do_make_slave(): receives from its former peers, gives nothing back. */
export function makeSlave(mnt: mount): void {
  if (mnt.mnt_group === null) return;
  mnt.mnt_master = mnt.mnt_group;
  mnt.mnt_group = null;
}
