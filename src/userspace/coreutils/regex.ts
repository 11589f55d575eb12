/**
 * POSIX regular expressions with the extensions of GNU, as ECMAScript ones. The longest of the matches that begin first is
 * taken; left out: the rule that the groups inside are as long as possible too, and collating symbols of more than one character.
 */

const CLASSES: Readonly<Record<string, string>> = {
  alnum: "0-9A-Za-z",
  alpha: "A-Za-z",
  blank: " \\t",
  cntrl: "\\x00-\\x1f\\x7f",
  digit: "0-9",
  graph: "!-~",
  lower: "a-z",
  print: " -~",
  punct: "!-\\/:-@\\[-`{-~",
  space: " \\t\\n\\r\\f\\v",
  upper: "A-Z",
  xdigit: "0-9A-Fa-f",
};

const BACKSLASHED: Readonly<Record<string, string>> = {
  "<": "\\b(?=\\w)",
  ">": "\\b(?<=\\w)",
  b: "\\b",
  B: "\\B",
  w: "\\w",
  W: "\\W",
  s: "\\s",
  S: "\\S",
  "`": "^",
  "'": "$",
};

/** The ECMAScript source and what GNU grep warns of, or what is wrong, in the words of regcomp(3). */
export type Translated = { readonly source: string; readonly warnings: readonly string[] } | { readonly error: string };

/**
 * @param newlines whether `.` and a bracket that excludes characters match a newline: sed and awk search texts of several lines
 */
export function translateRegex(pattern: string, extended: boolean, newlines = false): Translated {
  const state: State = {
    pattern,
    extended,
    newlines,
    at: 0,
    source: "",
    open: [],
    groups: 0,
    atom: 0,
    quantified: false,
    atStart: true,
    warnings: [],
  };
  while (state.at < pattern.length) {
    const error = translateOne(state);
    if (error !== null) return { error };
  }
  return state.open.length > 0 ? { error: "Unmatched ( or \\(" } : { source: state.source, warnings: state.warnings };
}

interface State {
  readonly pattern: string;
  readonly extended: boolean;
  readonly newlines: boolean;
  at: number;
  source: string;
  /** Where the groups that are not yet closed begin in `source`. */
  readonly open: number[];
  groups: number;
  /** Where in `source` that begins what a repetition would repeat, and whether it is a repetition already. */
  atom: number;
  quantified: boolean;
  /** Nothing stands before that a repetition could repeat. */
  atStart: boolean;
  readonly warnings: string[];
}

/** The next piece of the pattern: a special character in the form of its syntax, or an ordinary one. */
function translateOne(state: State): string | null {
  const { pattern, extended } = state;
  const char = pattern.charAt(state.at);
  if (char === "[") return bracket(state);
  if (char !== "\\") {
    state.at++;
    return extended && "(){}|+?".includes(char) ? special(state, char) : ordinaryOrCommon(state, char);
  }
  const next = pattern.charAt(state.at + 1);
  if (next === "") return "Trailing backslash";
  state.at += 2;
  if (!extended && "(){}|+?".includes(next)) return special(state, next);
  if (/[1-9]/.test(next)) return Number(next) > state.groups ? "Invalid back reference" : emit(state, `\\${next}(?:)`);
  const known = BACKSLASHED[next];
  return known === undefined ? emit(state, escaped(next)) : emit(state, known);
}

function emit(state: State, source: string): null {
  state.atom = state.source.length;
  state.source += source;
  state.quantified = false;
  state.atStart = false;
  return null;
}

function escaped(char: string): string {
  return /[\\^$.*+?()[\]{}|/]/.test(char) ? `\\${char}` : char;
}

/** `. * ^ $` and what has no meaning of its own. */
function ordinaryOrCommon(state: State, char: string): null {
  const { pattern, extended, at } = state;
  if (char === ".") return emit(state, state.newlines ? "[^]" : "[^\\n]");
  if (char === "*") return repeat(state, "*");
  const rest = pattern.slice(at);
  if (char === "^" && (extended || state.atStart)) {
    state.source += "^";
    return null;
  }
  if (char === "$" && (extended || rest === "" || rest.startsWith("\\)") || rest.startsWith("\\|"))) return emit(state, "$");
  return emit(state, escaped(char));
}

function special(state: State, char: string): string | null {
  switch (char) {
    case "(":
      state.groups++;
      state.open.push(state.source.length);
      state.source += "(";
      state.atStart = true;
      return null;
    case ")": {
      const start = state.open.pop();
      if (start === undefined) return state.extended ? emit(state, "\\)") : "Unmatched ) or \\)";
      emit(state, ")");
      state.atom = start;
      return null;
    }
    case "|":
      state.source += "|";
      state.atStart = true;
      return null;
    case "{":
      return interval(state);
    case "}":
      return emit(state, "\\}");
    default:
      return repeat(state, char);
  }
}

