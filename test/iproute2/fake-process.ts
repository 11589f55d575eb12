/** A process for programs under test: no kernel, only a few files and netlink sockets that answer from a function. */
import { EBADF, EEXIST, EINVAL, ENOENT } from "../../src/kernel/index.ts";
import {
  AttributeWriter,
  concatBytes,
  encodeMessage,
  type NetlinkMessage,
  NLM_F_ACK,
  NLM_F_ACK_TLVS,
  NLM_F_CAPPED,
  NLM_F_DUMP,
  NLM_F_MULTI,
  NLMSG_DONE,
  NLMSG_ERROR,
  NLMSGERR_ATTR_MSG,
  parseMessages,
  viewOf,
} from "../../src/netlink/index.ts";
import type { Process, Program } from "../../src/syscall/index.ts";

/** What a canned kernel answers: payloads of messages, or an error with or without words. */
export type CannedAnswer =
  | readonly { readonly type: number; readonly payload: Uint8Array }[]
  | { readonly error: number; readonly extack?: string };
export type CannedKernel = (protocol: number, request: NetlinkMessage) => CannedAnswer;

export interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly rc: number;
}

class Exit extends Error {
  readonly status: number;
  constructor(status: number) {
    super(`exit ${status}`);
    this.status = status;
  }
}

export interface FakeOptions {
  readonly kernel?: CannedKernel;
  /** Names below /run/netns; null if the directory is missing. */
  readonly netns?: readonly string[] | null;
  /** Datagrams that arrive by themselves; after the last, recv is interrupted. */
  readonly events?: readonly Uint8Array[];
}

/** Runs `program` with the words of `line`. */
export async function runFake(program: Program, line: string | readonly string[], options: FakeOptions = {}): Promise<Outcome> {
  const argv = typeof line === "string" ? line.split(" ") : line;
  const written = { 1: "", 2: "" } as Record<number, string>;
  const process = fakeProcess(argv, written, options);
  let rc: number;
  try {
    rc = await program(process);
  } catch (error) {
    if (!(error instanceof Exit)) throw error;
    rc = error.status;
  }
  return { stdout: written[1] ?? "", stderr: written[2] ?? "", rc };
}

function fakeProcess(argv: readonly string[], written: Record<number, string>, options: FakeOptions): Process {
  const decoder = new TextDecoder();
  const names = options.netns ?? null;
  const protocols = new Map<number, number>();
  const inbox: Uint8Array[] = [];
  const events = [...(options.events ?? [])];
  let nextFd = 3;
  const known = (path: string): boolean =>
    names !== null && (path === "/run/netns/" || names.some((name) => path === `/run/netns/${name}`));
  const fake: Partial<Process> = {
    argv,
    env: new Map(),
    exit: (status) => {
      throw new Exit(status);
    },
    isatty: () => false,
    write: async (fd, bytes) => {
      if (!(fd in written)) return -EBADF;
      written[fd] += decoder.decode(bytes);
      return bytes.length;
    },
    open: async (path) => (path === "/proc/self/ns/net" || known(path) ? nextFd++ : -ENOENT),
    close: async () => 0,
    stat: async () => -ENOENT,
    fstat: async () => ({ dev: 0, ino: 1, mode: 0, nlink: 1, uid: 0, gid: 0, rdev: 0, size: 0, mtime: 0 }),
    readdir: async (path) => (path === "/run/netns" && names !== null ? names.map((name) => ({ name, ino: 1, type: 0 })) : -ENOENT),
    umount2: async () => -EINVAL,
    unlink: async () => -ENOENT,
    mkdir: async () => -EEXIST,
    flock: async () => 0,
    mount: async () => 0,
    unshare: async () => 0,
    setns: async () => 0,
    sigaction: () => {},
    setsockopt: async () => 0,
    bindNetlink: async () => 0,
    socket: async (_domain, _type, protocol) => {
      protocols.set(nextFd, protocol);
      return nextFd++;
    },
    send: async (fd, bytes) => {
      for (const request of parseMessages(bytes) ?? [])
        inbox.push(reply(request, (options.kernel ?? (() => ({ error: -EINVAL })))(protocols.get(fd) ?? -1, request)));
      return bytes.length;
    },
    recv: async () => inbox.shift() ?? events.shift() ?? -4,
  };
  return fake as Process;
}

/** One datagram with the messages and what ends them. */
function reply(request: NetlinkMessage, answer: CannedAnswer): Uint8Array {
  const head = { seq: request.seq, portid: 1 };
  if (!("length" in answer)) {
    const tlvs = answer.extack === undefined ? new Uint8Array(0) : new AttributeWriter().string(NLMSGERR_ATTR_MSG, answer.extack).finish();
    const flags = NLM_F_CAPPED | (answer.extack === undefined ? 0 : NLM_F_ACK_TLVS);
    return encodeMessage({ ...head, type: NLMSG_ERROR, flags, payload: concatBytes([errorPayload(answer.error, request), tlvs]) });
  }
  const isDump = (request.flags & NLM_F_DUMP) === NLM_F_DUMP;
  const parts = answer.map(({ type, payload }) => encodeMessage({ ...head, type, flags: isDump ? NLM_F_MULTI : 0, payload }));
  if (isDump) parts.push(encodeMessage({ ...head, type: NLMSG_DONE, flags: NLM_F_MULTI, payload: new Uint8Array(4) }));
  else if ((request.flags & NLM_F_ACK) !== 0)
    parts.push(encodeMessage({ ...head, type: NLMSG_ERROR, flags: NLM_F_CAPPED, payload: errorPayload(0, request) }));
  return concatBytes(parts);
}

/** struct nlmsgerr: the error number and the header of the request. */
function errorPayload(error: number, request: NetlinkMessage): Uint8Array {
  const bytes = new Uint8Array(20);
  const view = viewOf(bytes);
  view.setInt32(0, error, true);
  view.setUint32(4, 16 + request.payload.length, true);
  view.setUint16(8, request.type, true);
  view.setUint32(12, request.seq, true);
  return bytes;
}
