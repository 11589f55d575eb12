/** What the commands of ip share: the program, its global options, its rtnetlink socket, and the ways to end. */
import { Output } from "../output.ts";
import type { Rtnl } from "../rtnl.ts";
import { EXIT_MINUS_ONE, type Tool } from "../tool.ts";
import { parseInteger, UINT_MAX, type Words } from "../words.ts";

export interface IpOptions {
  family: number;
  stats: number;
  details: number;
  oneline: boolean;
  brief: boolean;
  json: boolean;
  pretty: boolean;
  all: boolean;
  /** -timestamp, -tshort: when ip monitor heard of something. */
  timestamp: "none" | "long" | "short";
}

export interface Ip {
  readonly tool: Tool;
  readonly options: Readonly<IpOptions>;
  readonly rtnl: Rtnl;
}

/** A command: the words behind its name; its exit status. */
export type IpCommand = (ip: Ip, words: Words) => Promise<number>;

export function outputOf(ip: Ip): Output {
  return new Output((text) => ip.tool.out(text), ip.options);
}

/** What ends a line inside of a record: -oneline makes it a backslash. */
export function lineEnd(ip: Ip): string {
  return ip.options.oneline ? "\\" : "\n";
}

/** Prints a message and ends with exit(-1). */
export async function die(ip: Ip, message: string): Promise<never> {
  await ip.tool.err(message);
  return await ip.tool.exit(EXIT_MINUS_ONE);
}

/** invarg() */
export function invalidArgument(ip: Ip, reason: string, argument: string): Promise<never> {
  return die(ip, `Error: argument "${argument}" is wrong: ${reason}\n`);
}

/** duparg() */
export function duplicateArgument(ip: Ip, key: string, argument: string): Promise<never> {
  return die(ip, `Error: duplicate "${key}": "${argument}" is the second value.\n`);
}

/** duparg2() */
export function eitherOr(ip: Ip, key: string, argument: string): Promise<never> {
  return die(ip, `Error: either "${key}" is duplicate, or "${argument}" is a garbage.\n`);
}

/** NEXT_ARG(): the next word, or the end of the program. */
export async function required(ip: Ip, words: Words): Promise<string> {
  return words.next() ?? (await die(ip, 'Command line is not complete. Try option "help"\n'));
}

/** The number of a group of links; only group 0 has a name. */
export async function takeGroup(ip: Ip, text: string): Promise<number> {
  const group = text === "default" ? 0 : parseInteger(text, 0, UINT_MAX);
  return group ?? (await invalidArgument(ip, 'Invalid "group" value\n', text));
}

/** nodev() */
export async function noDevice(ip: Ip, device: string): Promise<number> {
  await ip.tool.err(`Cannot find device "${device}"\n`);
  return 1;
}

/** A number or a name of one; ends the program with `complaint` if it is none. */
export async function takeNumber(ip: Ip, text: string, parse: (text: string) => number | null, complaint: string): Promise<number> {
  return parse(text) ?? (await invalidArgument(ip, complaint, text));
}
