/** Variables whose value the shell works out when they are read. */
import { AssociativeArray, IndexedArray } from "./arrays.ts";
import { commandText } from "./print.ts";
import type { Call, RunningCommand, Shell } from "./shell.ts";
import type { DynamicVariable, SpecialVariables, Value } from "./variables.ts";

const NS_PER_SECOND = 1e9;
const SRANDOM_LIMIT = 2 ** 32;
/** Of the generator behind RANDOM: x' = 16807 x mod 2^31 - 1. */
const MODULUS = 2_147_483_647;
const MULTIPLIER = 16_807;
/** What it uses in place of the seed 0. */
const SEED_FOR_ZERO = 123_459_876;

type Maker = (shell: Shell) => DynamicVariable;

const readOnly =
  (read: (shell: Shell) => Value | undefined, letters = ""): Maker =>
  (shell) => ({ letters, read: () => read(shell) });

const newestFirst = (shell: Shell, pick: (call: Call) => string): IndexedArray => new IndexedArray(shell.calls.map(pick).reverse());

const MAKERS: ReadonlyMap<string, Maker> = new Map([
  ["RANDOM", random],
  ["SRANDOM", readOnly((shell) => String(shell.process.random(SRANDOM_LIMIT)), "i")],
  ["LINENO", readOnly((shell) => String(shell.line))],
  ["BASHPID", readOnly((shell) => String(shell.process.pid), "i")],
  ["PPID", readOnly((shell) => String(shell.parentPid), "ir")],
  ["BASH_SUBSHELL", readOnly((shell) => String(shell.depth))],
  ["BASH_COMMAND", readOnly((shell) => textOf(shell.command))],
  ["SHELLOPTS", readOnly((shell) => shell.options.names(), "r")],
  ["_", readOnly((shell) => shell.lastArgument)],
  ["PIPESTATUS", readOnly((shell) => new IndexedArray(shell.pipeStatus.map(String)))],
  ["DIRSTACK", directoryStack],
  ["BASH_ALIASES", (shell) => table(shell.aliases, (name, value) => shell.aliases.set(name, value))],
  [
    "BASH_CMDS",
    (shell) =>
      table({ keys: () => shell.hash.keys(), get: (name) => shell.hash.get(name)?.path }, (name, path) =>
        shell.hash.set(name, { path, hits: 0 }),
      ),
  ],
  ["BASH_ARGV0", startName],
  ["EPOCHSECONDS", readOnly((shell) => String(Math.floor(shell.process.clockRealtime() / NS_PER_SECOND)))],
  ["EPOCHREALTIME", readOnly((shell) => epochRealtime(shell.process.clockRealtime()))],
  ["BASH", readOnly(() => "/usr/bin/bash")],
  ["GROUPS", readOnly(() => new IndexedArray(["0"]))],
  ["BASHOPTS", readOnly((shell) => shell.options.shoptsOn().join(":"), "r")],
  [
    "FUNCNAME",
    readOnly((shell) => (shell.calls.some(({ kind }) => kind !== "script") ? newestFirst(shell, ({ name }) => name) : undefined)),
  ],
  ["BASH_SOURCE", readOnly((shell) => newestFirst(shell, ({ source }) => source))],
  ["BASH_LINENO", readOnly((shell) => newestFirst(shell, ({ line }) => String(line)))],
  ["BASH_ARGC", readOnly((shell) => new IndexedArray(argumentLists(shell).map(({ length }) => String(length))))],
  ["BASH_ARGV", readOnly((shell) => new IndexedArray(argumentLists(shell).flatMap((args) => [...args].reverse())))],
  ["SECONDS", seconds],
]);

const NAMES = [...MAKERS.keys()];

/** Under extdebug the arguments of every call, newest first. */
function argumentLists(shell: Shell): readonly (readonly string[])[] {
  if (!shell.options.shopt("extdebug")) return [];
  const calls = shell.calls.filter(({ kind }) => kind !== "script").map(({ args }) => args ?? []);
  return [shell.startArguments, ...calls].reverse();
}

export function specialVariables(shell: Shell): SpecialVariables {
  return { names: NAMES, make: (name) => MAKERS.get(name)?.(shell) };
}

/** DIRSTACK: the entries below the current directory can be changed. */
function directoryStack(shell: Shell): DynamicVariable {
  return {
    read: () => new IndexedArray([shell.process.getcwd(), ...shell.directories]),
    writeElement: (key, value) => {
      const index = Number(key) - 1;
      if (index >= 0 && index < shell.directories.length) shell.directories[index] = value;
    },
  };
}

/** An associative array that shows a table of the shell. */
function table(
  shown: { keys(): Iterable<string>; get(name: string): string | undefined },
  write: (name: string, value: string) => void,
): DynamicVariable {
  return { read: () => new AssociativeArray([...shown.keys()].map((name) => [name, shown.get(name) ?? ""] as const)), writeElement: write };
}

/** BASH_ARGV0: $0, which can be changed by it. */
function startName(shell: Shell): DynamicVariable {
  return {
    read: () => shell.name,
    write: (value) => {
      shell.name = value;
    },
  };
}

function seconds(shell: Shell): DynamicVariable {
  return {
    read: () => String(Math.floor((shell.process.clockMonotonic() - shell.secondsBase) / NS_PER_SECOND)),
    write: (value) => {
      shell.secondsBase = shell.process.clockMonotonic() - (Number.parseInt(value, 10) || 0) * NS_PER_SECOND;
    },
  };
}

/** RANDOM: numbers from 0 to 32767, the same ones after the same assignment. Every process begins with a seed of its own. */
function random(shell: Shell): DynamicVariable {
  let seed: number | null = null;
  let last = 0;
  const next = (): number => {
    seed ??= shell.process.random(MODULUS);
    seed = Number((BigInt(seed === 0 ? SEED_FOR_ZERO : seed) * BigInt(MULTIPLIER)) % BigInt(MODULUS));
    return ((seed >>> 16) ^ (seed & 0xffff)) & 0x7fff;
  };
  return {
    letters: "i",
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
  };
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
