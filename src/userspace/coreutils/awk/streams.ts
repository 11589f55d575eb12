/** What an awk program reads and writes: records of files and commands, output to files and pipes. */
import { strerror } from "../../../kernel/index.ts";
import { type Fd, O_APPEND, O_CREAT, O_RDONLY, O_TRUNC, O_WRONLY, type Process } from "../../../syscall/index.ts";
import { byteString, complain, decode, execvp, fromByteString, STDIN, STDOUT, writeAll } from "../../lib/index.ts";
import { readSome } from "../input.ts";
import { AwkError } from "./syntax.ts";

const BUFFER = 4096;

/** Records of one descriptor. The separator may change between two of them. */
export class RecordReader {
  private readonly process: Process;
  private readonly fd: Fd;
  private text = "";
  private ended = false;

  constructor(process: Process, fd: Fd) {
    this.process = process;
    this.fd = fd;
  }

  /** The next record, null at the end; what cannot be read ends the program. `separator` "" is paragraph mode. */
  async next(separator: string | RegExp): Promise<string | null> {
    for (;;) {
      const found = this.cut(separator);
      if (found !== null) return found;
      if (this.ended) return this.last(separator);
      await this.fill();
    }
  }

  private cut(separator: string | RegExp): string | null {
    if (separator === "") this.text = this.text.replace(/^\n+/, "");
    const match =
      separator === ""
        ? /\n\n+/.exec(this.text)
        : typeof separator === "string"
          ? plainMatch(this.text, separator)
          : separator.exec(this.text);
    if (separator instanceof RegExp) separator.lastIndex = 0;
    if (match === null || match[0] === "") return null;
    const end = match.index + match[0].length;
    // A longer match may begin where the text that is there so far ends.
    if (end === this.text.length && !this.ended && typeof separator !== "string") return null;
    const record = this.text.slice(0, match.index);
    this.text = this.text.slice(end);
    return record;
  }

  private last(separator: string | RegExp): string | null {
    if (this.text === "") return null;
    const record = separator === "" ? this.text.replace(/\n$/, "") : this.text;
    this.text = "";
    return record;
  }

  private async fill(): Promise<void> {
    const piece = await readSome(this.process, this.fd);
    if (typeof piece === "number") throw new AwkError(`read error (${strerror(piece)})`);
    this.ended = piece.length === 0;
    this.text += byteString(piece);
  }
}

function plainMatch(text: string, separator: string): { readonly index: number; readonly 0: string } | null {
  const index = text.indexOf(separator);
  return index < 0 ? null : { index, 0: separator };
}

interface Output {
  readonly fd: Fd;
  /** The shell behind a pipe. */
  readonly pid: number | null;
  buffered: string;
}

/** All open streams of a program, by the text that names them. */
export class Streams {
  private readonly process: Process;
  private readonly outputs = new Map<string, Output>();
  private readonly inputs = new Map<string, { readonly reader: RecordReader; readonly fd: Fd; readonly pid: number | null }>();
  private readonly main: Output;
  /** True once standard output has no reader any more. */
  gone = false;
  /** Something could not be written: awk ends with 2. */
  failed = false;

  constructor(process: Process) {
    this.process = process;
    this.main = { fd: STDOUT, pid: null, buffered: "" };
  }

  async print(text: string, to: { readonly kind: ">" | ">>" | "|"; readonly name: string } | null): Promise<void> {
    const output = to === null || to.name === "/dev/stdout" || to.name === "-" ? this.main : await this.output(to.kind, to.name);
    output.buffered += text;
    if (output.buffered.length >= BUFFER || this.process.isatty(output.fd)) await this.flushOne(output);
  }

  private async output(kind: ">" | ">>" | "|", name: string): Promise<Output> {
    const known = this.outputs.get(name);
    if (known !== undefined) return known;
    const made = kind === "|" ? await this.pipeTo(name) : await this.openFile(kind, name);
    this.outputs.set(name, made);
    return made;
  }

  private async openFile(kind: ">" | ">>", name: string): Promise<Output> {
    if (name === "/dev/stderr") return { fd: 2, pid: null, buffered: "" };
    const fd = await this.process.open(characters(name), O_WRONLY | O_CREAT | (kind === ">" ? O_TRUNC : O_APPEND), 0o666);
    if (fd < 0) throw new AwkError(`cannot open "${name}" for output (${strerror(fd)})`);
    return { fd, pid: null, buffered: "" };
  }

