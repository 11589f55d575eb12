/**
 * Perl-compatible regular expressions (PCRE2, pcre2pattern(3)) as ECMAScript ones. Left out, and refused: recursion, conditions,
 * branch reset, \X, \C, \G, verbs other than those at the start that only choose the character set, and case that changes
 * behind a back reference. Different: a back reference to a group that took no part matches the empty text.
 */
import { PerlError, type Piece, Scanner } from "./perl-scanner.ts";

export { PerlError } from "./perl-scanner.ts";

/** What is refused: the real program can do it. */
export class NotModelledPattern extends Error {}

interface Flags {
  readonly icase: boolean;
  readonly dotAll: boolean;
  readonly multiline: boolean;
  readonly extended: boolean;
  readonly ungreedy: boolean;
}

/** What was read: ECMAScript source and the lengths of what it can match. */
interface Part {
  readonly source: string;
  readonly least: number;
  readonly most: number;
}

const EMPTY: Part = { source: "", least: 0, most: 0 };

/** The name of the group that marks where `\K` stood. */
const KEEP = "keep";

export interface PerlRegex {
  readonly regex: RegExp;
  /** Where the text that counts begins: behind the last `\K`. */
  readonly startOf: (match: RegExpExecArray) => number;
}

/** @throws PerlError in PCRE2's words, NotModelledPattern */
export function compilePerl(pattern: string, icase: boolean, wrap: (source: string) => string): PerlRegex {
  const translator = new Translator(pattern, icase);
  const source = wrap(translator.translate());
  const keeps = translator.keeps;
  return {
    regex: new RegExp(source, `gu${keeps ? "d" : ""}`),
    startOf: (match) => match.indices?.groups?.[KEEP]?.[0] ?? match.index,
  };
}

class Translator {
  private readonly scan: Scanner;
  private flags: Flags;
  /** How many groups are open or closed already. All groups get names, because atomic groups need memories between them. */
  private groups = 0;
  private memories = 0;
  private readonly names = new Set<string>();
  private inLookbehind = false;
  private readonly total: number;
  private readonly named: ReadonlyMap<string, number>;
  keeps = false;

  constructor(pattern: string, icase: boolean) {
    this.scan = new Scanner(pattern.replace(/^(\(\*(UTF8?|UCP)\))+/, ""));
    this.flags = { icase, dotAll: false, multiline: false, extended: false, ungreedy: false };
    [this.total, this.named] = this.scan.countGroups();
  }

  translate(): string {
    const part = this.alternatives();
    if (!this.scan.ended) throw new PerlError("unmatched closing parenthesis");
    return part.source;
  }

  /** Up to the closing parenthesis or the end. Flags set inside hold to its end. */
  private alternatives(): Part {
    const outer = this.flags;
    const parts = [this.sequence()];
    while (this.scan.take("|")) parts.push(this.sequence());
    this.flags = outer;
    const [least, most] = [Math.min(...parts.map((part) => part.least)), Math.max(...parts.map((part) => part.most))];
    if (this.inLookbehind && parts.some((part) => part.least !== part.most)) {
      throw new PerlError("lookbehind assertion is not fixed length");
    }
    return { source: parts.map((part) => part.source).join("|"), least, most };
  }

  private sequence(): Part {
    let [source, least, most] = ["", 0, 0];
    for (;;) {
      if (this.flags.extended) this.scan.skipBlanks();
      if (this.scan.ended || this.scan.peek("|") || this.scan.peek(")")) return { source, least, most };
      const atom = this.atom();
      const part = atom === null ? EMPTY : this.quantified(atom);
      source += part.source;
      least += part.least;
      most += part.most;
    }
  }

  /** One thing that can be repeated; null for what matches nothing and cannot be. */
  private atom(): Part | null {
    const { scan } = this;
    const char = scan.next();
    switch (char) {
      case "(":
        return this.group();
      case "[":
        return this.one(scan.charClass(this.flags.icase));
      case "\\":
        return this.escape();
      case ".":
        return this.one(this.flags.dotAll ? "[^]" : "[^\\n]");
      case "^":
        return this.zero(this.flags.multiline ? "(?<![^\\n])" : "(?<![^])");
      case "$":
        return this.zero(this.flags.multiline ? "(?![^\\n])" : "(?!\\n?[^])");
      case "*":
      case "+":
      case "?":
        throw new PerlError("quantifier does not follow a repeatable item");
      default:
        return this.literal(char);
    }
  }

  private one(source: string): Part {
    return { source, least: 1, most: 1 };
  }

  private zero(source: string): Part {
    return { source, least: 0, most: 0 };
  }

  private literal(char: string): Part {
    return this.one(this.scan.literal(char, this.flags.icase));
  }

