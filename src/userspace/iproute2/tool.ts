/**
 * What a C program gets from stdio and exit(3): standard output is buffered until the end (a terminal's until the next
 * error message), standard error is written at once.
 */
import type { Process } from "../../syscall/index.ts";
import { complain, print, STDOUT } from "../lib/index.ts";

/** exit(-1) as the parent of the process sees it. */
export const EXIT_MINUS_ONE = 255;

/** The version that these programs follow. */
export const IPROUTE2_VERSION = "6.1.0";

export class Tool {
  readonly process: Process;
  /** The last part of argv[0]. */
  readonly name: string;
  private buffered = "";

  constructor(process: Process) {
    this.process = process;
    this.name = (process.argv[0] ?? "").replace(/^.*\//, "");
  }

  /** printf() */
  out(text: string): void {
    this.buffered += text;
  }

  /** fprintf(stderr, ...) */
  async err(text: string): Promise<void> {
    if (this.process.isatty(STDOUT)) await this.flush();
    await complain(this.process, text);
  }

  /** fflush(stdout) */
  async flush(): Promise<void> {
    if (this.buffered === "") return;
    const text = this.buffered;
    this.buffered = "";
    await print(this.process, text);
  }

  /** exit() */
  async exit(status: number): Promise<never> {
    await this.flush();
    return this.process.exit(status);
  }

  /** Refuses what the real program has and this one has not: one line, status 1. */
  async notModelled(what: string): Promise<number> {
    await this.err(`${this.name}: ${what} is not modelled by this emulator.\n`);
    return 1;
  }
}
