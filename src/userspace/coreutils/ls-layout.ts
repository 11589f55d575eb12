/** What ls(1) shows, as its options and the terminal say. */
import { STDOUT } from "../lib/index.ts";
import { chooseWord, refuseChoice } from "./choices.ts";
import { colorsOf, type FileColors } from "./ls-colors.ts";
import { quote } from "./quote.ts";
import type { Utility } from "./utility.ts";

export type QuotingStyle = "literal" | "shell" | "shell-always" | "shell-escape" | "shell-escape-always" | "c" | "escape";

export interface Layout {
  readonly format: "long" | "single" | "columns" | "across" | "commas";
  readonly long: boolean;
  /** Columns of a line; 0 for no end. */
  readonly width: number;
  /** Columns between tabulators; 0 for none. */
  readonly tab: number;
  readonly indicators: "none" | "slash" | "file-type" | "classify";
  readonly quoting: QuotingStyle;
  /** Characters that cannot be seen become question marks. */
  readonly hideControls: boolean;
  /** strftime formats of times long ago and of recent ones. */
  readonly times: readonly [old: string, recent: string];
  readonly colors: FileColors | null;
  /** What ends a line. */
  readonly end: string;
}

const FORMATS: Readonly<Record<string, Layout["format"]>> = {
  verbose: "long",
  long: "long",
  commas: "commas",
  horizontal: "across",
  across: "across",
  vertical: "columns",
  "single-column": "single",
};

const LETTERS: Readonly<Record<string, Layout["format"]>> = {
  l: "long",
  g: "long",
  o: "long",
  n: "long",
  C: "columns",
  x: "across",
  m: "commas",
  "1": "single",
};

const STYLES: readonly QuotingStyle[] = ["literal", "shell", "shell-always", "shell-escape", "shell-escape-always", "c", "escape"];

const INDICATORS = ["none", "slash", "file-type", "classify"] as const;

const DEFAULT_WIDTH = 80;

/** @param own the format of dir and vdir, which escape names as well */
export async function layoutOf(util: Utility, own: Layout["format"] | null): Promise<Layout> {
  const terminal = util.process.isatty(STDOUT);
  const format = await formatOf(util, own ?? (terminal ? "columns" : "single"));
  const zero = util.has("zero");
  return {
    format,
    long: format === "long",
    width: await numberOf(util, "w", "line width", Number(util.process.env.get("COLUMNS")) || DEFAULT_WIDTH),
    tab: await numberOf(util, "T", "tab size", 8),
    indicators: await indicatorsOf(util, terminal),
    quoting: own === null || util.has("N", "Q", "quoting-style") ? await quotingOf(util, terminal) : "escape",
    hideControls:
      util.lastOf("q", "show-control-chars") === "q" || (terminal && !util.has("show-control-chars", "N", "b", "Q", "quoting-style")),
    times: await timesOf(util),
    colors: zero ? null : await colorsOf(util, terminal),
    end: zero ? "\0" : "\n",
  };
}

const FORMAT_WORDS = [["verbose", "long"], ["commas"], ["horizontal", "across"], ["vertical"], ["single-column"]] as const;

async function formatOf(util: Utility, otherwise: Layout["format"]): Promise<Layout["format"]> {
  const last = util.given.findLast(({ letter }) => LETTERS[letter] !== undefined || /^(format|full-time|zero)$/.test(letter));
  if (last === undefined) return otherwise;
  if (last.letter === "full-time") return "long";
  if (last.letter === "format") return FORMATS[await chooseWord(util, last.argument, "--format", FORMAT_WORDS)] ?? otherwise;
  // -1 takes nothing from -l.
  if ((last.letter === "1" || last.letter === "zero") && util.has("l", "g", "o", "n", "full-time")) return "long";
  return LETTERS[last.letter] ?? "single";
}

async function numberOf(util: Utility, letter: string, what: string, otherwise: number): Promise<number> {
  const text = util.value(letter);
  if (text === undefined) return otherwise;
  return /^\d+$/.test(text) ? Number(text) : await util.die(`invalid ${what}: ${quote(text)}`);
}

async function indicatorsOf(util: Utility, terminal: boolean): Promise<Layout["indicators"]> {
  const last = util.given.findLast(({ letter }) => /^(F|p|classify|file-type|indicator-style)$/.test(letter));
  switch (last?.letter) {
    case undefined:
      return "none";
    case "p":
      return "slash";
    case "file-type":
      return "file-type";
    case "indicator-style":
      return await chooseWord(
        util,
        last.argument,
        "--indicator-style",
        INDICATORS.map((style) => [style] as const),
      );
    default: {
      const when = last?.argument ?? "";
      return /^(never|no|none)$/.test(when) || (/^(auto|tty|if-tty)$/.test(when) && !terminal) ? "none" : "classify";
    }
  }
}

async function quotingOf(util: Utility, terminal: boolean): Promise<QuotingStyle> {
  const last = util.given.findLast(({ letter }) => /^(b|N|Q|quoting-style)$/.test(letter));
  if (last?.letter === "b") return "escape";
  if (last?.letter === "Q") return "c";
  if (last?.letter === "N" || (last === undefined && !terminal) || (last === undefined && util.has("zero"))) return "literal";
  if (last === undefined) return "shell-escape";
  return await chooseWord(
    util,
    last.argument,
    "--quoting-style",
    STYLES.map((style) => [style] as const),
  );
}

async function timesOf(util: Utility): Promise<readonly [string, string]> {
  const last = util.given.findLast(({ letter }) => /^(time-style|full-time)$/.test(letter));
  const asked = last?.letter === "full-time" ? "full-iso" : (last?.argument ?? util.process.env.get("TIME_STYLE") ?? "locale");
  const style = asked.replace(/^posix-/, "");
  if (style.startsWith("+")) {
    const [old = "", recent = old] = style.slice(1).split("\n");
    return [old, recent];
  }
  const known: Readonly<Record<string, readonly [string, string]>> = {
    "full-iso": ["%Y-%m-%d %H:%M:%S.%N %z", "%Y-%m-%d %H:%M:%S.%N %z"],
    "long-iso": ["%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M"],
    iso: ["%Y-%m-%d ", "%m-%d %H:%M"],
    locale: ["%b %e  %Y", "%b %e %H:%M"],
  };
  const choices = [...Object.keys(known).map((name) => `[posix-]${name}`), "+FORMAT (e.g., +%H:%M) for a 'date'-style format"];
  return known[style] ?? (await refuseChoice(util, `invalid argument ${quote(asked)} for ${quote("time style")}`, choices, 2));
}
