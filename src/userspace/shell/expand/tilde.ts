/** Tilde expansion: ~ is HOME, ~+ and ~- are PWD and OLDPWD, ~N an entry of the directory stack, ~root the only user's home. */
import type { Shell } from "../shell.ts";

const ROOT_HOME = "/root";

export function expandTilde(shell: Shell, user: string): string {
  switch (user) {
    case "":
      return shell.variables.text("HOME") ?? ROOT_HOME;
    case "+":
      return shell.variables.text("PWD") ?? "~+";
    case "-":
      return shell.variables.text("OLDPWD") ?? "~-";
    case "root":
      return ROOT_HOME;
    default:
      return fromStack(shell, user) ?? `~${user}`;
  }
}

/** ~N and ~+N count from the top of the stack of pushd, ~-N from its end. */
function fromStack(shell: Shell, text: string): string | undefined {
  const found = /^([+-]?)(\d+)$/.exec(text);
  if (found === null) return undefined;
  const stack = [shell.variables.text("PWD") ?? shell.process.getcwd(), ...shell.directories];
  const n = Number(found[2]);
  return stack[found[1] === "-" ? stack.length - 1 - n : n];
}
