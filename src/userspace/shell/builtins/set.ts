/** set, shopt, shift, getopts. */

import { complain } from "../../lib/index.ts";
import { assignText } from "../assign.ts";
import { describeValue } from "../describe.ts";
import { optionOfLetter, setOptionNames, shoptNames } from "../options.ts";
import { functionText } from "../print.ts";
import { valueQuote } from "../quote.ts";
import type { Shell } from "../shell.ts";
import { isName } from "../variables.ts";
import { type BuiltinTable, builtinError, output, USAGE } from "./builtin.ts";
import { parseFlags } from "./flags.ts";

const SET_USAGE = "set: usage: set [-abefhkmnptuvxBCEHPT] [-o option-name] [--] [-] [arg ...]\n";

async function set(shell: Shell, args: readonly string[]): Promise<number> {
  if (args.length === 0) return await showAll(shell);
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string;
    if (arg === "--" || arg === "-") {
      if (arg === "-") for (const name of ["xtrace", "verbose"]) shell.options.set(name, false);
      if (arg === "--" || i + 1 < args.length) shell.positional = args.slice(i + 1);
      return 0;
    }
    if (!/^[-+]./.test(arg)) {
      shell.positional = args.slice(i);
      return 0;
    }
    for (const letter of arg.slice(1)) {
      if (letter !== "o") {
        const status = await setLetter(shell, letter, arg[0] as string);
        if (status !== 0) return status;
        continue;
      }
      const name = args[i + 1];
      if (name === undefined || /^[-+]/.test(name)) {
        await showOptions(shell, arg.startsWith("+"));
        continue;
      }
      i++;
      if (!setOptionNames().includes(name)) return await builtinError(shell, "set", `${name}: invalid option name`, USAGE);
      shell.options.set(name, arg.startsWith("-"));
    }
  }
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
    if (value !== undefined) text += `${name}=${typeof value === "string" ? valueQuote(value) : describeValue(value)}\n`;
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
  const ofSet = given.has("o");
  const known = ofSet ? setOptionNames() : shoptNames();
  const isOn = (name: string): boolean => (ofSet ? shell.options.get(name) : shell.options.shopt(name));
  const names = rest.length > 0 ? rest : known.filter((name) => (given.has("s") ? isOn(name) : given.has("u") ? !isOn(name) : true));
  let status = 0;
  for (const name of names) {
    if (!known.includes(name)) {
      status = await builtinError(shell, "shopt", `${name}: invalid ${ofSet ? "option" : "shell option"} name`);
    } else if (rest.length > 0 && (given.has("s") || given.has("u"))) {
      if (ofSet) shell.options.set(name, given.has("s"));
      else shell.options.setShopt(name, given.has("s"));
    } else {
      if (rest.length > 0 && !isOn(name)) status = 1;
      if (given.has("q")) continue;
      const on = isOn(name);
      const command = ofSet ? `set ${on ? "-" : "+"}o ${name}\n` : `shopt ${on ? "-s" : "-u"} ${name}\n`;
      await output(shell, "shopt", given.has("p") ? command : `${name.padEnd(15)}\t${on ? "on" : "off"}\n`);
    }
  }
  return status;
}

async function shift(shell: Shell, args: readonly string[]): Promise<number> {
  const [count = "1"] = args[0] === "--" ? args.slice(1) : args;
  if (!/^[+-]?\d+$/.test(count)) return await builtinError(shell, "shift", `${count}: numeric argument required`);
  const n = Number(count);
  if (n < 0) return await builtinError(shell, "shift", `${count}: shift count out of range`);
  if (n > shell.positional.length) return 1;
  if (n > 0) shell.positional = shell.positional.slice(n);
  return 0;
}

/** getopts optstring name [arg ...]: one option at each call, where OPTIND says. */
async function getopts(shell: Shell, args: readonly string[]): Promise<number> {
  const [spec, name, ...given] = args;
  if (spec === undefined || name === undefined) {
    await complain(shell.process, "getopts: usage: getopts optstring name [arg ...]\n");
    return USAGE;
  }
  const words = given.length > 0 ? given : shell.positional;
  const silent = spec.startsWith(":");
  const index = Number(shell.variables.text("OPTIND") ?? "1") || 1;
  if (index !== shell.getoptsIndex) shell.getoptsAt = 1;
  const word = words[index - 1];
  if (!isName(name)) return await builtinError(shell, "getopts", `\`${name}': not a valid identifier`);
  if (word === undefined || !/^-./.test(word) || word === "--") {
    finish(shell, word === "--" ? index + 1 : index, 1);
    assignText(shell, name, "?", false);
    return 1;
  }
  const letter = word[shell.getoptsAt] as string;
  const more = shell.getoptsAt + 1 < word.length;
  const found = letter === ":" ? -1 : spec.indexOf(letter, silent ? 1 : 0);
  if (found < 0) {
    finish(shell, more ? index : index + 1, more ? shell.getoptsAt + 1 : 1);
    return await complainAbout(shell, name, silent, "?", letter, `illegal option -- ${letter}`);
  }
  if (spec[found + 1] !== ":") {
    finish(shell, more ? index : index + 1, more ? shell.getoptsAt + 1 : 1);
    shell.variables.unset("OPTARG");
    assignText(shell, name, letter, false);
    return 0;
  }
  const value = more ? word.slice(shell.getoptsAt + 1) : words[index];
  finish(shell, more || value === undefined ? index + 1 : index + 2, 1);
  if (value === undefined)
    return await complainAbout(shell, name, silent, silent ? ":" : "?", letter, `option requires an argument -- ${letter}`);
  assignText(shell, "OPTARG", value, false);
  assignText(shell, name, letter, false);
  return 0;
}

function finish(shell: Shell, index: number, at: number): void {
  shell.getoptsIndex = index;
  shell.getoptsAt = at;
  assignText(shell, "OPTIND", String(index), false);
}

async function complainAbout(
  shell: Shell,
  name: string,
  silent: boolean,
  result: string,
  letter: string,
  message: string,
): Promise<number> {
  assignText(shell, name, result, false);
  if (silent) {
    assignText(shell, "OPTARG", letter, false);
    return 0;
  }
  shell.variables.unset("OPTARG");
  if (shell.variables.text("OPTERR") !== "0") await complain(shell.process, `${shell.name}: ${message}\n`);
  return 0;
}

export const setBuiltins: BuiltinTable = { set: { run: set }, shopt: { run: shopt }, shift: { run: shift }, getopts: { run: getopts } };