  private quantified(atom: Part): Part {
    const quantifier = this.scan.quantifier(this.flags.extended);
    if (quantifier === null) return atom;
    const { least, most, mode } = quantifier;
    const range = `{${least},${most === Number.POSITIVE_INFINITY ? "" : most}}`;
    const lazy = (mode === "?") !== this.flags.ungreedy && mode !== "+";
    const source = `(?:${atom.source})${range}${lazy ? "?" : ""}`;
    const part = { source, least: atom.least * least, most: atom.most === 0 ? 0 : atom.most * most };
    return mode === "+" ? this.atomic(part) : part;
  }

  /** What was matched is not given back: looked at in advance, remembered, and taken. */
  private atomic(part: Part): Part {
    const memory = `m${++this.memories}`;
    return { ...part, source: `(?=(?<${memory}>${part.source}))\\k<${memory}>` };
  }

  private group(): Part | null {
    const { scan } = this;
    if (scan.peek("*")) throw new NotModelledPattern("a verb");
    if (!scan.take("?")) return this.capture(null);
    if (scan.take("#")) {
      scan.skipComment();
      return null;
    }
    if (scan.take(":")) return this.closed("(?:");
    if (scan.take("=")) return this.look("(?=");
    if (scan.take("!")) return this.look("(?!");
    if (scan.take("<=")) return this.lookbehind("(?<=");
    if (scan.take("<!")) return this.lookbehind("(?<!");
    if (scan.take(">")) return this.atomic(this.closed(""));
    const name = scan.groupName();
    if (name !== null) return this.capture(name);
    const reference = scan.namedReference();
    if (reference !== null) return this.backReference(this.numberOf(reference));
    if (scan.peekAny("R|(&+0123456789") || scan.peek("P>") || scan.peek("P&"))
      throw new NotModelledPattern("recursion, a condition or branch reset");
    return this.inlineFlags();
  }

  private capture(name: string | null): Part {
    if (name !== null && this.names.has(name)) throw new PerlError("two named subpatterns have the same name (PCRE2_DUPNAMES not set)");
    if (name !== null) this.names.add(name);
    const number = ++this.groups;
    const part = this.alternatives();
    this.close();
    return { ...part, source: `(?<g${number}>${part.source})` };
  }

  private closed(open: string): Part {
    const part = this.alternatives();
    this.close();
    return open === "" ? part : { ...part, source: `${open}${part.source})` };
  }

  private look(open: string): Part {
    const outer = this.inLookbehind;
    this.inLookbehind = false;
    const { source } = this.closed(open);
    this.inLookbehind = outer;
    return this.zero(`(?:${source})`);
  }

  private lookbehind(open: string): Part {
    const outer = this.inLookbehind;
    this.inLookbehind = true;
    const { source } = this.closed(open);
    this.inLookbehind = outer;
    return this.zero(`(?:${source})`);
  }

  private close(): void {
    if (!this.scan.take(")")) throw new PerlError("missing closing parenthesis");
  }

  /** `(?i)` holds to the end of the group around it, `(?i:...)` for its own. */
  private inlineFlags(): Part | null {
    const outer = this.flags;
    this.flags = { ...outer, ...this.scan.flags() };
    if (this.scan.take(")")) return null;
    if (!this.scan.take(":")) throw new PerlError("unrecognized character after (? or (?-");
    const part = this.closed("(?:");
    this.flags = outer;
    return part;
  }

  private escape(): Part | null {
    const piece: Piece = this.scan.escape();
    switch (piece.kind) {
      case "char":
        return this.literal(piece.char);
      case "quoted":
        return [...piece.text].map((char) => this.literal(char)).reduce((all, part) => this.join(all, part), EMPTY);
      case "class":
        return this.one(piece.source);
      case "assertion":
        return this.zero(piece.source);
      case "newline":
        return { source: "(?:\\r\\n|[\\n\\v\\f\\r\\x85\\u2028\\u2029])", least: 1, most: 2 };
      case "keep":
        if (this.keeps) throw new NotModelledPattern("\\K more than once");
        this.keeps = true;
        return this.zero(`(?<${KEEP}>)`);
      case "reference":
        return this.backReference(typeof piece.to === "string" ? this.numberOf(piece.to) : this.absolute(piece.to, piece.relative));
      default:
        throw new NotModelledPattern(`\\${piece.letter}`);
    }
  }

  private join(a: Part, b: Part): Part {
    return { source: a.source + b.source, least: a.least + b.least, most: a.most + b.most };
  }

  private numberOf(name: string): number {
    const number = this.named.get(name);
    if (number === undefined) throw new PerlError("reference to non-existent subpattern");
    return number;
  }

  private absolute(number: number, relative: boolean): number {
    const absolute = relative ? this.groups + 1 - number : number;
    if (absolute < 1 || absolute > this.total) throw new PerlError("reference to non-existent subpattern");
    return absolute;
  }

  private backReference(number: number): Part {
    if (number > this.groups) throw new NotModelledPattern("a reference to a group that comes later");
    if (this.flags.icase) throw new NotModelledPattern("a back reference without regard to case");
    return { source: `\\k<g${number}>`, least: 0, most: Number.POSITIVE_INFINITY };
  }
}
