/**
 * bc(1): GNU bc 1.07's language, messages and line breaks, with the library of -l. Options -h, -l, -q, -v; BC_LINE_LENGTH. Left
 * out: -i, -s, -w, BC_ENV_ARGS, POSIXLY_CORRECT, and `read()` from where the program itself comes from.
 */
import { O_RDONLY, type Process, type Program } from "../../../syscall/index.ts";
import { complain, LineReader, print, STDIN, scanOptions } from "../../lib/index.ts";
import { Compiler, NotModelled, Quit } from "./compile.ts";
import { Lexer, OpenComment, type Source } from "./lexer.ts";
import { Halt, MAX_DEPTH, Machine, TooDeep } from "./machine.ts";
import { MAX_DIGITS, TooLarge } from "./number.ts";
import { lineLength, Printer } from "./output.ts";

const USAGE = `usage: bc [options] [file ...]
  -h  --help         print this usage and exit
  -l  --mathlib      use the predefined math routines
  -q  --quiet        don't print initial banner
  -v  --version      print version information and exit
`;

const SPEC = {
  short: "hilqswv",
  long: new Map(
    Object.entries({ help: "h", interactive: "i", mathlib: "l", quiet: "q", standard: "s", warn: "w", version: "v", compile: "c" }),
  ),
};

/** How often a long calculation lets others run: output is written then, too. */
class Session {
  private readonly process: Process;
  readonly printer: Printer;

  constructor(process: Process) {
    this.process = process;
    this.printer = new Printer(lineLength(process.env.get("BC_LINE_LENGTH")));
  }

  async flush(): Promise<void> {
    const text = this.printer.take();
    if (text !== "" && (await print(this.process, text)) < 0) this.process.exit(1);
  }

  async warn(message: string): Promise<void> {
    await this.flush();
    await complain(this.process, `${message}\n`);
  }

  async breathe(): Promise<void> {
    await this.flush();
    await this.process.schedYield();
  }
}

/** The files of the command line one after the other, then standard input. */
class Files implements Source {
  name = "(standard_in)";
  readonly stdin: LineReader;
  private readonly process: Process;
  private readonly paths: string[];
  private reader: LineReader | null = null;
  private readonly session: Session;

  constructor(process: Process, paths: readonly string[], session: Session) {
    this.process = process;
    this.paths = [...paths];
    this.session = session;
    this.stdin = new LineReader(process, STDIN);
  }

  async nextLine(): Promise<{ readonly text: string; readonly firstOfFile: boolean } | null> {
    for (let firstOfFile = this.reader === null; ; firstOfFile = true) {
      this.reader ??= await this.open();
      const line = await this.reader.next();
      if (typeof line === "string") return { text: `${line}${this.reader.endsUnfinished ? "" : "\n"}`, firstOfFile };
      if (line !== null) {
        await this.session.warn(`${this.name} 1: read() in flex scanner failed`);
        return this.process.exit(2);
      }
      if (this.reader === this.stdin) return null;
      this.reader = null;
    }
  }

  private async open(): Promise<LineReader> {
    const path = this.paths.shift();
    this.name = path ?? "(standard_in)";
    if (path === undefined) return this.stdin;
    const fd = await this.process.open(path, O_RDONLY);
    if (fd >= 0) return new LineReader(this.process, fd);
    await this.session.warn(`File ${path} is unavailable.`);
    return this.process.exit(1);
  }
}

export const bc: Program = async (process) => {
  const { steps, operands } = scanOptions(process.argv.slice(1), SPEC);
  let library = false;
  for (const step of steps) {
    if (step.kind === "bad") {
      await complain(process, `bc: ${step.complaint}\n`);
      await print(process, USAGE);
      return 1;
    }
    if (step.letter === "h" || step.letter === "v") {
      await print(process, step.letter === "h" ? USAGE : "bc of mlx5-emu, after GNU bc 1.07.1\n");
      return 0;
    }
    if (step.letter === "l") library = true;
    else if (step.letter !== "q") return await refuse(process, `option '${step.word}'`);
  }
  try {
    return await calculate(process, operands, library);
  } catch (thrown) {
    if (thrown instanceof NotModelled) return await refuse(process, `'${thrown.message}'`);
    if (thrown instanceof TooDeep) return await refuse(process, `more than ${MAX_DEPTH} calls within calls`);
    if (thrown instanceof TooLarge) return await refuse(process, `a number of more than ${MAX_DIGITS} digits`);
    throw thrown;
  }
};

async function refuse(process: Process, what: string): Promise<number> {
  await complain(process, `bc: ${what} is not modelled by this emulator\n`);
  return 1;
}

async function calculate(process: Process, paths: readonly string[], library: boolean): Promise<number> {
  const session = new Session(process);
  const files = new Files(process, paths, session);
  const machine: Machine = new Machine(
    {
      warn: (message) => session.warn(message),
      breathe: () => session.breathe(),
      readWord: () => readWord(files),
    },
    session.printer,
    library,
  );
  const lexer: Lexer = new Lexer(files, (message) => compiler.complain(message));
  const report = (message: string): Promise<void> => session.warn(`${files.name} ${lexer.line}: ${message}`);
  const compiler: Compiler = new Compiler(lexer, report, (name) => machine.returnsNothing(name));
  try {
    for (;;) {
      const item = await compiler.item();
      if (item === null) return 0;
      if (item === "failed") continue;
      if (item.kind === "function") machine.define(item.definition);
      else await machine.run(item.code.instructions);
      await session.flush();
    }
  } catch (thrown) {
    if (thrown instanceof OpenComment) await session.warn("EOF encountered in a comment.");
    else if (!(thrown instanceof Quit || thrown instanceof Halt)) throw thrown;
    await session.flush();
    return 0;
  }
}

/** What `read()` takes: a line of standard input, if the program does not come from there. */
async function readWord(files: Files): Promise<string> {
  if (files.name === "(standard_in)") throw new NotModelled("read() from the program's own input");
  const line = await files.stdin.next();
  return typeof line === "string" ? (/-?[0-9A-Z.]+/.exec(line)?.[0] ?? "0") : "0";
}
