/**
 * The cases of cases.txt, and the files that they find. `recorded.json` holds what the GNU programs answer (written by
 * `npx tsx tools/record-utilities.ts` on a Debian 12 host); the tests compare ours with it.
 *
 * A case is one line: steps apart by ` ; `, words apart by spaces, '...' keeps a word together, `< file` at the end of a
 * step is its standard input, ⏎ stands for a newline. A line that begins with `$ ` is one step: bash runs the rest. Each case
 * starts in a fresh directory. `## name` begins a group.
 */
import { readFileSync } from "node:fs";

/** Files of the directory in which every case starts; a value of null is a directory, `-> x` a symbolic link. */
export const FILES: Readonly<Record<string, string | null>> = {
  empty: "",
  fruit: "pear\napple\nfig\napple\nbanana\n",
  numbers: "10\n9\n-3\n2.5\n007\n1e3\n",
  table: "a:3:x\nb:1:y\nc:2\nnone\n",
  words: "The quick  brown\tfox\n\njumps over\n\n\nthe lazy dog\n",
  unended: "one\ntwo",
  long: Array.from({ length: 30 }, (_, i) => `line ${i + 1}\n`).join(""),
  "a b": "space\n",
  log: "ok start\nERROR first\nok middle\nerror second\nok a.b end\nok a+b (end)\n",
  d: null,
  "d/inner": "in\n",
  "d/sub": null,
  "d/sub/deep": "ok deep\n",
  t: null,
  "t/sub": null,
  "t/sub/deep": "ok deep\n",
  link: "-> fruit",
  dangling: "-> nowhere",
  dlink: "-> d",
};

/** The cases by group. */
export const CASES: ReadonlyMap<string, readonly string[]> = new Map(
  readFileSync(new URL("cases.txt", import.meta.url), "utf8")
    .split(/^## /m)
    .slice(1)
    .map((group) => {
      const [name = "", ...lines] = group.split("\n");
      return [name, lines.filter((line) => line !== "")];
    }),
);
