/**
 * The state of one shell process. A forked child (subshell, pipeline stage, background job, command substitution) gets a
 * twin: a deep copy that shares only what never changes, the parsed text and what was compiled from it.
 */
import type { AndOr, Command, CommandExpansionPart, PipelineNode, ProcessSubstitutionPart, Statement } from "unbash";
import type { Process } from "../../syscall/index.ts";
import { complain } from "../lib/index.ts";
import { Arithmetic, type ArithmeticVariables } from "./arith/evaluate.ts";
import type { Builtin } from "./builtins/builtin.ts";
import { Matcher } from "./expand/matcher.ts";
import type { PatternOptions } from "./expand/pattern.ts";
import { Plans } from "./expand/plan.ts";
import type { ShellFunction } from "./functions.ts";
import { Jobs } from "./job-table.ts";
import { Options } from "./options.ts";
import { SharedMap } from "./shared-map.ts";
import type { Source } from "./source.ts";
import { specialVariables } from "./special-variables.ts";
import { type TrapName, Traps } from "./traps.ts";
import { Variables } from "./variables.ts";

/** What the rooms of the shell need of the evaluator, which itself needs them. */
export interface Evaluator {
  /** Runs complete commands in this shell. `last`: nothing of this process comes after them. */
  run(shell: Shell, commands: readonly Statement[], last: boolean): Promise<number>;
  /** Runs one command. */
  node(shell: Shell, node: PipelineNode | AndOr, last: boolean): Promise<number>;
  /** Parses and runs text in the place of a command. `what` names it in messages about its syntax. */
  runText(shell: Shell, source: Source, what: string): Promise<number>;
  /** Runs words as a command; functions and builtins by their names, as `allow` says. */
  runWords(shell: Shell, words: readonly string[], lookup: CommandLookup): Promise<number>;
  commandSubstitution(shell: Shell, part: CommandExpansionPart): Promise<string>;
  /** The path of a descriptor on which the other process is heard. */
  processSubstitution(shell: Shell, part: ProcessSubstitutionPart): Promise<string>;
}

export interface CommandLookup {
  readonly functions: boolean;
  readonly builtins: boolean;
}

/** A running function or sourced script. */
export interface Call {
  /** A function may be called "main" or "source" too. */
  readonly kind: "script" | "source" | "function";
  /** FUNCNAME: the function's name, "source" or "main". */
  readonly name: string;
  /** BASH_SOURCE */
  readonly source: string;
  /** BASH_LINENO: the line that called it. */
  readonly line: number;
  /** BASH_ARGV, kept only under extdebug. */
  readonly args?: readonly string[] | undefined;
}

/** Parsed and compiled things; the same text means the same in every process of the script. */
interface Compiled {
  readonly plans: Plans;
  readonly matcher: Matcher;
  readonly arithmetic: Arithmetic;
  /** What the evaluator works out about commands. */
  readonly commands: WeakMap<Command, unknown>;
}

/** The command that runs: its text, or the node that has it in the source. */
export type RunningCommand = string | { readonly source: Source; readonly node: PipelineNode | AndOr } | null;

/** What a shell keeps that takes its commands from a terminal. */
export interface Interactive {
  /** A descriptor of the terminal that redirections do not touch. */
  readonly terminal: number;
  /** The shell's own process group. */
  readonly pgid: number;
  /** `exit` has told of stopped jobs: the next one, if it is the next command, is meant. */
  warned: boolean;
}

export interface ShellOptions {
  readonly process: Process;
  readonly evaluator: Evaluator;
  readonly builtins: ReadonlyMap<string, Builtin>;
  readonly source: Source;
  readonly name: string;
  readonly positional: readonly string[];
}

export class Shell {
  process: Process;
  readonly evaluator: Evaluator;
  /** Without those that `enable -n` has switched off. */
  builtins: ReadonlyMap<string, Builtin>;
  readonly allBuiltins: ReadonlyMap<string, Builtin>;
  readonly compiled: Compiled;
  readonly variables: Variables;
  readonly functions: SharedMap<ShellFunction>;
  readonly options: Options;
  readonly traps: Traps;
  /** Children of this process; a subshell begins with none. */
  readonly jobs: Jobs;
  /** Full paths of commands that were found in PATH, and how often they were used. */
  readonly hash: SharedMap<{ readonly path: string; readonly hits: number }>;
  readonly aliases: SharedMap<string>;
  readonly calls: Call[];
  /** Directories below the current one on the stack of pushd. */
  readonly directories: string[];

  /** $0 */
  name: string;
  /** $1, $2, ... */
  positional: readonly string[];
  /** Those that the script was started with. */
  readonly startArguments: readonly string[];
  /** $? */
  status = 0;
  /** PIPESTATUS */
  pipeStatus: readonly number[] = [];
  /** $! */
  lastBackground: number | null = null;
  /** $$: the process of the whole script. */
  readonly pid: number;
  /** PPID, that of the script's process. */
  readonly parentPid: number;
  /** Depth of subshells, BASH_SUBSHELL. */
  depth = 0;
  /** The status of an error that ends the shell: 127 with -c, but not in its subshells. */
  fatalStatus = 1;
  /** $- shows "c" or "s" for how the shell was started. */
  startLetter = "";

