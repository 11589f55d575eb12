/** The user's terminal, or a pipe in its place: lines with editing, history and completion, and Ctrl-C at any time. */
import type { Interface } from "node:readline";
import type { SignalKey } from "../machine.ts";
import { TypeAhead } from "./type-ahead.ts";

/** What came instead of the end of a wait for a line. */
export type Typed =
  | { readonly kind: "line"; readonly text: string }
  | { readonly kind: "key"; readonly key: SignalKey }
  | { readonly kind: "end" };

export interface TerminalOptions {
  /** What the word at the end of a line can become, and that word. */
  readonly complete: (line: string) => readonly [readonly string[], string];
  /** Ctrl-C or Ctrl-Z while nobody waits for a line. */
  readonly pressed: (key: SignalKey) => void;
}

/** Where lines come from. */
export interface LineSource {
  /** False for a pipe: no prompt is wanted and nobody can press Ctrl-C. */
  readonly interactive: boolean;
  /** Columns. */
  readonly width: number;
  /** Waits for what the user does next. */
  read(prompt: string): Promise<Typed>;
  close(): void;
}

const DEFAULT_WIDTH = 100;

export function openTerminal(options: TerminalOptions): LineSource {
  return new ReadlineSource(options);
}

class ReadlineSource implements LineSource {
  readonly interactive = process.stdin.isTTY && process.stdout.isTTY;
  private readonly options: TerminalOptions;
  private readonly typed: Typed[] = [];
  private waiting: ((typed: Typed) => void) | null = null;
  private history: string[] = [];
  private reader: Interface | null = null;
  private ended = false;
  private readonly ahead = new TypeAhead((key) => this.pressMeanwhile(key));
  private readonly onData = (text: string): void => this.ahead.receive(text, this.waiting !== null);

  constructor(options: TerminalOptions) {
    this.options = options;
    if (!this.interactive) return;
    process.stdin.setRawMode(true).setEncoding("utf8").on("data", this.onData);
  }

  get width(): number {
    return process.stdout.columns ?? DEFAULT_WIDTH;
  }

  async read(prompt: string): Promise<Typed> {
    const early = this.typed.shift();
    if (early !== undefined) {
      if (this.interactive && early.kind === "line") process.stdout.write(`${prompt}${early.text}\n`);
      return early;
    }
    if (this.ended) return { kind: "end" };
    this.reader ??= this.open();
    if (this.interactive) {
      this.reader.setPrompt(prompt);
      this.reader.prompt(true);
    }
    return await new Promise((resolve) => {
      this.waiting = resolve;
      // It may be there already.
      if (this.interactive) this.ahead.nextLine();
    });
  }

  close(): void {
    this.reader?.close();
    if (this.interactive) process.stdin.off("data", this.onData).setRawMode(false).pause();
  }

  private open(): Interface {
    const { interactive } = this;
    // Only a terminal needs it: a script starts sooner without.
    const { createInterface } = process.getBuiltinModule("node:readline");
    const reader = createInterface({
      input: interactive ? this.ahead.input : process.stdin,
      terminal: interactive,
      ...(interactive ? { output: process.stdout, historySize: 1000, removeHistoryDuplicates: true, history: this.history } : {}),
      completer: (line: string): [string[], string] => {
        const [found, word] = this.options.complete(line);
        return [[...found], word];
      },
    });
    reader.on("history", (history: string[]) => {
      this.history = [...history];
    });
    reader.on("line", (text) => this.give({ kind: "line", text }));
    reader.on("SIGINT", () => this.press(reader, "^C"));
    reader.on("SIGTSTP", () => this.press(reader, "^Z"));
    reader.on("close", () => {
      if (this.reader === reader) this.reader = null;
      this.ended ||= !interactive;
      this.give({ kind: "end" });
    });
    return reader;
  }

  /** The line that was being typed is gone after Ctrl-C; the prompt takes no notice of Ctrl-Z. */
  private press(reader: Interface, key: SignalKey): void {
    const atPrompt = this.waiting !== null && reader.getPrompt() !== "";
    if (key === "^Z" && atPrompt) return;
    process.stdout.write(key === "^C" ? "^C\n" : "^Z");
    if (reader.line !== "") {
      reader.write(null, { ctrl: true, name: "e" });
      reader.write(null, { ctrl: true, name: "u" });
    }
    this.typed.length = 0;
    if (this.waiting === null) this.options.pressed(key);
    else this.give({ kind: "key", key });
  }

  private pressMeanwhile(key: SignalKey): void {
    process.stdout.write(key === "^C" ? "^C\n" : "^Z");
    this.typed.length = 0;
    this.options.pressed(key);
  }

  private give(typed: Typed): void {
    const { waiting } = this;
    // What is typed while a command runs stands in a line of its own.
    this.reader?.setPrompt("");
    this.waiting = null;
    if (waiting === null) this.typed.push(typed);
    else waiting(typed);
  }
}
