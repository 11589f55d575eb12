/** Ways in which one and the same kernel log reaches a reader, made from a log of v5.10 with or without time stamps. */

type Rewrite = (lines: readonly string[]) => string;

const STAMPED = /^\[ *(\d+\.\d{6})\] (.*)$/;

function bare(line: string): string {
  return STAMPED.exec(line)?.[2] ?? line;
}

function each(rewrite: (text: string, index: number) => string): Rewrite {
  return (lines) => `${lines.map((line, i) => rewrite(bare(line), i)).join("\n")}\n`;
}

const time = (i: number): string => `[${(100 + i / 1000).toFixed(6).padStart(12)}]`;
const FRAME = /^( +)(\? )?(\S+\+0x[0-9a-f]+\/0x[0-9a-f]+.*)$/;
const HEADER = /^task:(\S+) +state:(\S) stack: *(\d+) pid: *(\d+) ppid: *(\d+) flags:(\S+)$/;

/** A foreign message between any two lines, as another processor prints them. */
function interleaved(lines: readonly string[], stamp: (i: number, foreign: boolean) => string): string {
  const foreign = ["eth0: link becomes ready", " mousedev: a line with a leading blank", "usb 1-1: new device number 7 of 9+0x1"];
  return lines.map((line, i) => `${stamp(i, false)}${bare(line)}\n${stamp(i, true)}${foreign[i % foreign.length]}\n`).join("");
}

export const FORMATS: Readonly<Record<string, Rewrite>> = {
  "as recorded": (lines) => `${lines.join("\n")}\n`,
  "no time stamps": each((text) => text),
  "carriage returns": (lines) => `${lines.join("\r\n")}\r\n`,
  "no line end at the end of the file": (lines) => lines.join("\n"),
  "who prints it": each((text, i) => `${time(i)}[   T26] ${text}`),
  "dmesg -T": each((text) => `[Sun Nov 22 08:08:14 2026] ${text}`),
  "dmesg --raw": each((text, i) => `<3>${time(i)} ${text}`),
  syslog: each((text, i) => `Nov 22 08:08:14 build-7 kernel: ${time(i)} ${text}`),
  "journal with ISO dates": each((text) => `2026-11-22T08:08:14.123456+00:00 build-7 kernel: ${text}`),
  netconsole: each((text, i) => `6,${500 + i},${100_000_000 + i},-;${text}`),
  "a mail's quote": each((text, i) => `> ${time(i)} ${text}`),
  "decoded by a script": each((text) =>
    text.replace(FRAME, (_, indent, unsure, frame) => `${indent}${unsure ?? ""}${frame} net/core/dev.c:1234`),
  ),
  "frames with addresses (before v4.11)": each((text) =>
    text.replace(FRAME, (_, indent, unsure, frame) => `${indent}[<ffffffff8150d5a5>] ${unsure ?? ""}${frame}`),
  ),
  "task headers of v4.9 to v5.8": each((text) =>
    text.replace(
      HEADER,
      (_, comm, state, stack, pid, ppid, flags) =>
        `${comm.padEnd(15)} ${state}${stack.padStart(5)} ${pid.padStart(5)} ${ppid.padStart(6)} ${flags}`,
    ),
  ),
  "task headers before v4.9": each((text) =>
    text.replace(
      HEADER,
      (_, comm, state, stack, pid, ppid, flags) =>
        `${comm.padEnd(15)} ${state} ffff88003d0f7a28 ${stack.padStart(5)} ${pid.padStart(5)} ${ppid.padStart(6)} ${flags}`,
    ),
  ),
  "task headers of v6.12": each((text) =>
    text.replace(
      HEADER,
      (_, comm, state, stack, pid, ppid, flags) =>
        `task:${comm.padEnd(15)} state:${state} stack:${stack.padEnd(5)} pid:${pid.padEnd(5)} tgid:${pid.padEnd(5)} ppid:${ppid.padEnd(6)} flags:${flags}`,
    ),
  ),
  "foreign lines in between": (lines) => interleaved(lines, (i) => `${time(i)} `),
  "foreign lines of another task in between": (lines) =>
    interleaved(lines, (i, foreign) => `${time(i)}[${foreign ? "    C1" : "   T26"}] `),
};

/** lockdep's lines as v4.4 printed them: no addresses, longer usage masks, a banner in brackets. */
export function asV4_4(text: string): string {
  return text
    .replaceAll("WARNING: possible circular locking dependency detected", "[ INFO: possible circular locking dependency detected ]")
    .replaceAll(
      /^( #\d+: |-> #\d+ )?(?:[0-9a-f]{16} )?(\(.*\))\{(....)\}-\{\d:\d\}(, at: )?/gm,
      (_, before, name, usage, at) => `${before ?? " "}${name}{${usage}..}${at === undefined ? "" : ", at: [<ffffffff8150d5a5>] "}`,
    );
}
