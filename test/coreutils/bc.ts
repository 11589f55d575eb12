/**
 * The programs of bc.txt: a command line, below it what the command reads from its standard input, `###` between two. `bc.json` holds
 * what Debian 12's bc 1.07.1 makes of them (written by `npx tsx tools/record-bc.ts`).
 */
import { readFileSync } from "node:fs";

export interface BcCase {
  readonly argv: readonly string[];
  readonly input: string;
}

export interface BcAnswer extends BcCase {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number;
}

export const BC_CASES: readonly BcCase[] = readFileSync(new URL("bc.txt", import.meta.url), "utf8")
  .split(/^###\n/m)
  .map((text) => {
    const end = text.indexOf("\n");
    return { argv: text.slice(0, end).split(" "), input: text.slice(end + 1) };
  });
