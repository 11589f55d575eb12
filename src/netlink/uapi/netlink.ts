/**
 * Models include/uapi/linux/netlink.h beyond the message format (wire.ts): the socket family, socket options, and what
 * bind(2) takes.
 */
export const AF_NETLINK = 16;
export const SOL_NETLINK = 270;

export const NETLINK_ADD_MEMBERSHIP = 1;
export const NETLINK_DROP_MEMBERSHIP = 2;
export const NETLINK_NO_ENOBUFS = 5;
export const NETLINK_CAP_ACK = 10;
export const NETLINK_EXT_ACK = 11;
export const NETLINK_GET_STRICT_CHK = 12;

/** Socket level and option that change the size of the receive queue. */
export const SOL_SOCKET = 1;
export const SO_SNDBUF = 7;
export const SO_RCVBUF = 8;

/** Flags of recv(2) and the events of poll(2) that netlink sockets know. */
export const MSG_PEEK = 0x02;
export const MSG_DONTWAIT = 0x40;
export const POLLIN = 0x01;
export const POLLOUT = 0x04;
export const POLLERR = 0x08;
