/**
 * Models module parameters (kernel/params.c): `NAME=VALUE` words of finit_module(2), and the files below
 * /sys/module/NAME/parameters. Left out: arrays, byte to ullong, hexint, quoting inside values.
 */
import { EINVAL, ENOSPC, ERANGE } from "./errno.ts";

/** Longest charp value (STANDARD_PARAM_LEN). */
const STANDARD_PARAM_LEN = 1024;
const INT_MIN = -0x8000_0000;
const INT_MAX = 0x7fff_ffff;
const UINT_MAX = 0xffff_ffff;

export type ParameterValue = string | number | boolean;

/** One module_param(): its name, type and value before anybody sets it. */
export interface ModuleParameter {
  readonly name: string;
  readonly type: "int" | "uint" | "bool" | "charp";
  readonly value: ParameterValue;
  /** Permission bits of its file in sysfs, such as 0644; without it there is no file. */
  readonly perm?: number;
}

/** The parameters of one loaded module. */
export class Parameters {
  readonly declared: readonly ModuleParameter[];
  private readonly values = new Map<string, ParameterValue>();

  constructor(declared: readonly ModuleParameter[]) {
    this.declared = declared;
    for (const { name, value } of declared) this.values.set(name, value);
  }

  find(name: string): ModuleParameter | undefined {
    return this.declared.find((parameter) => parameqn(parameter.name, name));
  }

  /** The parameter's `set`: 0, -EINVAL, -ERANGE, or -ENOSPC for a text that is too long. `null` is a word without `=`. */
  set(parameter: ModuleParameter, text: string | null): number {
    const value = parse(parameter, text);
    if (value.error !== 0) return value.error;
    this.values.set(parameter.name, value.value);
    return 0;
  }

  /** A parameter's value as a text: what its file shows. */
  text(name: string): string {
    const value = this.values.get(name) ?? "";
    return typeof value === "boolean" ? (value ? "Y" : "N") : String(value);
  }

  number(name: string): number {
    return Number(this.values.get(name) ?? 0);
  }

  flag(name: string): boolean {
    return this.values.get(name) === true;
  }
}

/** parameqn(): dashes and underscores are the same. */
function parameqn(a: string, b: string): boolean {
  return a.replaceAll("-", "_") === b.replaceAll("-", "_");
}

function parse(parameter: ModuleParameter, text: string | null): { readonly value: ParameterValue; readonly error: number } {
  const fail = (error: number): { value: ParameterValue; error: number } => ({ value: "", error });
  switch (parameter.type) {
    case "bool": {
      const value = text === null ? true : kstrtobool(text);
      return value === null ? fail(-EINVAL) : { value, error: 0 };
    }
    case "charp":
      if (text === null) return fail(-EINVAL);
      return text.length >= STANDARD_PARAM_LEN ? fail(-ENOSPC) : { value: text, error: 0 };
    case "int":
    case "uint": {
      const value = kstrtoint(text ?? "");
      if (value === null) return fail(-EINVAL);
      const [least, most] = parameter.type === "int" ? [INT_MIN, INT_MAX] : [0, UINT_MAX];
      if (value < 0 && least === 0) return fail(-EINVAL);
      return value < least || value > most ? fail(-ERANGE) : { value, error: 0 };
    }
  }
}

/** kstrtobool(): looks at the first character, for "on" and "off" at the second too. */
function kstrtobool(text: string): boolean | null {
  if (/^[yY1]/.test(text) || /^[oO][nN]/.test(text)) return true;
  return /^[nN0]/.test(text) || /^[oO][fF]/.test(text) ? false : null;
}

/** kstrtoint() with base 0; one newline at the end is allowed. */
function kstrtoint(text: string): number | null {
  const found = /^([+-]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)\n?$/.exec(text);
  if (found === null) return null;
  const digits = found[2] ?? "";
  const value = /^0[0-7]/.test(digits) ? Number.parseInt(digits, 8) : Number(digits);
  return found[1] === "-" ? -value : value;
}
