/**
 * Lines of stacks as kernels have printed them: ` func+0x1a/0x40 [module]` (v4.11 and later), ` [<ffffffff8150d5a5>]
 * func+0x35/0x80` (before), `[<0>] func+0x1a/0x40` (/proc/<pid>/stack), with a file and line behind them where a script
 * has decoded them. And lines of locks.
 */
import type { LockLine, StackFrame } from "./report.ts";

/** Addresses in front of a frame: x86 and others before v4.11, RISC-V, s390 in brackets, PowerPC with the stack pointer. */
const ADDRESSES = /^\(?(?:\[<?[0-9a-fA-F]{1,16}>?\] ?){1,2}/;
const FRAME = /^(\? )?([A-Za-z_][\w.$]{0,255})\+0x[0-9a-f]+\/0x[0-9a-f]+(?: \[(\w[\w-]*)[^\]]*\])?(?:[ )].*)?$/;
/** ARM: `(func) from [<c0123456>] (caller+0x10/0x20)`, and since v5.18 `func from caller+0x10/0x20`. */
const FROM = /^\(?([A-Za-z_][\w.$]{0,255})(?:\+0x[0-9a-f]+\/0x[0-9a-f]+)?\)?(?: \[(\w[\w-]*)\])? from /;
/** Decoded by scripts/decode_stacktrace.sh: `func (net/core/dev.c:1234) module`. */
const DECODED = /^(\? )?([A-Za-z_][\w.$]{0,255}) \([\w./+-]+:\d+(?: \(discriminator \d+\))?(?: [^)]*)?\)(?: \[?(\w+)\]?)?$/;
/** A function that the compiler put into its caller: `func net/core/dev.c:1234 [inline]`. */
const INLINED = /^([A-Za-z_]\w{0,255}) [\w./+-]+:\d+ \[inline\]$/;

export interface ParsedFrame {
  readonly frame: StackFrame;
  /** `? func`: found lying on the stack, perhaps left there by an earlier call. */
  readonly uncertain: boolean;
}

/** A frame; null if the line is none. */
export function parseFrame(line: string): ParsedFrame | null {
  const text = line.trimStart().replace(ADDRESSES, "");
  const whole = INLINED.exec(text) ?? FROM.exec(text);
  if (whole !== null) return { frame: frameOf(whole[1] ?? "", whole[2]), uncertain: false };
  const match = FRAME.exec(text) ?? DECODED.exec(text);
  return match === null ? null : { frame: frameOf(match[2] ?? "", match[3]), uncertain: match[1] !== undefined };
}

function frameOf(symbol: string, module: string | undefined): StackFrame {
  return { name: plainName(symbol), module: module ?? null };
}

/** The function of a symbol: without what the compiler appends to copies and parts of it. */
export function plainName(symbol: string): string {
  const dot = symbol.indexOf(".");
  return dot > 0 ? symbol.slice(0, dot) : symbol;
}

/** Frames kept of one stack. */
const MAX_FRAMES = 256;

/** The frames of one stack as they come. Where a kernel cannot tell certain ones, the uncertain ones are all there is. */
export class StackCollector {
  private readonly certain: StackFrame[] = [];
  private readonly all: StackFrame[] = [];

  /** True if the line is a frame. */
  add(line: string): boolean {
    const parsed = parseFrame(line);
    if (parsed === null) return false;
    if (this.all.length < MAX_FRAMES) this.all.push(parsed.frame);
    if (!parsed.uncertain && this.certain.length < MAX_FRAMES) this.certain.push(parsed.frame);
    return true;
  }

  get frames(): readonly StackFrame[] {
    const onlySleeping = this.certain.every(({ name }) => name === "__schedule" || name === "schedule" || name === "__switch_to");
    return onlySleeping ? this.all : this.certain;
  }
}

/** `ffffffff81ae2890 (name){++++}-{3:3}, at: func+0x..`; before v4.20 ` (name){+.+.}, at: [<...>] func+0x..`. */
const LOCK =
  /^\s*(?:([0-9a-f]{8,16}) )?\((\(?[^{}]{1,200})\)\{([^}]{0,12})\}(?:-\{\d+:\d+\})?(?:, at: (?:\[<[0-9a-f]+>\] )?\(?([\w.$]+)?.*)?:?$/;

export function parseLock(text: string): LockLine | null {
  const match = LOCK.exec(text);
  if (match === null) return null;
  return { instance: match[1] ?? null, name: (match[2] ?? "").trim(), at: match[4] === undefined ? null : plainName(match[4]) };
}

/** ` #0: ffff... (name){...}, at: ...` */
const NUMBERED = /^ {0,8}#(\d{1,3}): (.*)$/;

export function parseNumberedLock(text: string): LockLine | null {
  const match = NUMBERED.exec(text);
  return match === null ? null : parseLock(match[2] ?? "");
}
