/**
 * Models include/uapi/asm-generic/errno{,-base}.h: the error numbers that modelled functions return, negated, and
 * the text that user space prints for them (glibc strerror).
 */
export const EPERM = 1;
export const ENOENT = 2;
export const ESRCH = 3;
export const EINTR = 4;
export const EIO = 5;
export const ENXIO = 6;
export const E2BIG = 7;
export const ENOEXEC = 8;
export const EBADF = 9;
export const ECHILD = 10;
export const EAGAIN = 11;
export const ENOMEM = 12;
export const EACCES = 13;
export const EFAULT = 14;
export const EBUSY = 16;
export const EEXIST = 17;
export const EXDEV = 18;
export const ENODEV = 19;
export const ENOTDIR = 20;
export const EISDIR = 21;
export const EINVAL = 22;
export const ENFILE = 23;
export const EMFILE = 24;
export const ENOTTY = 25;
export const EFBIG = 27;
export const ENOSPC = 28;
export const ESPIPE = 29;
export const EROFS = 30;
export const EMLINK = 31;
export const EPIPE = 32;
export const ERANGE = 34;
export const EDEADLK = 35;
export const ENAMETOOLONG = 36;
export const ENOTEMPTY = 39;
export const ELOOP = 40;
export const ENOMSG = 42;
export const ENODATA = 61;
export const EPROTO = 71;
export const EOVERFLOW = 75;
export const ENOTSOCK = 88;
export const EMSGSIZE = 90;
export const EPROTONOSUPPORT = 93;
export const EOPNOTSUPP = 95;
export const EAFNOSUPPORT = 97;
export const EADDRINUSE = 98;
export const EADDRNOTAVAIL = 99;
export const ENETDOWN = 100;
export const ENETUNREACH = 101;
export const ENOBUFS = 105;
export const EISCONN = 106;
export const ENOTCONN = 107;
export const ETIMEDOUT = 110;
export const EHOSTUNREACH = 113;
export const EALREADY = 114;
export const EINPROGRESS = 115;
export const ECANCELED = 125;
/** Kernel-internal: the operation is not supported (include/linux/errno.h). */
export const ENOTSUPP = 524;

const text: Readonly<Record<number, string>> = {
  0: "Success",
  [EPERM]: "Operation not permitted",
  [ENOENT]: "No such file or directory",
  [ESRCH]: "No such process",
  [EINTR]: "Interrupted system call",
  [EIO]: "Input/output error",
  [ENXIO]: "No such device or address",
  [E2BIG]: "Argument list too long",
  [ENOEXEC]: "Exec format error",
  [EBADF]: "Bad file descriptor",
  [ECHILD]: "No child processes",
  [EAGAIN]: "Resource temporarily unavailable",
  [ENOMEM]: "Cannot allocate memory",
  [EACCES]: "Permission denied",
  [EFAULT]: "Bad address",
  [EBUSY]: "Device or resource busy",
  [EEXIST]: "File exists",
  [EXDEV]: "Invalid cross-device link",
  [ENODEV]: "No such device",
  [ENOTDIR]: "Not a directory",
  [EISDIR]: "Is a directory",
  [EINVAL]: "Invalid argument",
  [ENFILE]: "Too many open files in system",
  [EMFILE]: "Too many open files",
  [ENOTTY]: "Inappropriate ioctl for device",
  [EFBIG]: "File too large",
  [ENOSPC]: "No space left on device",
  [ESPIPE]: "Illegal seek",
  [EROFS]: "Read-only file system",
  [EMLINK]: "Too many links",
  [EPIPE]: "Broken pipe",
  [ERANGE]: "Numerical result out of range",
  [EDEADLK]: "Resource deadlock avoided",
  [ENAMETOOLONG]: "File name too long",
  [ENOTEMPTY]: "Directory not empty",
  [ELOOP]: "Too many levels of symbolic links",
  [ENOMSG]: "No message of desired type",
  [ENODATA]: "No data available",
  [EPROTO]: "Protocol error",
  [EOVERFLOW]: "Value too large for defined data type",
  [ENOTSOCK]: "Socket operation on non-socket",
  [EMSGSIZE]: "Message too long",
  [EPROTONOSUPPORT]: "Protocol not supported",
  [EOPNOTSUPP]: "Operation not supported",
  [EAFNOSUPPORT]: "Address family not supported by protocol",
  [EADDRINUSE]: "Address already in use",
  [EADDRNOTAVAIL]: "Cannot assign requested address",
  [ENETDOWN]: "Network is down",
  [ENETUNREACH]: "Network is unreachable",
  [ENOBUFS]: "No buffer space available",
  [EISCONN]: "Transport endpoint is already connected",
  [ENOTCONN]: "Transport endpoint is not connected",
  [ETIMEDOUT]: "Connection timed out",
  [EHOSTUNREACH]: "No route to host",
  [EALREADY]: "Operation already in progress",
  [EINPROGRESS]: "Operation now in progress",
  [ECANCELED]: "Operation canceled",
};

/** The text glibc prints for an error number; accepts the kernel's negative form too. */
export function strerror(errno: number): string {
  return text[Math.abs(errno)] ?? `Unknown error ${Math.abs(errno)}`;
}
