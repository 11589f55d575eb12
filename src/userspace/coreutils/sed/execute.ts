/** Runs a sed script over its input: pattern space, hold space, the cycle. */

import { strerror } from "../../../kernel/index.ts";
import { decode } from "../../lib/index.ts";
import { capture } from "../capture.ts";
import { readTextFile } from "../input.ts";
import type { Utility } from "../utility.ts";
import { linesOfFile, writeOut } from "./files.ts";
import type { Line, LineInput } from "./input.ts";
import { listed } from "./listing.ts";
import { fillReplacement } from "./replacement.ts";
import { type Action, type Address, type Command, SedError, type SedRegex, type Substitution } from "./script.ts";

export interface SedOptions {
  readonly quiet: boolean;
  readonly separator: string;
  readonly lineWidth: number;
  readonly unbuffered: boolean;
  readonly posix: boolean;
}

/** Where the output of a cycle goes: standard output, or the new content of a file that is edited. */
export interface SedOutput {
  write(text: string): Promise<void>;
  /** The last line that was written had no newline: what follows it brings one. */
  missingNewline: boolean;
}

type Flow = "next" | "again" | { readonly quit: number; readonly print: boolean };

/** State that lasts from one file to the next with -i and -s as well: hold space, open files. */
export class SedState {
  hold = "";
  /** Whether a newline ended what is in the hold space, in the file that it is from. */
  holdEnded = true;
  last: RegExp | null = null;
  readonly written = new Map<string, string>();
  readonly readers = new Map<string, string[]>();
}

export class Execution {
  private readonly util: Utility;
  private readonly commands: readonly Command[];
  private readonly options: SedOptions;
  private readonly input: LineInput;
  private readonly output: SedOutput;
  private readonly state: SedState;
  /** Per command with two addresses: the line at which its range ends, Infinity while a regex decides, null outside. */
  private readonly ranges = new Map<Command, number>();
  private lineNumber = 0;
  private line: Line = { text: "", ended: true, file: "-" };
  private space = "";
  /** Whether a newline ended what is in the pattern space. */
  private ended = true;
  private substituted = false;
  private appended: { readonly text: string | null; readonly file: string | null; readonly oneLine: boolean }[] = [];

  constructor(util: Utility, commands: readonly Command[], options: SedOptions, input: LineInput, output: SedOutput, state: SedState) {
    this.util = util;
    this.commands = commands;
    this.options = options;
    this.input = input;
    this.output = output;
    this.state = state;
  }

  /** To the end of the input, or to `q`, of which the status is returned. */
  async run(): Promise<number | null> {
    let reuse = false;
    for (;;) {
      if (!reuse && !(await this.readLine())) return null;
      reuse = false;
      const flow = await this.cycle();
      if (typeof flow === "object") {
        if (flow.print) await this.endCycle();
        return flow.quit;
      }
      if (flow === "again") reuse = true;
      if (this.options.unbuffered) await this.util.flush();
    }
  }

  private async readLine(): Promise<boolean> {
    const line = await this.input.next();
    if (line === null) return false;
    this.line = line;
    this.space = line.text;
    this.ended = line.ended;
    this.substituted = false;
    this.lineNumber++;
    return true;
  }

  private async emit(text: string, ended = true): Promise<void> {
    const prefix = this.output.missingNewline ? this.options.separator : "";
    this.output.missingNewline = !ended;
    await this.output.write(`${prefix}${text}${ended ? this.options.separator : ""}`);
  }

  private async endCycle(): Promise<void> {
    if (!this.options.quiet) await this.emit(this.space, this.ended);
    await this.flushAppended();
  }

  private async flushAppended(): Promise<void> {
    const queue = this.appended;
    this.appended = [];
    for (const { text, file, oneLine } of queue) {
      if (text !== null) await this.output.write(this.takeNewline() + text);
      else if (file !== null) await (oneLine ? this.emitNextLineOf(file) : this.emitFile(file));
    }
  }

  private async emitRaw(text: string): Promise<void> {
    if (text === "") return;
    const prefix = this.output.missingNewline ? this.options.separator : "";
    this.output.missingNewline = false;
    await this.output.write(prefix + text);
  }

  private async emitFile(file: string): Promise<void> {
    const text = await readTextFile(this.util.process, file);
    await this.output.write(this.takeNewline() + (typeof text === "string" ? text : ""));
  }

  private async emitNextLineOf(file: string): Promise<void> {
    let lines = this.state.readers.get(file);
    if (lines === undefined) {
      lines = await linesOfFile(this.util.process, file);
      this.state.readers.set(file, lines);
    }
    await this.emitRaw(lines.shift() ?? "");
  }

