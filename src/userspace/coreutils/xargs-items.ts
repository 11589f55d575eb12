/** How xargs(1) finds the arguments in its input, which comes in pieces. */

/** An argument, the end of a line that held some, or the end of everything for a reason. */
export type Found =
  | { readonly kind: "item"; readonly text: string }
  | { readonly kind: "line" }
  | { readonly kind: "unmatched"; readonly quote: "single" | "double" }
  | { readonly kind: "long" };

interface Rules {
  /** What stands between arguments; null for blanks and newlines, with quotes and backslashes. */
  readonly separator: string | null;
  /** A line is one argument (-I). */
  readonly wholeLines: boolean;
  /** The argument behind which nothing is read. */
  readonly end: string | undefined;
  /** No argument may have more characters. */
  readonly most: number;
}

/** In front of an argument, in one, behind a backslash, or behind a quote. */
type State = "space" | "word" | "escaped" | "'" | '"';

const PLAIN = /[^ \t\n'"\\]+/y;

export class Items {
  /** Nothing more is wanted. */
  ended = false;
  private readonly rules: Rules;
  private state: State = "space";
  private word = "";
  /** The argument may be empty: there were quotes. */
  private quoted = false;

  constructor(rules: Rules) {
    this.rules = rules;
  }

  /** The arguments that end in a piece of the input. */
  *take(text: string): Generator<Found> {
    for (let at = 0; at < text.length && !this.ended; ) {
      const plain = this.plainFrom(text, at);
      this.word += plain;
      at += plain.length;
      if (this.word.length > this.rules.most) {
        this.ended = true;
        yield { kind: "long" };
      } else if (at < text.length) yield* this.step(text.charAt(at++));
    }
  }

  /** What stands for itself at `at`. */
  private plainFrom(text: string, at: number): string {
    const { separator } = this.rules;
    if (separator !== null) {
      const end = text.indexOf(separator, at);
      return text.slice(at, end < 0 ? text.length : end);
    }
    if (this.state !== "space" && this.state !== "word") return "";
    PLAIN.lastIndex = at;
    const plain = PLAIN.exec(text)?.[0] ?? "";
    if (plain !== "") this.state = "word";
    return plain;
  }

  /** What the end of the input makes of what is left. */
  *end(): Generator<Found> {
    if (this.ended) return;
    this.ended = true;
    if (this.word === "") return;
    if (this.state === "'" || this.state === '"') yield unmatched(this.state);
    else yield* this.finish(null);
  }

  private *step(char: string): Generator<Found> {
    if (this.rules.separator !== null) {
      yield { kind: "item", text: this.word };
      yield { kind: "line" };
      this.word = "";
      return;
    }
    const { state } = this;
    if (state === "escaped") {
      this.word += char;
      this.state = "word";
    } else if (state === "'" || state === '"') yield* this.stepInQuotes(char, state);
    else if (char === "\n") yield* this.finish("line");
    else if ((char === " " || char === "\t") && (state === "space" || !this.rules.wholeLines)) yield* this.finish("blank");
    else if (char === "'" || char === '"') this.state = char;
    else if (char === "\\") this.state = "escaped";
    else {
      this.state = "word";
      this.word += char;
    }
  }

  private *stepInQuotes(char: string, quote: "'" | '"'): Generator<Found> {
    if (char === quote) {
      this.state = "word";
      this.quoted = true;
    } else if (char === "\n") {
      this.ended = true;
      yield unmatched(quote);
    } else this.word += char;
  }

  /** Ends the argument if there is one. A blank at the end of a line continues it on the next one. */
  private *finish(by: "line" | "blank" | null): Generator<Found> {
    const [text, isItem] = [this.word, this.word !== "" || this.quoted];
    [this.state, this.word, this.quoted] = ["space", "", false];
    if (!isItem) return;
    if (this.rules.separator === null && text !== "" && text === this.rules.end) {
      this.ended = true;
      return;
    }
    yield { kind: "item", text };
    if (by === "line") yield { kind: "line" };
  }
}

function unmatched(quote: "'" | '"'): Found {
  return { kind: "unmatched", quote: quote === "'" ? "single" : "double" };
}
