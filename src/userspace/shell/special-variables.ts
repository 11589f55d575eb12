/** Variables whose value the shell works out when they are read. */
import { IndexedArray } from "./arrays.ts";
import type { Call, Shell } from "./shell.ts";
import type { Value } from "./variables.ts";

const NS_PER_SECOND = 1e9;
const RANDOM_LIMIT = 32_768;
const SRANDOM_LIMIT = 2 ** 32;

export function defineSpecialVariables(shell: Shell): void {
  const define = (name: string, read: () => Value | undefined): void => shell.variables.define(name, { read });
  define("RANDOM", () => String(shell.process.random(RANDOM_LIMIT)));
  define("SRANDOM", () => String(shell.process.random(SRANDOM_LIMIT)));
  define("LINENO", () => String(shell.line));
  define("BASHPID", () => String(shell.process.pid));
  define("PPID", () => String(shell.parentPid));
  define("BASH_SUBSHELL", () => String(shell.depth));
  define("BASH_COMMAND", () => shell.command);
  define("SHELLOPTS", () => shell.options.names());
  define("_", () => shell.lastArgument);
  define("PIPESTATUS", () => new IndexedArray(shell.pipeStatus.map(String)));
  define("DIRSTACK", () => new IndexedArray([shell.process.getcwd(), ...shell.directories]));
  define("EPOCHSECONDS", () => String(Math.floor(shell.process.clockRealtime() / NS_PER_SECOND)));
  define("EPOCHREALTIME", () => epochRealtime(shell.process.clockRealtime()));
  const newestFirst = (pick: (call: Call) => string): IndexedArray => new IndexedArray(shell.calls.map(pick).reverse());
  define("FUNCNAME", () => (shell.calls.some(({ name }) => name !== "main") ? newestFirst(({ name }) => name) : undefined));
  define("BASH_SOURCE", () => newestFirst(({ source }) => source));
  define("BASH_LINENO", () => newestFirst(({ line }) => String(line)));
  shell.variables.define("SECONDS", {
    read: () => String(Math.floor((shell.process.clockMonotonic() - shell.secondsBase) / NS_PER_SECOND)),
    write: (value) => {
      shell.secondsBase = shell.process.clockMonotonic() - (Number.parseInt(value, 10) || 0) * NS_PER_SECOND;
    },
  });
}

function epochRealtime(ns: number): string {
  const seconds = Math.floor(ns / NS_PER_SECOND);
  const micros = Math.floor((ns - seconds * NS_PER_SECOND) / 1000);
  return `${seconds}.${String(micros).padStart(6, "0")}`;
}