  source: Source;
  /** Where in the source the running command is. */
  position = 0;
  /** LINENO of the running command; -1 until somebody asks. */
  private knownLine = -1;
  /** What expansions have to say that is no reason to fail; printed before the command runs. */
  readonly warnings: string[] = [];
  /** Status of the last command substitution of the running command. */
  substitutionStatus: number | null = null;
  /** Descriptors of the process substitutions of running commands. */
  readonly substitutionFds: number[] = [];
  /** Depth of command substitutions, eval, sourced files and traps, for PS4; 1 outside of any. */
  traceDepth = 1;
  /** Above 0 inside conditions, where `set -e` and ERR do not apply. */
  guarded = 0;
  loops = 0;
  nesting = 0;
  /** OPTIND that getopts has left, and the letter in that word that comes next. */
  getoptsIndex = 1;
  getoptsAt = 1;
  /** Here-documents so far that went through a file. */
  hereDocuments = 0;
  /** SECONDS counts from here, virtual ns. */
  secondsBase: number;
  lastArgument: string;
  /** BASH_COMMAND: its text is worked out when somebody asks. */
  command: RunningCommand = null;
  /** What `local -` puts back when the running function ends. */
  localOptions: ReadonlySet<string> | null = null;
  /** The parent has told the DEBUG trap of this child's one command. */
  announced = false;
  /** How expressions see the variables; made when the first one is evaluated. */
  arithmeticVariables: ArithmeticVariables | null = null;
  /** Null in scripts and in every forked child. */
  interactive: Interactive | null = null;
  /** Messages give no line: the commands were typed, here or in the shell this one was forked from. */
  typed = false;

  constructor(options: ShellOptions, twinOf?: Shell) {
    this.process = options.process;
    this.evaluator = options.evaluator;
    this.builtins = options.builtins;
    this.allBuiltins = twinOf?.allBuiltins ?? options.builtins;
    this.source = options.source;
    this.name = options.name;
    this.positional = options.positional;
    this.startArguments = twinOf?.startArguments ?? options.positional;
    this.compiled = twinOf?.compiled ?? {
      plans: new Plans(),
      matcher: new Matcher(),
      arithmetic: new Arithmetic(),
      commands: new WeakMap(),
    };
    this.variables = twinOf?.variables.copy() ?? new Variables();
    this.functions = twinOf?.functions.fork() ?? new SharedMap();
    this.options = new Options(twinOf?.options);
    this.traps = new Traps(twinOf?.traps, inheritedTraps(this.options));
    this.jobs = new Jobs(twinOf?.jobs);
    this.hash = twinOf?.hash.fork() ?? new SharedMap();
    this.aliases = twinOf?.aliases.fork() ?? new SharedMap();
    this.calls = [...(twinOf?.calls ?? [])];
    this.directories = [...(twinOf?.directories ?? [])];
    this.pid = twinOf?.pid ?? options.process.pid;
    this.parentPid = twinOf?.parentPid ?? options.process.getppid();
    this.secondsBase = twinOf?.secondsBase ?? options.process.clockMonotonic();
    this.lastArgument = twinOf?.lastArgument ?? options.name;
    this.variables.define(specialVariables(this));
  }

  /** A copy of this shell for a child that is about to be forked; the child then puts its own process in. */
  twin(): Shell {
    const twin = new Shell(this, this);
    twin.status = this.status;
    twin.pipeStatus = this.pipeStatus;
    twin.lastBackground = this.lastBackground;
    twin.depth = this.depth + 1;
    twin.startLetter = this.startLetter;
    twin.position = this.position;
    twin.knownLine = this.knownLine;
    twin.guarded = this.guarded;
    twin.nesting = this.nesting;
    twin.command = this.command;
    twin.typed = this.typed;
    twin.traceDepth = this.traceDepth;
    return twin;
  }

  /** Says where in the source the next command is. */
  at(position: number): void {
    this.position = position;
    this.knownLine = -1;
  }

  /** LINENO */
  get line(): number {
    if (this.knownLine < 0) this.knownLine = this.source.lineOf(this.position);
    return this.knownLine;
  }

  set line(line: number) {
    this.knownLine = line;
  }

  /** What the shell calls itself in messages: the script or the place where the running function comes from. */
  get errorName(): string {
    return this.calls.at(-1)?.source || this.name;
  }

  /** Prints an error as bash does: name, line, text. */
  async complain(message: string): Promise<void> {
    const line = this.typed && this.calls.length === 0 ? "" : `line ${this.line}: `;
    await complain(this.process, `${this.errorName}: ${line}${message}\n`);
  }

  /** Prints what expansions have left to say. */
  async flushWarnings(): Promise<void> {
    for (const warning of this.warnings.splice(0)) await this.complain(warning);
  }

  patternOptions(): PatternOptions {
    return { extglob: this.options.shopt("extglob"), ignoreCase: this.options.shopt("nocasematch") };
  }

  /** Pattern options where extended patterns always hold: [[ == ]] and case. */
  matchOptions(): PatternOptions {
    return { extglob: true, ignoreCase: this.options.shopt("nocasematch") };
  }

  /** IFS, null if it is unset (then it is space, tab, newline). */
  get ifs(): string {
    return this.variables.text("IFS") ?? " \t\n";
  }
}

const NO_TRAPS: readonly TrapName[] = [];

/** set -E keeps the ERR trap in subshells, set -T those of DEBUG and RETURN. */
function inheritedTraps(options: Options): readonly TrapName[] {
  const errors = options.get("errtrace");
  const functions = options.get("functrace");
  if (!errors && !functions) return NO_TRAPS;
  return [...(errors ? (["ERR"] as const) : []), ...(functions ? (["DEBUG", "RETURN"] as const) : [])];
}
