/** base64(1): -d, -i, -w. */
import { strerror } from "../../kernel/index.ts";
import { STDOUT, writeAll } from "../lib/index.ts";
import { readOperand } from "./input.ts";
import { quote, quoteIfNeeded } from "./quote.ts";
import { utility } from "./utility.ts";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

const manual = {
  usage: "[OPTION]... [FILE]",
  short: "diw:",
  long: { decode: "d", "ignore-garbage": "i", wrap: "w:" },
};

export const base64 = utility(manual, async (util) => {
  const [file = "-", extra] = util.operands;
  if (extra !== undefined) await util.misused(`extra operand ${quote(extra)}`);
  const wrap = util.value("w") ?? "76";
  if (!/^\d+$/.test(wrap)) await util.die(`invalid wrap size: ${quote(wrap)}`);
  const bytes = await readOperand(util, file);
  if (typeof bytes === "number") return await util.die(`${quoteIfNeeded(file)}: ${strerror(bytes)}`);
  if (!util.has("d")) {
    const text = encodeBase64(bytes);
    const lines = Number(wrap) === 0 ? [text] : (text.match(new RegExp(`.{1,${wrap}}`, "g")) ?? []);
    return await util.out(lines.map((line) => (Number(wrap) === 0 ? line : `${line}\n`)).join(""));
  }
  const { decoded, valid } = decodeBase64(bytes, util.has("i"));
  await util.flush();
  await writeAll(util.process, STDOUT, decoded);
  if (!valid) await util.die("invalid input");
});

function encodeBase64(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += 3) {
    const [a = 0, b = 0, c = 0] = bytes.subarray(i, i + 3);
    const value = (a << 16) | (b << 8) | c;
    const digits = [18, 12, 6, 0].map((shift) => ALPHABET.charAt((value >> shift) & 63)).join("");
    const have = Math.min(3, bytes.length - i);
    text += digits.slice(0, have + 1).padEnd(4, "=");
  }
  return text;
}

function decodeBase64(bytes: Uint8Array, ignoreGarbage: boolean): { readonly decoded: Uint8Array; readonly valid: boolean } {
  const out: number[] = [];
  let quad: number[] = [];
  let padding = 0;
  for (const byte of bytes) {
    const char = String.fromCharCode(byte);
    if (char === "\n") continue;
    const digit = ALPHABET.indexOf(char);
    if (char === "=") padding++;
    else if (digit < 0 || padding > 0) {
      if (ignoreGarbage && digit < 0) continue;
      return { decoded: new Uint8Array([...out, ...bytesOf(quad)]), valid: false };
    } else quad.push(digit);
    if (quad.length + padding < 4) continue;
    if (quad.length < 2) return { decoded: new Uint8Array(out), valid: false };
    out.push(...bytesOf(quad));
    quad = [];
  }
  return { decoded: new Uint8Array(out), valid: quad.length === 0 };
}

/** The whole bytes in up to four digits. */
function bytesOf(digits: readonly number[]): readonly number[] {
  const value = digits.reduce((sum, digit, i) => sum | (digit << (18 - 6 * i)), 0);
  return [value >> 16, (value >> 8) & 255, value & 255].slice(0, Math.max(0, digits.length - 1));
}
