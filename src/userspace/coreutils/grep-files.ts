/** Which files grep(1) passes over: --include, --exclude, --exclude-dir, --exclude-from, as gnulib's exclude.c decides. */
import { strerror } from "../../kernel/index.ts";
import { globToRegex } from "./glob.ts";
import { readTextFile, splitLines } from "./input.ts";
import { quoteIfNeeded } from "./quote.ts";
import type { Utility } from "./utility.ts";

interface Pattern {
  readonly glob: RegExp;
  readonly include: boolean;
}

export class FileChoice {
  private readonly files: Pattern[] = [];
  private readonly folders: Pattern[] = [];

  static async from(util: Utility): Promise<FileChoice> {
    const choice = new FileChoice();
    for (const { letter, argument } of util.given) {
      if (letter === "include" || letter === "exclude") choice.add(choice.files, argument, letter === "include");
      if (letter === "exclude-dir") choice.add(choice.folders, argument.replace(/(?!^)\/+$/, ""), false);
      if (letter !== "exclude-from") continue;
      const text = await readTextFile(util.process, argument);
      if (typeof text === "number") await util.die(`${quoteIfNeeded(argument)}: ${strerror(text)}`);
      else for (const line of splitLines(text)) if (line !== "" && !line.startsWith("#")) choice.add(choice.files, line.trimEnd(), false);
    }
    return choice;
  }

  private add(patterns: Pattern[], text: string, include: boolean): void {
    patterns.push({ glob: globToRegex(text, false), include });
  }

  /** @param named whether the path is an operand: then the end of it may match, else its last part must */
  skips(path: string, folder: boolean, named: boolean): boolean {
    const patterns = folder ? this.folders : this.files;
    const [first] = patterns;
    if (first === undefined) return false;
    const clean = folder ? path.replace(/(?!^)\/+$/, "") : path;
    const parts = clean.split("/");
    const candidates = named ? parts.map((_part, i) => parts.slice(i).join("/")) : [parts.at(-1) ?? ""];
    const last = patterns.findLast(({ glob }) => candidates.some((candidate) => glob.test(candidate)));
    return last === undefined ? first.include : !last.include;
  }
}
