/** Models netlink/parser.c of ethtool 6.1: `NAME VALUE...` on the command line becomes attributes. Left out: other kinds of values. */
import type { AttributeWriter } from "../../../netlink/index.ts";

/** Takes the words behind a name: how many they were, or null if the first one is wrong. */
export type Handler = (words: readonly string[], w: AttributeWriter) => number | null;

export interface ParamParser {
  readonly arg: string;
  readonly handler: Handler;
}

/**
 * nl_parser(): writes what the words say, or gives back the complaint. `cmd` is the option, as complaints name it. Each
 * parameter takes one word at least, and may stand there once.
 */
export function nl_parser(cmd: string, words: readonly string[], params: readonly ParamParser[], w: AttributeWriter): string | null {
  const seen = new Set<string>();
  for (let at = 0; at < words.length; ) {
    const name = words[at++] ?? "";
    const param = params.find(({ arg }) => arg === name);
    if (param === undefined) return `ethtool (${cmd}): unknown parameter '${name}'\n`;
    if (seen.has(name)) return `ethtool (${cmd}): duplicate parameter '${name}'\n`;
    seen.add(name);
    const rest = words.slice(at);
    const [value] = rest;
    if (value === undefined) return `ethtool (${cmd}): no value for parameter '${name}'\n`;
    const taken = param.handler(rest, w);
    if (taken === null) return `ethtool (${cmd}): invalid value '${value}' for parameter '${name}'\n`;
    at += taken;
  }
  return null;
}

const U32_MAX = 0xffff_ffff;

/** parse_u32(): decimal, or hexadecimal behind 0x; null for what is no such number. */
function parse_u32(text: string): number | null {
  const hex = /^0[xX]/.test(text);
  const digits = (hex ? text.slice(2) : text).replace(/^\s*\+?/, "");
  if (!(hex ? /^[0-9a-fA-F]+$/ : /^\d+$/).test(digits)) return null;
  const value = Number.parseInt(digits, hex ? 16 : 10);
  return value > U32_MAX ? null : value;
}

/** nl_parse_direct_u32() */
export function u32(arg: string, attribute: number): ParamParser {
  const handler: Handler = ([word = ""], w) => {
    const value = parse_u32(word);
    if (value === null) return null;
    w.u32(attribute, value);
    return 1;
  };
  return { arg, handler };
}

/** nl_parse_u8bool(): `on` or `off`. */
export function u8bool(arg: string, attribute: number): ParamParser {
  const handler: Handler = ([word], w) => {
    if (word !== "on" && word !== "off") return null;
    w.u8(attribute, word === "on" ? 1 : 0);
    return 1;
  };
  return { arg, handler };
}
