/**
 * Models net/socket.c for AF_NETLINK: a socket as an open file over the netlink room.
 * Left out: every other family (-EAFNOSUPPORT), connect, shutdown, ancillary data.
 */
import { EAFNOSUPPORT, EBADF, EINVAL, ENOTSOCK, EPROTONOSUPPORT, type Frame, request_module, staticData } from "../kernel/index.ts";
import { current_net } from "../net/index.ts";
import {
  netlink_bind,
  netlink_create,
  netlink_poll,
  netlink_recvmsg,
  netlink_release,
  netlink_sendmsg,
  netlink_setsockopt,
  netlink_sock,
} from "../netlink/index.ts";
import {
  dentry,
  fd_install,
  fget,
  file,
  type file_operations,
  type file_system_type,
  fput,
  get_anon_bdev,
  get_file,
  inode,
  kern_mount,
  type mount,
  O_CLOEXEC,
  O_NONBLOCK,
  O_RDWR,
  poll_wait,
  S_IFSOCK,
  super_block,
} from "../vfs/index.ts";

const AF_NETLINK = 16;
const SOCK_DGRAM = 2;
const SOCK_RAW = 3;
const SOCK_TYPE_MASK = 0xf;
const MSG_DONTWAIT = 0x40;
const SOCKFS_MAGIC = 0x534f434b;

const sock_fs_type: file_system_type = { name: "sockfs", magic: SOCKFS_MAGIC };

const statics = staticData((kernel) => ({ sb: new super_block(kernel, sock_fs_type, get_anon_bdev(kernel)), mnt: null as mount | null }));

const socket_file_ops: file_operations = {
  seekable: false,
  read: (current, file, _count) => netlink_recvmsg(current.enter("sock_read_iter"), sockOf(file), file.nonblocking ? MSG_DONTWAIT : 0),
  write: (current, file, bytes) => netlink_sendmsg(current.enter("sock_write_iter"), sockOf(file), bytes),
  poll: (current, file, table) => {
    const sock = sockOf(file);
    poll_wait(sock.wait, table);
    return netlink_poll(current, sock);
  },
  release: (current, file) => netlink_release(current.enter("sock_close"), sockOf(file)),
};

/** __sys_socket(): a descriptor, or -EAFNOSUPPORT, -EINVAL, -EPROTONOSUPPORT, -EMFILE. */
export async function __sys_socket(caller: Frame, domain: number, type: number, protocol: number): Promise<number> {
  const current = caller.enter("__sys_socket");
  if (domain !== AF_NETLINK) return -EAFNOSUPPORT;
  const kind = type & SOCK_TYPE_MASK;
  if (kind !== SOCK_RAW && kind !== SOCK_DGRAM) return -EINVAL;
  let sock = netlink_create(current, current_net(current), protocol);
  if (sock === -EPROTONOSUPPORT) {
    await request_module(current, `net-pf-${AF_NETLINK}-proto-${protocol}`);
    sock = netlink_create(current, current_net(current), protocol);
  }
  if (typeof sock === "number") return sock;
  const opened = sock_alloc_file(current, sock, type & O_NONBLOCK);
  const fd = fd_install(current, opened, (type & O_CLOEXEC) !== 0);
  if (fd < 0) await fput(current, opened);
  return fd;
}

/** __sys_bind() for a netlink address. */
export function __sys_bind(caller: Frame, fd: number, portid: number, groups: number): number {
  const current = caller.enter("__sys_bind");
  const sock = sockfd_lookup(current, fd);
  return typeof sock === "number" ? sock : netlink_bind(current, sock, portid, groups);
}

/** __sys_setsockopt() with an integer value. */
export function __sys_setsockopt(caller: Frame, fd: number, level: number, option: number, value: number): number {
  const current = caller.enter("__sys_setsockopt");
  const sock = sockfd_lookup(current, fd);
  return typeof sock === "number" ? sock : netlink_setsockopt(current, sock, level, option, value);
}

/** __sys_sendto(): the kernel's handler of the message runs in this task. */
export async function __sys_sendto(caller: Frame, fd: number, bytes: Uint8Array): Promise<number> {
  const current = caller.enter("__sys_sendto");
  const sock = sockfd_lookup(current, fd);
  if (typeof sock === "number") return sock;
  const held = get_file(current, fget(current, fd) as file);
  const result = await netlink_sendmsg(current.enter("__sock_sendmsg"), sock, bytes);
  await fput(current, held);
  return result;
}

/** __sys_recvfrom(): one datagram. */
export async function __sys_recvfrom(caller: Frame, fd: number, flags: number): Promise<Uint8Array | number> {
  const current = caller.enter("__sys_recvfrom");
  const sock = sockfd_lookup(current, fd);
  if (typeof sock === "number") return sock;
  const held = get_file(current, fget(current, fd) as file);
  const result = await netlink_recvmsg(current.enter("sock_recvmsg"), sock, held.nonblocking ? flags | MSG_DONTWAIT : flags);
  await fput(current, held);
  return result;
}

function sock_alloc_file(current: Frame, sock: netlink_sock, flags: number): file {
  const own = statics(current.kernel);
  const node = new inode(own.sb, S_IFSOCK | 0o777, {}, socket_file_ops);
  const entry = new dentry(`socket:[${node.i_ino}]`, null, node);
  own.mnt ??= kern_mount(current.kernel, new dentry("", null, node), "sockfs");
  const opened = new file({ mnt: own.mnt, dentry: entry }, socket_file_ops, O_RDWR | flags);
  opened.private_data = sock;
  return opened;
}

function sockOf(file: file): netlink_sock {
  return file.private_data as netlink_sock;
}

function sockfd_lookup(current: Frame, fd: number): netlink_sock | number {
  const found = fget(current, fd);
  if (found === null) return -EBADF;
  return found.private_data instanceof netlink_sock ? found.private_data : -ENOTSOCK;
}
