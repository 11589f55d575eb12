/** set, shopt, shift. */

import { complain } from "../../lib/index.ts";
import { assignText } from "../assign.ts";
import { describeValue } from "../describe.ts";
import { optionOfLetter, setOptionNames, shoptNames } from "../options.ts";
import { functionText } from "../print.ts";
import { valueQuote } from "../quote.ts";
import type { Shell } from "../shell.ts";
import { type BuiltinTable, builtinError, output, USAGE } from "./builtin.ts";
import { parseFlags } from "./flags.ts";

const SET_USAGE = "set: usage: set [-abefhkmnptuvxBCEHPT] [-o option-name] [--] [-] [arg ...]\n";

async function set(shell: Shell, args: readonly string[]): Promise<number> {
  if (args.length === 0) return await showAll(shell);
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string;
    if (arg === "--" || arg === "-" || !/^[-+]./.test(arg)) {
      setPositional(shell, args, i);
      return 0;
    }
    for (const letter of arg.slice(1)) {
      const value = letter === "o" ? args[i + 1] : undefined;
      const named = value !== undefined && !/^[-+]/.test(value);
      if (named) i++;
      const status =
        letter === "o" ? await setNamed(shell, named ? value : null, arg[0] as string) : await setLetter(shell, letter, arg[0] as string);
      if (status !== 0) return status;
    }
  }
  return 0;
}

/** What stands behind the options: --, - (which also ends -x and -v), or the first operand. */
function setPositional(shell: Shell, args: readonly string[], at: number): void {
  const arg = args[at] as string;
  if (arg === "-") for (const name of ["xtrace", "verbose"]) shell.options.set(name, false);
  if (arg === "--") shell.positional = args.slice(at + 1);
  else if (arg !== "-") shell.positional = args.slice(at);
  else if (at + 1 < args.length) shell.positional = args.slice(at + 1);
}

/** -o name; without a name the options are shown. */
async function setNamed(shell: Shell, name: string | null, sign: string): Promise<number> {
  if (name === null) {
    await showOptions(shell, sign === "+");
    return 0;
  }
  if (!setOptionNames().includes(name)) return await builtinError(shell, "set", `${name}: invalid option name`, USAGE);
  shell.options.set(name, sign === "-");
  if (name === "posix" && sign === "-" && shell.variables.text("POSIXLY_CORRECT") === undefined)
    assignText(shell, "POSIXLY_CORRECT", "y", false);
  return 0;
}

async function setLetter(shell: Shell, letter: string, sign: string): Promise<number> {
  const name = optionOfLetter(letter);
  if (name === undefined) {
    await builtinError(shell, "set", `${sign}${letter}: invalid option`);
    await complain(shell.process, SET_USAGE);
    return USAGE;
  }
  shell.options.set(name, sign === "-");
  return 0;
}

async function showOptions(shell: Shell, asCommands: boolean): Promise<void> {
  const lines = setOptionNames().map((name) => {
    const on = shell.options.get(name);
    return asCommands ? `set ${on ? "-" : "+"}o ${name}\n` : `${name.padEnd(15)}\t${on ? "on" : "off"}\n`;
  });
  await output(shell, "set", lines.join(""));
}

/** All variables and functions, as they could be read back. */
async function showAll(shell: Shell): Promise<number> {
  let text = "";
  for (const name of shell.variables.names()) {
    const value = shell.variables.value(name);
    if (value === undefined || (typeof value === "object" && !value.assigned)) continue;

    text += `${name}=${typeof value === "string" ? valueQuote(value) : describeValue(value)}\n`;
  }
  for (const name of [...shell.functions.keys()].sort()) {
    const called = shell.functions.get(name);
    if (called !== undefined) text += `${functionText(called)}\n`;
  }
  return await output(shell, "set", text);
}

async function shopt(shell: Shell, args: readonly string[]): Promise<number> {
  const flags = await parseFlags(shell, "shopt", args, "opqsu", "[-pqsu] [-o] [optname ...]");
  if (flags === null) return USAGE;
  const { given, rest } = flags;
  if (given.has("s") && given.has("u")) return await builtinError(shell, "shopt", "cannot set and unset shell options simultaneously");
  const ofSet = given.has("o");
  const known = ofSet ? setOptionNames() : shoptNames();
  const isOn = (name: string): boolean => (ofSet ? shell.options.get(name) : shell.options.shopt(name));
  if (rest.length === 0) {
    const shown = known.filter((name) => (given.has("s") ? isOn(name) : !given.has("u") || !isOn(name)));
    return await output(shell, "shopt", shown.map((name) => optionLine(name, isOn(name), ofSet, given.has("p"))).join(""));
  }
  let status = 0;
  for (const name of rest) {
    if (!known.includes(name)) {
      status = await builtinError(shell, "shopt", `${name}: invalid ${ofSet ? "option" : "shell option"} name`);
    } else if (given.has("s") || given.has("u")) {
      if (ofSet) shell.options.set(name, given.has("s"));
      else shell.options.setShopt(name, given.has("s"));
    } else {
      if (!isOn(name)) status = 1;
      if (!given.has("q")) await output(shell, "shopt", optionLine(name, isOn(name), ofSet, given.has("p")));
    }
  }
  return status;
}

function optionLine(name: string, on: boolean, ofSet: boolean, asCommand: boolean): string {
  if (!asCommand) return `${name.padEnd(15)}\t${on ? "on" : "off"}\n`;
  return ofSet ? `set ${on ? "-" : "+"}o ${name}\n` : `shopt ${on ? "-s" : "-u"} ${name}\n`;
}

async function shift(shell: Shell, args: readonly string[]): Promise<number> {
  const [count = "1"] = args[0] === "--" ? args.slice(1) : args;
  if (!/^[+-]?\d+$/.test(count)) return await builtinError(shell, "shift", `${count}: numeric argument required`);
  const n = Number(count);
  if (n < 0) return await builtinError(shell, "shift", `${count}: shift count out of range`);
  if (n > shell.positional.length) {
    const told = shell.options.shopt("shift_verbose") || shell.options.get("posix");
    return told ? await builtinError(shell, "shift", `${count}: shift count out of range`) : 1;
  }
  if (n > 0) shell.positional = shell.positional.slice(n);
  return 0;
}

export const setBuiltins: BuiltinTable = { set: { run: set }, shopt: { run: shopt }, shift: { run: shift } };
