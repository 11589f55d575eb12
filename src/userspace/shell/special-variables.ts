/** Variables whose value the shell works out when they are read. */
import { IndexedArray } from "./arrays.ts";
import { commandText } from "./print.ts";
import type { Call, RunningCommand, Shell } from "./shell.ts";
import type { Value } from "./variables.ts";

const NS_PER_SECOND = 1e9;
const SRANDOM_LIMIT = 2 ** 32;
/** Of the generator behind RANDOM: x' = 16807 x mod 2^31 - 1. */
const MODULUS = 2_147_483_647;
const MULTIPLIER = 16_807;
/** What it uses in place of the seed 0. */
const SEED_FOR_ZERO = 123_459_876;

export function defineSpecialVariables(shell: Shell): void {
  const define = (name: string, read: () => Value | undefined): void => shell.variables.define(name, { read });
  defineRandom(shell);
  define("SRANDOM", () => String(shell.process.random(SRANDOM_LIMIT)));
  define("LINENO", () => String(shell.line));
  define("BASHPID", () => String(shell.process.pid));
  define("PPID", () => String(shell.parentPid));
  define("BASH_SUBSHELL", () => String(shell.depth));
  define("BASH_COMMAND", () => textOf(shell.command));
  define("SHELLOPTS", () => shell.options.names());
  define("_", () => shell.lastArgument);
  define("PIPESTATUS", () => new IndexedArray(shell.pipeStatus.map(String)));
  define("DIRSTACK", () => new IndexedArray([shell.process.getcwd(), ...shell.directories]));
  define("EPOCHSECONDS", () => String(Math.floor(shell.process.clockRealtime() / NS_PER_SECOND)));
  define("EPOCHREALTIME", () => epochRealtime(shell.process.clockRealtime()));
  define("BASH", () => "/usr/bin/bash");
  define("GROUPS", () => new IndexedArray(["0"]));
  define("BASHOPTS", () => shell.options.shoptsOn().join(":"));
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

/** RANDOM: numbers from 0 to 32767, the same ones after the same assignment. Every process begins with a seed of its own. */
function defineRandom(shell: Shell): void {
  let seed: number | null = null;
  let last = 0;
  const next = (): number => {
    seed ??= shell.process.random(MODULUS);
    seed = Number((BigInt(seed === 0 ? SEED_FOR_ZERO : seed) * BigInt(MULTIPLIER)) % BigInt(MODULUS));
    return ((seed >>> 16) ^ (seed & 0xffff)) & 0x7fff;
  };
  shell.variables.define("RANDOM", {
    read: () => {
      let value = next();
      while (value === last) value = next();
      last = value;
      return String(value);
    },
    write: (value) => {
      seed = Number(BigInt.asUintN(32, BigInt(/^-?\d+$/.test(value) ? value : 0)));
      last = 0;
    },
  });
}

function textOf(command: RunningCommand): string {
  if (command === null || typeof command === "string") return command ?? "";
  return commandText(command.source, command.node);
}

function epochRealtime(ns: number): string {
  const seconds = Math.floor(ns / NS_PER_SECOND);
  const micros = Math.floor((ns - seconds * NS_PER_SECOND) / 1000);
  return `${seconds}.${String(micros).padStart(6, "0")}`;
}