  private async pipeTo(command: string): Promise<Output> {
    await this.flush();
    const [fd, pid] = await this.spawn(command, "write");
    return { fd, pid, buffered: "" };
  }

  /** A shell that runs a command with our end of a pipe as its input or output. */
  private async spawn(command: string, ours: "read" | "write"): Promise<readonly [Fd, number]> {
    const { process } = this;
    const pipe = await process.pipe();
    if (typeof pipe === "number") throw new AwkError(`pipe failed: ${strerror(pipe)}`);
    const [reading, writing] = pipe;
    const [mine, other] = ours === "read" ? [reading, writing] : [writing, reading];
    await process.setCloexec(mine, true);
    const pid = await process.fork(async (child) => {
      await child.dup2(other, ours === "read" ? STDOUT : STDIN);
      await child.close(other);
      return await runShell(child, command);
    });
    await process.close(other);
    if (pid < 0) throw new AwkError(`fork failed: ${strerror(pid)}`);
    return [mine, pid];
  }

  /** The records of a file of the command line, or why there are none. */
  async open(path: string): Promise<RecordReader | string> {
    if (path === "-" || path === "/dev/stdin") return new RecordReader(this.process, STDIN);
    const fd = await this.process.open(characters(path), O_RDONLY);
    return fd < 0 ? strerror(fd) : new RecordReader(this.process, fd);
  }

  /** The records of a file or a command; null if there is no such file. */
  async input(from: "file" | "command", name: string): Promise<RecordReader | null> {
    const known = this.inputs.get(name);
    if (known !== undefined) return known.reader;
    await this.flush();
    let [fd, pid]: [Fd, number | null] = [STDIN, null];
    if (from === "command") [fd, pid] = await this.spawn(name, "read");
    else if (name !== "-" && name !== "/dev/stdin") fd = await this.process.open(characters(name), O_RDONLY);
    if (fd < 0) return null;
    const reader = new RecordReader(this.process, fd);
    this.inputs.set(name, { reader, fd, pid });
    return reader;
  }

  async system(command: string): Promise<number> {
    await this.flush();
    const pid = await this.process.fork((child) => runShell(child, command));
    return pid < 0 ? -1 : await this.reap(pid);
  }

  private async reap(pid: number): Promise<number> {
    const ended = await this.process.wait4(pid, 0);
    if (ended === null || typeof ended === "number") return -1;
    return ended.signal === 0 ? ended.exitCode : 256 + ended.signal;
  }

  /** Closes the stream of this name: its status, -1 if there is none. */
  async close(name: string): Promise<number> {
    let status = -1;
    const output = this.outputs.get(name);
    if (output !== undefined) {
      await this.flushOne(output);
      this.outputs.delete(name);
      if (output.fd > 2) await this.process.close(output.fd);
      status = output.pid === null ? 0 : await this.reap(output.pid);
    }
    const input = this.inputs.get(name);
    if (input === undefined) return status;
    this.inputs.delete(name);
    if (input.fd !== STDIN) await this.process.close(input.fd);
    return input.pid === null ? 0 : await this.reap(input.pid);
  }

  async closeAll(): Promise<void> {
    // The commands behind pipes end first: what they print stands before the rest of what the program prints.
    for (const name of [...this.outputs.keys(), ...this.inputs.keys()]) await this.close(name);
    await this.flush();
  }

  async flush(): Promise<void> {
    for (const output of [this.main, ...this.outputs.values()]) await this.flushOne(output);
  }

  private async flushOne(output: Output): Promise<void> {
    if (output.buffered === "") return;
    const text = output.buffered;
    output.buffered = "";
    const error = await writeAll(this.process, output.fd, fromByteString(text));
    if (error >= 0) return;
    const why = `(${strerror(error)})`;
    this.failed = true;
    if (output === this.main) {
      await complain(this.process, `awk: write failure ${why}\nawk: close failed on file /dev/stdout ${why}\n`);
      this.gone = true;
      return;
    }
    const name = [...this.outputs].find(([, other]) => other === output)?.[0] ?? "";
    await complain(this.process, `awk: close failed on file ${name} ${why}\n`);
  }
}

/** What a byte string says to those who know characters. */
export function characters(text: string): string {
  return decode(fromByteString(text));
}

async function runShell(process: Process, command: string): Promise<number> {
  await execvp(process, ["/bin/sh", "-c", characters(command)]);
  return 127;
}
