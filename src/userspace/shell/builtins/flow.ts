/** Builtins that steer: true, false, :, break, continue, return, exit, logout. */
import { mayExit } from "../job-control.ts";
import type { Shell } from "../shell.ts";
import { runExitTrap } from "../traps.ts";
import { Discard, FunctionReturn, LoopJump, ShellExit } from "../unwind.ts";
import { type BuiltinTable, builtinError, type Invocation, USAGE } from "./builtin.ts";

/** Status of a shell that is ended by a wrong argument of break or continue. */
const BAD_JUMP = 128;
const NUMBER = /^\s*[+-]?\d+\s*$/;

async function jump(shell: Shell, args: readonly string[], { name }: Invocation): Promise<number> {
  if (shell.loops === 0 && shell.options.get("posix")) return 0;
  if (shell.loops === 0) return await builtinError(shell, name, "only meaningful in a `for', `while', or `until' loop", 0);
  const [levels = "1"] = args;
  if (!/^[+-]?\d+$/.test(levels)) {
    await builtinError(shell, name, `${levels}: numeric argument required`);
    throw new ShellExit(BAD_JUMP);
  }
  if (args.length > 1) {
    await builtinError(shell, name, "too many arguments");
    throw new LoopJump("break", shell.loops, 1);
  }
  if (Number(levels) <= 0) {
    await builtinError(shell, name, `${levels}: loop count out of range`);
    throw new LoopJump("break", shell.loops, 1);
  }
  throw new LoopJump(name === "break" ? "break" : "continue", Number(levels));
}

/** The status that an argument of return or exit means; a wrong one is told. */
async function statusArgument(shell: Shell, name: string, text: string): Promise<number> {
  if (NUMBER.test(text)) return Number(BigInt.asUintN(8, BigInt(text.trim().replace(/^\+/, ""))));
  return await builtinError(shell, name, `${text}: numeric argument required`, USAGE);
}

async function returnFromFunction(shell: Shell, args: readonly string[]): Promise<number> {
  const status = args[0] === undefined ? shell.status : await statusArgument(shell, "return", args[0]);
  if (args.length > 1 && NUMBER.test(args[0] ?? "")) {
    await builtinError(shell, "return", "too many arguments");
    throw new Discard(1);
  }
  if (!shell.calls.some(({ kind }) => kind !== "script")) {
    return await builtinError(shell, "return", "can only `return' from a function or sourced script", USAGE);
  }
  throw new FunctionReturn(status);
}

async function exit(shell: Shell, args: readonly string[]): Promise<number> {
  const status = args[0] === undefined ? shell.status : await statusArgument(shell, "exit", args[0]);
  if (args.length > 1 && NUMBER.test(args[0] ?? "")) {
    await builtinError(shell, "exit", "too many arguments");
    throw new Discard(1);
  }
  const { interactive } = shell;
  if (interactive !== null && !(await mayExit(shell, interactive))) return 1;
  // The trap still sees the variables and the arguments of the function that ends the shell.
  if (shell.traps.get("EXIT") !== undefined) {
    shell.status = status & 0xff;
    await runExitTrap(shell);
  }
  throw new ShellExit(status);
}

const nothing = { run: (): number => 0 };

export const flowBuiltins: BuiltinTable = {
  ":": nothing,
  true: nothing,
  false: { run: () => 1 },
  break: { run: jump },
  continue: { run: jump },
  return: { run: returnFromFunction },
  exit: { run: exit },
};
