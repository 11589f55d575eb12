/** What the options of devlink can be, and the kinds of rows that their table is made of. */
import type { AttributeWriter } from "../../../netlink/index.ts";
import { EXIT_MINUS_ONE } from "../tool.ts";
import { parseDecimal, parseDecimal64, UINT_MAX } from "../words.ts";
import type { Devlink } from "./context.ts";
import type { Names } from "./names.ts";
import { parseRate } from "./rate-value.ts";

/** What the options of a command said. */
export interface Options {
  portType?: number;
  count?: number;
  sb?: number;
  pool?: number;
  sbSize?: number;
  sbType?: number;
  thtype?: number;
  th?: number;
  tc?: number;
  mode?: number;
  inlineMode?: number;
  dpipeName?: string;
  counters?: boolean;
  encapMode?: number;
  path?: string;
  size?: bigint;
  name?: string;
  value?: string;
  cmode?: number;
  snapshot?: number;
  address?: bigint;
  length?: bigint;
  file?: string;
  component?: string;
  /** Bits of DEVLINK_FLASH_OVERWRITE_*. */
  overwrite?: number;
  reporter?: string;
  gracePeriod?: bigint;
  autoRecover?: boolean;
  autoDump?: boolean;
  trap?: string;
  group?: string;
  trapAction?: number;
  /** A descriptor, or a process id. */
  netns?: { readonly fd: number } | { readonly pid: number };
  action?: number;
  limit?: number;
  /** 0: none. */
  policer?: number;
  rate?: bigint;
  burst?: bigint;
  hwAddr?: Uint8Array;
  state?: number;
  /** Bytes a second, as the next one. */
  txShare?: bigint;
  txMax?: bigint;
  /** Empty: none. */
  parent?: string;
  flavour?: number;
  pfnum?: number;
  sfnum?: number;
  controller?: number;
  lc?: number;
  /** Empty: none. */
  lcType?: string;
  /** The tests that were named. */
  selftests?: readonly string[];
}

export type OptionKey = keyof Options;

/** Why a value is wrong; with a status where the real program exits at once. */
export interface Refusal {
  readonly message: string;
  readonly exit?: number;
}

export interface OptionRow {
  readonly key: OptionKey;
  readonly words: readonly string[];
  /** Takes the value from the line; null if it is right. */
  read(dl: Devlink, options: Options): Promise<Refusal | null> | Refusal | null;
  put?(writer: AttributeWriter, options: Options): void;
}

/** The keys whose value is of type T. */
type KeyOf<T> = { [K in OptionKey]-?: NonNullable<Options[K]> extends T ? K : never }[OptionKey];
export type Put<T> = (writer: AttributeWriter, value: T) => void;

/** An option with one argument; `parse` gives its value, or what is wrong with it. */
export function row<K extends OptionKey>(
  key: K,
  words: string | readonly string[],
  missing: string,
  parse: (text: string, dl: Devlink) => NonNullable<Options[K]> | Refusal | Promise<NonNullable<Options[K]> | Refusal>,
  put?: Put<NonNullable<Options[K]>>,
): OptionRow {
  const read = async (dl: Devlink, options: Options): Promise<Refusal | null> => {
    const text = dl.words.next();
    if (text === undefined) return { message: missing };
    const value = await parse(text, dl);
    if (isRefusal(value)) return value;
    options[key] = value;
    return null;
  };
  return { key, words: typeof words === "string" ? [words] : words, read, ...(put === undefined ? {} : { put: putter(key, put) }) };
}

function isRefusal(value: unknown): value is Refusal {
  return typeof value === "object" && value !== null && "message" in value;
}

export function putter<K extends OptionKey>(
  key: K,
  put: Put<NonNullable<Options[K]>>,
): (writer: AttributeWriter, options: Options) => void {
  return (writer, options) => {
    const value = options[key];
    if (value !== undefined && value !== null) put(writer, value);
  };
}

export const NO_STRING = "String parameter expected";
const NO_NUMBER = "Unsigned number argument expected";
export const notInRange = (text: string): Refusal => ({ message: `"${text}" is not a number or not within range` });

export const text = (key: KeyOf<string>, word: string, attr?: number): OptionRow =>
  row(key, word, NO_STRING, (given) => given, attr === undefined ? undefined : (w, v) => w.string(attr, v));

export const number = (key: KeyOf<number>, word: string, put: Put<number>, most = UINT_MAX): OptionRow =>
  row(key, word, NO_NUMBER, (given) => parseDecimal(given, 0, most) ?? notInRange(given), put);

export const wide = (key: KeyOf<bigint>, word: string, attr: number): OptionRow =>
  row(
    key,
    word,
    NO_NUMBER,
    (given) => parseDecimal64(given) ?? notInRange(given),
    (w, v) => w.u64(attr, v),
  );

export const truth = (key: KeyOf<boolean>, words: string | readonly string[], attr: number): OptionRow =>
  row(
    key,
    words,
    "Boolean argument expected",
    (given) => parseBool(given) ?? { message: `"${given}" is not a valid boolean value` },
    (w, v) => w.u8(attr, v ? 1 : 0),
  );

export const named = (key: KeyOf<number>, words: string | readonly string[], table: Names, what: string, put: Put<number>): OptionRow =>
  row(key, words, NO_STRING, (given) => table.get(given) ?? { message: `Unknown ${what} "${given}"` }, put);

/** As `named`, where the real program says so with invarg() and exits. */
export const namedOrExit = (key: KeyOf<number>, word: string, table: Names, what: string, put?: Put<number>): OptionRow =>
  row(
    key,
    word,
    NO_STRING,
    (given) => table.get(given) ?? { message: `Error: argument "${given}" is wrong: unknown ${what}`, exit: EXIT_MINUS_ONE },
    put,
  );

export const bandwidth = (key: KeyOf<bigint>, word: string, attr: number): OptionRow =>
  row(
    key,
    word,
    NO_STRING,
    (given) => parseRate(given) ?? { message: `Invalid rate value: "${given}"` },
    (w, v) => w.u64(attr, v),
  );

/** A word without argument that means "none". */
export function none<K extends OptionKey>(key: K, word: string, value: NonNullable<Options[K]>): OptionRow {
  return {
    key,
    words: [word],
    read: (_dl, options) => {
      options[key] = value;
      return null;
    },
  };
}

export const u16 =
  (attr: number): Put<number> =>
  (w, v) =>
    w.u16(attr, v);
export const u32 =
  (attr: number): Put<number> =>
  (w, v) =>
    w.u32(attr, v);
export const u8 =
  (attr: number): Put<number> =>
  (w, v) =>
    w.u8(attr, v);

function parseBool(given: string): boolean | null {
  return given === "true" ? true : given === "false" ? false : null;
}
