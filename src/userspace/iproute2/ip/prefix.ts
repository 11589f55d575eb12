/** Addresses and prefixes on a command line of ip (get_prefix and get_addr of lib/utils.c). */
import { AF_INET, AF_INET6 } from "../../../netlink/index.ts";
import { parseInet } from "../inet.ts";
import { parseInteger } from "../words.ts";
import type { Ip } from "./context.ts";

export interface Prefix {
  /** 0 for `default`, which belongs to any family. */
  readonly family: number;
  readonly bytes: Uint8Array;
  readonly length: number;
}

export function familyOf(bytes: Uint8Array): number {
  return bytes.length === 4 ? AF_INET : AF_INET6;
}

function expected(family: number): string {
  return family === AF_INET ? "inet" : family === AF_INET6 ? "inet6" : "any valid";
}

/** ADDRESS[/LENGTH], ADDRESS/NETMASK or `default`; ends the program with status 1 if it is none. */
export async function takePrefix(ip: Ip, text: string, family = ip.options.family): Promise<Prefix> {
  if (text === "default" || text === "any" || text === "all")
    return { family, bytes: new Uint8Array(family === AF_INET6 ? 16 : 4), length: 0 };
  const [address = "", lengthText] = text.split("/");
  const bytes = parseInet(address);
  const bits = (bytes?.length ?? 0) * 8;
  const length = lengthText === undefined ? bits : (parseInteger(lengthText, 0, bits) ?? maskLength(lengthText));
  const fits = family === 0 || bits === (family === AF_INET ? 32 : 128);
  if (bytes !== null && length !== null && fits) return { family: familyOf(bytes), bytes, length };
  await ip.tool.err(`Error: ${expected(family)} prefix is expected rather than "${text}".\n`);
  return await ip.tool.exit(1);
}

/** 255.255.255.0 as the number of its leading ones; null if it is no mask. */
function maskLength(text: string): number | null {
  const bytes = text.includes(":") ? null : parseInet(text);
  if (bytes === null || text.split(".").length !== 4) return null;
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, "0")).join("");
  const length = bits.indexOf("0") < 0 ? 32 : bits.indexOf("0");
  return bits.includes("1", length) ? null : length;
}

/** An address alone; ends the program with status 1 if it is none. */
export async function takeAddress(ip: Ip, text: string, family = ip.options.family): Promise<Uint8Array> {
  const bytes = text === "default" || text === "any" || text === "all" ? new Uint8Array(family === AF_INET6 ? 16 : 4) : parseInet(text);
  if (bytes !== null && (family === 0 || familyOf(bytes) === family)) return bytes;
  await ip.tool.err(`Error: ${expected(family)} address is expected rather than "${text}".\n`);
  return await ip.tool.exit(1);
}
