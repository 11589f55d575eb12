/** Tilde expansion: ~ is HOME, ~+ and ~- are PWD and OLDPWD, ~root the only user's home. */
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
      return `~${user}`;
  }
}
