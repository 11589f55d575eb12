/**
 * What jq finds outside of itself: the emulated machine's input, files, environment and clock, in place of those that the
 * loader of jq-wasm would give it. The loader hands a run's output over trimmed; here every byte that jq writes is seen where
 * it is written.
 * Left out: files that jq would open by a name that is not among its arguments (modules, `input_filename` of a directory).
 */

/** What one run of jq finds outside of itself. */
export interface JqWorld {
  readonly args: readonly string[];
  readonly env: ReadonlyMap<string, string>;
  readonly stdin: Uint8Array;
  /** What opening a name gives: the content, or a negative errno of Linux. */
  readonly files: ReadonlyMap<string, Uint8Array | number>;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** True for the descriptors that are a terminal. */
  isatty(fd: number): boolean;
}

export interface JqResult {
  /** What was written, in order. */
  readonly output: readonly { readonly fd: number; readonly bytes: Uint8Array }[];
  readonly status: number;
  /** The limit that ended it. */
  readonly exceeded: JqLimit | null;
}

/** What a run may use up: what it writes, its memory, the rounds of its interpreters. */
export type JqLimit = "output" | "memory" | "rounds";

/** Output of one run that is kept, bytes. */
const MAX_OUTPUT = 16 * 1024 * 1024;

/** Memory that a run gets, bytes: as much as the loader would give it. */
const MAX_MEMORY = 256 * 1024 * 1024;

/** jq's memory. Its buffer is another one when it has grown. */
export type Memory = { readonly buffer: ArrayBuffer };

/** A function that jq's code imports. */
export type Import = (...args: number[]) => number;

/** The errnos of jq's C library (WASI's numbering) for those of Linux that opening a file can give. */
const WASI_ERRNO: ReadonlyMap<number, number> = new Map([
  [2, 44],
  [13, 2],
  [20, 54],
  [21, 31],
  [40, 32],
]);
const WASI_EIO = 29;

const FIRST_FILE = 1000;
const S_IFREG_0644 = 0o100644;
/** Offset of st_mode in the C library's struct stat, and its size. */
const [STAT_MODE, STAT_SIZE] = [4, 96];

/** WASI's struct fdstat, which begins with the type of the file, and two types. */
const [FDSTAT_SIZE, CHARACTER_DEVICE, REGULAR_FILE] = [24, 2, 4];

/** Ends a run that writes or takes too much. */
class TooMuch {}

interface OpenFile {
  readonly bytes: Uint8Array;
  at: number;
}

/** The system interface of one run. Numbers are addresses in jq's memory. */
export class JqHost {
  readonly output: { readonly fd: number; readonly bytes: Uint8Array }[] = [];
  tooMuch = false;
  tooLarge = false;
  private readonly world: JqWorld;
  private readonly memory: Memory;
  private readonly open = new Map<number, OpenFile>();
  private size = 0;

  constructor(world: JqWorld, memory: Memory) {
    this.world = world;
    this.memory = memory;
    this.open.set(0, { bytes: world.stdin, at: 0 });
  }

  private get view(): DataView {
    return new DataView(this.memory.buffer);
  }

  private vectors(iov: number, count: number): Uint8Array[] {
    const { view } = this;
    return Array.from({ length: count }, (_, i) => {
      const at = iov + 8 * i;
      return new Uint8Array(this.memory.buffer, view.getUint32(at, true), view.getUint32(at + 4, true));
    });
  }

  write(fd: number, iov: number, count: number, written: number): number {
    let total = 0;
    for (const piece of this.vectors(iov, count)) {
      total += piece.length;
      if (piece.length > 0) this.output.push({ fd, bytes: piece.slice() });
    }
    this.view.setUint32(written, total, true);
    this.size += total;
    if (this.size <= MAX_OUTPUT) return 0;
    this.tooMuch = true;
    throw new TooMuch();
  }

  read(fd: number, iov: number, count: number, got: number): number {
    const file = this.open.get(fd);
    let total = 0;
    for (const room of this.vectors(iov, count)) {
      const piece = file?.bytes.subarray(file.at, file.at + room.length) ?? new Uint8Array(0);
      room.set(piece);
      total += piece.length;
      if (file !== undefined) file.at += piece.length;
    }
    this.view.setUint32(got, total, true);
    return 0;
  }

