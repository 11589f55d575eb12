/** What text means to an awk program: conversions by CONVFMT, regular expressions, how FS and RS divide. */
import { toText } from "./format.ts";
import { compileMawkRegex } from "./regex.ts";
import { AwkRunError } from "./syntax.ts";
import type { Value } from "./value.ts";
import { Variables } from "./variables.ts";

export class TextRules {
  readonly variables = new Variables();
  private readonly regexes = new Map<string, RegExp>();

  separator(): string | RegExp {
    const separator = this.text(this.variables.global("RS").value);
    return separator.length <= 1 ? separator : this.regex(separator);
  }

  text(value: Value): string {
    return typeof value === "string" ? value : toText(value, this.format("CONVFMT"));
  }

  format(name: "CONVFMT" | "OFMT"): string {
    const { value } = this.variables.global(name);
    return typeof value === "string" ? value : "%.6g";
  }

  regex(source: string): RegExp {
    let regex = this.regexes.get(source);
    if (regex === undefined) {
      const compiled = compileMawkRegex(source);
      if ("error" in compiled) throw new AwkRunError(`regular expression compile failed (${compiled.error})\n${source}`);
      regex = compiled;
      this.regexes.set(source, regex);
    }
    regex.lastIndex = 0;
    return regex;
  }

  /** Splits text by a separator as FS means it. */
  split(text: string, separator: string | RegExp): string[] {
    if (text === "") return [];
    if (separator === " ") return text.split(/[ \t\n]+/).filter((piece) => piece !== "");
    const paragraph = this.text(this.variables.global("RS").value) === "";
    if (separator === "") return Array.from(text);
    if (typeof separator === "string" && separator.length === 1 && !paragraph) return text.split(separator);
    const regex = typeof separator === "string" ? this.regex(separator.length === 1 ? `[${separator}]` : separator) : separator;
    // A group that captures would stand between the pieces.
    const source = regex.source.replace(/\\.|\[(?:\\.|[^\]\\])*\]|\((?!\?)/gs, (piece) => (piece === "(" ? "(?:" : piece));
    return text.split(new RegExp(`(?:${source})${paragraph ? "|\\n" : ""}`, regex.flags.replace("g", "")));
  }
}