  private async cycle(): Promise<Flow> {
    for (let i = 0; i < this.commands.length; i++) {
      const command = this.commands[i];
      if (command === undefined) break;
      const { action } = command;
      const selected = (await this.selects(command)) !== command.negated;
      if (!selected) {
        if (action.name === "{") i = action.end - 1;
        continue;
      }
      const done = await this.perform(action, command);
      // A jump back is where a script can loop for ever: time passes there.
      if (typeof done === "number" && done <= i) await this.util.process.schedYield();
      if (typeof done === "number") i = done - 1;
      else if (done !== null) return done;
    }
    await this.endCycle();
    return "next";
  }

  private regex(regex: SedRegex): RegExp {
    const found = regex === "last" ? this.state.last : regex;
    if (found === null) throw new SedError("-e expression #1, char 0: no previous regular expression");
    this.state.last = found;
    return found;
  }

  private async matches(address: Address): Promise<boolean> {
    switch (address.kind) {
      case "line":
        return this.lineNumber === address.line;
      case "last":
        return await this.input.isLast();
      case "regex": {
        const regex = this.regex(address.regex);
        regex.lastIndex = 0;
        return regex.test(this.space);
      }
      case "step":
        return address.step <= 0
          ? this.lineNumber === address.first
          : this.lineNumber >= address.first && (this.lineNumber - address.first) % address.step === 0;
      default:
        return false;
    }
  }

  private async selects(command: Command): Promise<boolean> {
    const { from, to } = command;
    if (from === null) return true;
    if (to === null) return await this.matches(from);
    let end = this.ranges.get(command);
    // "0,/re/" is open from the beginning.
    if (end === undefined && from.kind === "line" && from.line === 0) end = Number.POSITIVE_INFINITY;
    if (end === undefined || end < 0) {
      if (end === -1 || !(await this.matches(from))) return false;
      this.ranges.set(command, await this.rangeEnd(to));
      return true;
    }
    return await this.insideRange(command, to, end);
  }

  /** Where a range that begins here ends; a range whose end is not behind its beginning is one line. */
  private async rangeEnd(to: Address): Promise<number> {
    const here = this.lineNumber;
    switch (to.kind) {
      case "line":
        return to.line > here ? to.line : -2;
      case "more":
        return to.count > 0 ? here + to.count : -2;
      case "multiple":
        return to.of > 0 && here % to.of !== 0 ? here + to.of - (here % to.of) : -2;
      case "last":
        return (await this.input.isLast()) ? -2 : Number.POSITIVE_INFINITY;
      default:
        return Number.POSITIVE_INFINITY;
    }
  }

  private async insideRange(command: Command, to: Address, end: number): Promise<boolean> {
    const opened = command.from?.kind === "line" && command.from.line === 0 ? -1 : -2;
    if (Number.isFinite(end)) {
      if (this.lineNumber >= end) this.ranges.set(command, -2);
      // A line number that was jumped over (by n or N) ends the range before this line.
      return this.lineNumber <= end || (await this.selects(command));
    }
    this.ranges.set(command, (await this.matches(to)) ? opened : end);
    return true;
  }

  /** One command: null to go on, the index of the command to go to, or what becomes of the cycle. */
  private async perform(action: Action, command: Command): Promise<Flow | number | null> {
    switch (action.name) {
      case "{":
      case "}":
        return null;
      case "=":
        await this.output.write(`${this.takeNewline()}${this.lineNumber}\n`);
        return null;
      case "a":
        this.appended.push({ text: action.text, file: null, oneLine: false });
        return null;
      case "i":
        await this.emitRaw(action.text);
        return null;
      case "c":
        return await this.change(action.text, command);
      case "b":
        return action.target;
      case "t":
      case "T": {
        const jump = this.substituted === (action.name === "t");
        this.substituted = false;
        return jump ? action.target : null;
      }
      case "q":
        return { quit: action.status, print: true };
      case "Q":
        return { quit: action.status, print: false };
      case "r":
      case "R":
        this.appended.push({ text: null, file: action.file, oneLine: action.name === "R" });
        return null;
      case "w":
        await this.writeFile(action.file, this.space);
        return null;
      case "W":
        await this.writeFile(action.file, this.space.split("\n")[0] ?? "");
        return null;
      case "s":
        await this.substitute(action.substitution);
        return null;
      case "e":
        return await this.evaluate(action.command);
      case "y":
        this.space = Array.from(this.space, (char) => action.map.get(char) ?? char).join("");
        return null;
      case "l":
        await this.emit(listed(this.space, action.width ?? this.options.lineWidth));
        return null;
      default:
        return await this.simple(action.name);
    }
  }

