/**
 * One line of a kernel log without what the way it was taken has put in front: syslog and journal prefixes, the printk
 * level, the time stamp, the printing task or processor (CONFIG_PRINTK_CALLER), quote marks of a mail, a carriage return.
 */

/** Longer lines are cut: nothing that a detector prints is nearly as long. Characters. */
const MAX_LINE = 4096;

export interface LogLine {
  /** The message itself. Leading blanks of the message are kept: stacks are indented. */
  readonly text: string;
  /** `[   31.405166]` in seconds; null where there is none. */
  readonly time: number | null;
  /** Who printed it, as CONFIG_PRINTK_CALLER shows: `T154`, `C0`; null where there is none. */
  readonly caller: string | null;
}

const QUOTE = /^(?:> ?)+/;
/** `<6>`, `<12>`; rsyslog and `dmesg --raw`. */
const LEVEL = /^<\d{1,3}>/;
/** `Nov 22 07:59:32 host kernel: ` */
const SYSLOG = /^[A-Z][a-z]{2} [ \d]\d (?:\d{4} )?\d\d:\d\d:\d\d(?:[.]\d+)? \S{1,255} kernel(?:\[\d+\])?: ?/;
/** `2026-11-22T07:59:32.123456+00:00 host kernel: ` */
const ISO = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)? (?:\S{1,255} )?kernel(?:\[\d+\])?: ?/;
/** `kern  :info  : ` of `dmesg --decode`. */
const DECODED = /^[a-z]{2,8} {0,6}: ?[a-z]{3,6} {0,6}: /;
/** `[   31.405166] `, with `[  T154]` or `[    C0]` behind it where the kernel says who prints. */
const STAMP = /^\[ {0,11}(\d{1,11}[.]\d{6})\](?:\[ {0,8}([TC]\d{1,8})\])? ?/;
/** `[   31.405166 T154] `: the caller inside, as some consoles and `dmesg` join them. */
const STAMP_JOINED = /^\[ {0,11}(\d{1,11}[.]\d{6}) {1,8}([TC]\d{1,8})\] ?/;
/** `6,2903,86997972896,-;`: a record of /dev/kmsg, as netconsole sends it; the time is in us. */
const KMSG = /^(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \S{1,255} )?\d{1,4},\d{1,20},(\d{1,20}),[^;]{0,80};/;
/** `[Sun Nov 22 07:59:32 2026] ` of `dmesg -T`. */
const DATE = /^\[[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}\] ?/;

/** Takes the prefixes off, outermost first. */
export function parseLine(raw: string): LogLine {
  let text = raw.length > MAX_LINE ? raw.slice(0, MAX_LINE) : raw;
  if (text.endsWith("\r")) text = text.slice(0, -1);
  if (text.startsWith(">")) text = text.replace(QUOTE, "");
  const record = text.includes(";") ? KMSG.exec(text) : null;
  if (record !== null) return { text: text.slice(record[0].length).trimEnd(), time: Number(record[1]) / 1e6, caller: null };
  const first = text.charCodeAt(0);
  if (isDigit(first)) text = text.replace(ISO, "");
  else if (isLetter(first)) text = text.replace(SYSLOG, "").replace(DECODED, "");
  if (text.startsWith("<")) text = text.replace(LEVEL, "");
  if (!text.startsWith("[")) return { text: text.trimEnd(), time: null, caller: null };
  const stamp = STAMP.exec(text) ?? STAMP_JOINED.exec(text);
  if (stamp === null) return { text: text.replace(DATE, "").trimEnd(), time: null, caller: null };
  return { text: text.slice(stamp[0].length).trimEnd(), time: Number(stamp[1]), caller: stamp[2] ?? null };
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function isLetter(code: number): boolean {
  return (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
}

/** The lines of a log, decoded one by one, so that the size of the log does not matter. */
export function* linesOf(bytes: Uint8Array): Generator<LogLine> {
  const decoder = new TextDecoder();
  for (let at = 0; at < bytes.length; ) {
    const newline = bytes.indexOf(0x0a, at);
    const end = newline < 0 ? bytes.length : newline;
    // The cut comes before decoding: a file without line ends is one line of any size.
    const cut = Math.min(end, at + MAX_LINE * 4);
    const line = parseLine(decoder.decode(bytes.subarray(at, cut)));
    if (line.text.includes(ESCAPED_NEWLINE)) yield* unescaped(line);
    else yield line;
    at = end + 1;
  }
}

/** What rsyslog makes of a line end inside one message. */
const ESCAPED_NEWLINE = "#012";

function* unescaped(line: LogLine): Generator<LogLine> {
  for (const text of line.text.split(ESCAPED_NEWLINE)) yield { ...line, text: text.trimEnd() };
}
