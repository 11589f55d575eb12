/** nl(1): all options: which lines of headers, bodies and footers are numbered, and how. */
import { eachLine } from "./lines.ts";
import { quote } from "./quote.ts";
import { compileRegex } from "./regex.ts";
import { type Utility, utility } from "./utility.ts";

const manual = {
  usage: "[OPTION]... [FILE]...",
  short: "b:d:f:h:i:l:n:ps:v:w:",
  long: {
    ...{ "body-numbering": "b:", "section-delimiter": "d:", "footer-numbering": "f:", "header-numbering": "h:", "line-increment": "i:" },
    ...{ "join-blank-lines": "l:", "number-format": "n:", "no-renumber": "p", "number-separator": "s:", "starting-line-number": "v:" },
    ...{ "number-width": "w:" },
  },
};

const SECTIONS = ["footer", "body", "header"] as const;
type Section = (typeof SECTIONS)[number];

const STYLE_LETTERS = { header: "h", body: "b", footer: "f" } as const;

/** Which lines of a section have numbers: all, those with text, none, or those that match. */
type Style = "a" | "t" | "n" | RegExp;

interface Numbering {
  readonly styles: Readonly<Record<Section, Style>>;
  /** A line of one, two or three of these begins a section. */
  readonly delimiter: string;
  readonly first: number;
  readonly step: number;
  /** So many empty lines count as one. */
  readonly blanks: number;
  readonly width: number;
  readonly shown: (number: number) => string;
  readonly separator: string;
  readonly renumbers: boolean;
}

export const nl = utility(manual, async (util) => {
  const numbering = await numberingOf(util);
  let section: Section = "body";
  let [number, blanks] = [numbering.first, 0];
  await eachLine(util, "\n", async (line) => {
    const begun = sectionOf(line, numbering.delimiter);
    if (begun !== null) {
      section = begun;
      if (numbering.renumbers) number = numbering.first;
      await util.out("\n");
      return;
    }
    const style = numbering.styles[section];
    blanks = line === "" ? blanks + 1 : 0;
    const countsBlank = style === "a" && blanks % numbering.blanks === 0;
    if (line === "" && style === "a" ? countsBlank : isNumbered(style, line)) {
      await util.out(`${numbering.shown(number)}${numbering.separator}${line}\n`);
      number += numbering.step;
    } else await util.out(`${" ".repeat(numbering.width + numbering.separator.length)}${line}\n`);
  });
});

function sectionOf(line: string, delimiter: string): Section | null {
  const at = SECTIONS.findIndex((_section, i) => delimiter !== "" && line === delimiter.repeat(i + 1));
  return SECTIONS[at] ?? null;
}

function isNumbered(style: Style, line: string): boolean {
  if (!(style instanceof RegExp)) return style === "a" || (style === "t" && line !== "");
  style.lastIndex = 0;
  return style.test(line);
}

async function numberingOf(util: Utility): Promise<Numbering> {
  const format = util.value("n") ?? "rn";
  const width = await numberOf(util, "w", "line number field width", 6, 1);
  const first = await numberOf(util, "v", "starting line number", 1, Number.MIN_SAFE_INTEGER);
  const step = await numberOf(util, "i", "line number increment", 1, Number.MIN_SAFE_INTEGER);
  const blanks = await numberOf(util, "l", "line number of blank lines", 1, 1);
  const styles = { header: await styleOf(util, "header"), body: await styleOf(util, "body"), footer: await styleOf(util, "footer") };
  if (!/^(ln|rn|rz)$/.test(format)) return await util.misused(`invalid line numbering format: ${quote(format)}`);
  const given = util.value("d") ?? "\\:";
  const shown = (number: number): string => {
    if (format === "ln") return String(number).padEnd(width);
    if (format === "rn" || number >= 0) return String(number).padStart(width, format === "rz" ? "0" : " ");
    return `-${String(-number).padStart(width - 1, "0")}`;
  };
  const delimiter = given.length === 1 ? `${given}:` : given;
  return { styles, delimiter, first, step, blanks, width, shown, separator: util.value("s") ?? "\t", renumbers: !util.has("p") };
}

async function styleOf(util: Utility, section: Section): Promise<Style> {
  const text = util.value(STYLE_LETTERS[section]) ?? (section === "body" ? "t" : "n");
  if (text === "a" || text === "t" || text === "n") return text;
  if (!text.startsWith("p")) return await util.misused(`invalid ${section} numbering style: ${quote(text)}`);
  const regex = compileRegex(text.slice(1), { extended: false });
  return typeof regex === "string" ? await util.die(regex) : regex;
}

async function numberOf(util: Utility, letter: string, what: string, otherwise: number, least: number): Promise<number> {
  const text = util.value(letter);
  if (text === undefined) return otherwise;
  if (!/^[-+]?\d+$/.test(text)) return await util.die(`invalid ${what}: ${quote(text)}`);
  return Number(text) < least ? await util.die(`invalid ${what}: ${quote(text)}: Numerical result out of range`) : Number(text);
}