  /** `e`: what a command prints, or what the pattern space prints as a command. */
  private async evaluate(command: string): Promise<null> {
    if (command === "") await this.evaluateSpace();
    else await this.emitRaw(await this.outputOf(command));
    return null;
  }

  private async outputOf(command: string): Promise<string> {
    const ran = await capture(this.util, ["sh", "-c", command]);
    if (typeof ran === "number") throw new SedError(`error subprocess: ${strerror(ran)}`, 4);
    return decode(ran.bytes);
  }

  /** The pattern space becomes what it prints as a command. */
  private async evaluateSpace(): Promise<void> {
    const text = await this.outputOf(this.space);
    this.space = text.endsWith("\n") ? text.slice(0, -1) : text;
  }

  private takeNewline(): string {
    const prefix = this.output.missingNewline ? this.options.separator : "";
    this.output.missingNewline = false;
    return prefix;
  }

  private async change(text: string, command: Command): Promise<Flow> {
    const inside = command.to !== null && !command.negated && (this.ranges.get(command) ?? -2) > 0;
    if (!inside) await this.emitRaw(text);
    await this.flushAppended();
    return "next";
  }

  private async simple(
    name: "=" | "}" | "d" | "D" | "F" | "g" | "G" | "h" | "H" | "n" | "N" | "p" | "P" | "x" | "z",
  ): Promise<Flow | null> {
    const { state } = this;
    const { separator } = this.options;
    switch (name) {
      case "d":
        await this.flushAppended();
        return "next";
      case "D":
        await this.flushAppended();
        if (!this.space.includes(separator)) return "next";
        this.space = this.space.slice(this.space.indexOf(separator) + 1);
        return "again";
      case "F":
        await this.emit(this.line.file);
        return null;
      case "g":
        this.space = state.hold;
        this.ended = state.holdEnded;
        return null;
      case "G":
        this.space += separator + state.hold;
        this.ended = state.holdEnded;
        return null;
      case "h":
        state.hold = this.space;
        state.holdEnded = this.ended;
        return null;
      case "H":
        state.hold += separator + this.space;
        state.holdEnded = this.ended;
        return null;
      case "n":
        return await this.nextLine();
      case "N":
        return await this.appendLine();
      case "p":
        await this.emit(this.space, this.ended);
        return null;
      case "P":
        await this.emit(this.space.split(separator)[0] ?? "", this.ended || this.space.includes(separator));
        return null;
      case "x":
        [this.space, state.hold] = [state.hold, this.space];
        [this.ended, state.holdEnded] = [state.holdEnded, this.ended];
        return null;
      case "z":
        this.space = "";
        return null;
      default:
        return null;
    }
  }

  private async nextLine(): Promise<Flow | null> {
    if (await this.input.isLast()) return { quit: this.util.status, print: !this.options.posix };
    await this.endCycle();
    await this.readLine();
    return null;
  }

  private async appendLine(): Promise<Flow | null> {
    const before = this.space;
    if (await this.input.isLast()) return { quit: this.util.status, print: !this.options.posix };
    await this.flushAppended();
    await this.readLine();
    this.space = before + this.options.separator + this.space;
    return null;
  }

  private async substitute({ regex: wanted, replacement, global, number, evaluate, print, file }: Substitution): Promise<void> {
    const regex = this.regex(wanted);
    const text = this.space;
    let [result, from, count, at, lastEnd, replaced] = ["", 0, 0, 0, -1, false];
    while (at <= text.length) {
      regex.lastIndex = at;
      const match = regex.exec(text);
      if (match === null) break;
      const end = match.index + match[0].length;
      at = match[0] === "" ? end + 1 : end;
      // An empty match directly behind the one before is none.
      if (match[0] === "" && match.index === lastEnd) continue;
      lastEnd = end;
      if (++count < number) continue;
      result += text.slice(from, match.index) + fillReplacement(replacement, match);
      from = end;
      replaced = true;
      if (!global) break;
    }
    if (!replaced) return;
    this.space = result + text.slice(from);
    this.substituted = true;
    if (evaluate) await this.evaluateSpace();
    if (print) await this.emit(this.space, this.ended);
    if (file !== null) await this.writeFile(file, this.space);
  }

  private async writeFile(file: string, text: string): Promise<void> {
    const line = `${text}\n`;
    if (file === "/dev/stdout") return await this.emit(text);
    this.state.written.set(file, (this.state.written.get(file) ?? "") + line);
    await writeOut(this.util, file, this.state.written.get(file) ?? "");
  }
}