  close(fd: number): number {
    if (fd >= FIRST_FILE) this.open.delete(fd);
    return 0;
  }

  openat(path: number): number {
    const found = this.world.files.get(this.text(path)) ?? -2;
    if (typeof found === "number") return -(WASI_ERRNO.get(-found) ?? WASI_EIO);
    const fd = FIRST_FILE + this.open.size;
    this.open.set(fd, { bytes: found, at: 0 });
    return fd;
  }

  /** fd_fdstat_get: jq asks it whether it writes to a terminal. */
  fdstat(fd: number, buf: number): number {
    new Uint8Array(this.memory.buffer, buf, FDSTAT_SIZE).fill(0);
    this.view.setUint8(buf, this.world.isatty(fd) ? CHARACTER_DEVICE : REGULAR_FILE);
    return 0;
  }

  /** True if it is an open descriptor of this run. */
  has(fd: number): boolean {
    return this.open.has(fd);
  }

  fstat(buf: number): number {
    new Uint8Array(this.memory.buffer, buf, STAT_SIZE).fill(0);
    this.view.setUint32(buf + STAT_MODE, S_IFREG_0644, true);
    return 0;
  }

  private text(at: number): string {
    const bytes = new Uint8Array(this.memory.buffer);
    return new TextDecoder().decode(bytes.slice(at, bytes.indexOf(0, at)));
  }

  /** Memory that jq asks for. Beyond the limit it gets none, and the run is over. */
  grow(size: number, original: Import): number {
    return size >>> 0 > MAX_MEMORY ? this.outOfMemory() : original(size);
  }

  /** Also jq's abort(): it calls it when it gets no memory. */
  outOfMemory(): never {
    this.tooLarge = true;
    throw new TooMuch();
  }

  get now(): number {
    return this.world.now;
  }

  private get variables(): Uint8Array[] {
    return [...this.world.env].map(([name, value]) => new TextEncoder().encode(`${name}=${value}\0`));
  }

  environSizes(count: number, size: number): number {
    const { variables, view } = this;
    view.setUint32(count, variables.length, true);
    view.setUint32(
      size,
      variables.reduce((sum, { length }) => sum + length, 0),
      true,
    );
    return 0;
  }

  environ(environ: number, buffer: number): number {
    let at = buffer;
    for (const [i, variable] of this.variables.entries()) {
      this.view.setUint32(environ + 4 * i, at, true);
      new Uint8Array(this.memory.buffer, at, variable.length).set(variable);
      at += variable.length;
    }
    return 0;
  }
}

/**
 * The import of this name (the loader's functions keep the names of WASI) as it answers for the run that `host` says is
 * going on, or the loader's own.
 */
export function systemCall(name: string, original: Import, host: () => JqHost): Import {
  switch (name) {
    case "_fd_write":
      return (fd = 0, iov = 0, count = 0, written = 0) => host().write(fd, iov, count, written);
    case "_fd_read":
      return (fd = 0, iov = 0, count = 0, got = 0) => host().read(fd, iov, count, got);
    case "_fd_close":
      return (fd = 0) => host().close(fd);
    case "___syscall_openat":
      return (_dir = 0, path = 0) => host().openat(path);
    case "___syscall_fstat64":
      return (fd = 0, buf = 0) => (host().has(fd) ? host().fstat(buf) : original(fd, buf));
    case "_fd_fdstat_get":
      return (fd = 0, buf = 0) => host().fdstat(fd, buf);
    case "_environ_sizes_get":
      return (count = 0, size = 0) => host().environSizes(count, size);
    case "_environ_get":
      return (environ = 0, buffer = 0) => host().environ(environ, buffer);
    case "_emscripten_resize_heap":
      return (size = 0) => host().grow(size, original);
    case "__abort_js":
      return () => host().outOfMemory();
    case "_emscripten_date_now":
      return () => host().now;
    default:
      return original;
  }
}
