/** What a command of ethtool is given, and the two common kinds: a question in plain text, and a change. */
import type { Attributes } from "../../../netlink/index.ts";
import { AttributeWriter } from "../../../netlink/index.ts";
import type { Tool } from "../tool.ts";
import { nl_parser, type ParamParser } from "./parser.ts";
import { ask, openFamily, tell } from "./request.ts";

export interface Invocation {
  readonly tool: Tool;
  readonly device: string;
  /** What stands behind the device. */
  readonly words: readonly string[];
  readonly json: boolean;
  /** -I: with the statistics that belong to it. */
  readonly statistics: boolean;
}

/** The exit status. */
export type Command = (invocation: Invocation) => Promise<number>;

/** Says so if there are words behind the device where none belong. */
export async function unexpected({ tool, words }: Invocation): Promise<boolean> {
  const [word] = words;
  if (word === undefined) return false;
  await tool.err(`ethtool: unexpected parameter '${word}'\n`);
  return true;
}

/** A question whose answer is always plain text. */
export function question(cmd: number, text: (device: string, answer: Attributes) => string): Command {
  return async (invocation) => {
    if (await unexpected(invocation)) return 1;
    const { tool, device } = invocation;
    const family = await openFamily(tool);
    const answer = family === null ? null : await ask(tool, family, cmd, device);
    if (answer === null) return 1;
    tool.out(text(device, answer));
    return 0;
  };
}

/** A change; `refused` is the status if the kernel does not make it. */
export function change(option: string, cmd: number, params: readonly ParamParser[], refused: number): Command {
  return async ({ tool, device, words }) => {
    const complaint = nl_parser(option, words, params, new AttributeWriter());
    if (complaint !== null) {
      await tool.err(complaint);
      return 1;
    }
    const family = await openFamily(tool);
    if (family === null) return 1;
    return (await tell(tool, family, cmd, device, (w) => void nl_parser(option, words, params, w))) ? 0 : refused;
  };
}

/** show_u32(): a number, or `n/a` if it was not told. */
export function number(answer: Attributes, attribute: number): string {
  return String(answer.u32(attribute) ?? "n/a");
}

/** u8_to_bool() */
export function onOff(answer: Attributes, attribute: number): string {
  const value = answer.u8(attribute);
  return value === undefined ? "n/a" : value === 0 ? "off" : "on";
}