/** With nothing to repeat the character stands for itself, or in an extended expression for nothing. */
function repeat(state: State, quantifier: string): null {
  if (state.atStart && state.extended) state.warnings.push(`${quantifier.startsWith("{") ? "{...}" : quantifier} at start of expression`);
  if (state.atStart) return state.extended ? null : emit(state, `\\${quantifier}`);
  if (state.quantified) state.source = `${state.source.slice(0, state.atom)}(?:${state.source.slice(state.atom)})`;
  state.source += quantifier;
  state.quantified = true;
  return null;
}

function interval(state: State): string | null {
  const close = state.extended ? "}" : "\\}";
  const end = state.pattern.indexOf(close, state.at);
  const match = end < 0 ? null : /^(\d*)(,?)(\d*)$/.exec(state.pattern.slice(state.at, end));
  if (match === null || (match[1] === "" && match[2] === "")) {
    if (state.extended) return emit(state, "\\{");
    return end < 0 ? "Unmatched \\{" : "Invalid content of \\{\\}";
  }
  const [, least = "", comma = "", most = ""] = match;
  if (most !== "" && Number(least) > Number(most)) return "Invalid content of \\{\\}";
  if (Math.max(Number(least), Number(most)) > 32_767) return "Regular expression too big";
  state.at = end + close.length;
  if (state.atStart && !state.extended) return emit(state, `\\{${least}${comma}${most}\\}`);
  return repeat(state, `{${least === "" ? "0" : least}${comma}${most}}`);
}

function bracket(state: State): string | null {
  const rest = state.pattern.slice(state.at);
  const match = /^\[(\^?)(\]?(?:\[:[a-z]*:\]|\[([.=]).\3\]|[^\]])*)\]/s.exec(rest);
  if (match === null) return /^\[\^?$/.test(rest) ? "Invalid regular expression" : "Unmatched [, [^, [:, [., or [=";
  const [whole, negated = "", content = ""] = match;
  if (negated === "" && /^:.*:$/s.test(content)) return "character class syntax is [[:space:]], not [:space:]";
  let members = "";
  for (const [, name, , symbol, from = "", to] of content.matchAll(/\[:([a-z]*):\]|\[([.=])(.)\2\]|(.)(?:-(.))?/gs)) {
    const known = name === undefined ? (symbol === undefined ? null : member(symbol)) : CLASSES[name];
    if (known === undefined) return "Invalid character class name";
    if (to !== undefined && to < from) return "Invalid range end";
    members += known ?? member(from) + (to === undefined ? "" : `-${member(to)}`);
  }
  state.at += whole.length;
  return emit(state, negated === "" ? `[${members}]` : `[^${members}${state.newlines ? "" : "\\n"}]`);
}

/**
 * Compiles a pattern for sed and awk. With `multiline`, ^ and $ match around every newline.
 * @returns the expression (global, so that `lastIndex` says where a search begins), or what is wrong, in the words of regcomp(3)
 */
export function compileRegex(
  pattern: string,
  how: { readonly extended: boolean; readonly icase?: boolean; readonly multiline?: boolean },
): RegExp | string {
  const translated = translateRegex(pattern, how.extended, true);
  if ("error" in translated) return translated.error;
  // grep warns of an operator that has nothing to repeat; the others take it for a mistake.
  if (translated.warnings.some((warning) => warning.endsWith("at start of expression"))) return "Invalid preceding regular expression";
  return posixRegExp(translated.source, `g${how.icase === true ? "i" : ""}${how.multiline === true ? "m" : ""}`);
}

/** Sources in which the first way to match need not be the longest: alternatives, and groups that may be left out. */
const AMBIGUOUS = /\||\)[?*{]/;

/** Compiles an ECMAScript source so that of the matches that begin first the longest is found, as POSIX demands. */
export function posixRegExp(source: string, flags: string): RegExp {
  return AMBIGUOUS.test(source.replace(/\\.|\[(?:\\.|[^\]\\])*\]|\(\?:\)/gs, ""))
    ? new LongestRegExp(source, flags)
    : new RegExp(source, flags);
}

class LongestRegExp extends RegExp {
  /** Asks again for a longer match at the same place until there is none. */
  override exec(text: string): RegExpExecArray | null {
    let found = super.exec(text);
    while (found !== null && found.index + found[0].length < text.length) {
      const longer = this.longerThan(found.index + found[0].length);
      longer.lastIndex = found.index;
      const next = longer.exec(text);
      if (next === null) break;
      found = next;
    }
    if (found !== null && this.global) this.lastIndex = found.index + found[0].length;
    return found;
  }

  /** Matches at one place only, and ends beyond `end`. */
  private longerThan(end: number): RegExp {
    return new RegExp(`(?:${this.source})(?<=[^]{${end + 1}})`, `${this.flags.replace("g", "")}y`);
  }
}

function member(char: string): string {
  return /[\\\]^[-]/.test(char) ? `\\${char}` : char;
}
