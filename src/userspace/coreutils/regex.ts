/**
 * POSIX regular expressions with the extensions of GNU, as ECMAScript ones. Left out: the leftmost-longest rule among
 * alternatives (the first that matches is taken), collating symbols and equivalence classes.
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

/** The ECMAScript source, or what is wrong, in the words of regcomp(3). */
export function translateRegex(pattern: string, extended: boolean): { readonly source: string } | { readonly error: string } {
  const state: State = { pattern, extended, at: 0, source: "", depth: 0, groups: 0, atStart: true };
  while (state.at < pattern.length) {
    const error = translateOne(state);
    if (error !== null) return { error };
  }
  return state.depth > 0 ? { error: "Unmatched ( or \\(" } : { source: state.source };
}

interface State {
  readonly pattern: string;
  readonly extended: boolean;
  at: number;
  source: string;
  depth: number;
  groups: number;
  /** Nothing stands before that a repetition could repeat. */
  atStart: boolean;
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
  state.source += source;
  state.atStart = false;
  return null;
}

function escaped(char: string): string {
  return /[\\^$.*+?()[\]{}|/]/.test(char) ? `\\${char}` : char;
}

/** `. * ^ $` and what has no meaning of its own. */
function ordinaryOrCommon(state: State, char: string): null {
  const { pattern, extended, at } = state;
  if (char === ".") return emit(state, "[^\\n]");
  if (char === "*") return state.atStart ? (extended ? null : emit(state, "\\*")) : repeat(state, "*");
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
      state.depth++;
      state.groups++;
      state.source += "(";
      state.atStart = true;
      return null;
    case ")":
      if (state.depth === 0) return state.extended ? emit(state, "\\)") : "Unmatched ) or \\)";
      state.depth--;
      return emit(state, ")");
    case "|":
      state.source += "|";
      state.atStart = true;
      return null;
    case "{":
      return interval(state);
    case "}":
      return emit(state, "\\}");
    default:
      return state.atStart ? (state.extended ? null : emit(state, `\\${char}`)) : repeat(state, char);
  }
}

/** A repetition of a repetition is a repetition of the whole. */
function repeat(state: State, quantifier: string): null {
  const double = /[*+?}]$/.test(state.source) && !/\\[*+?}]$/.test(state.source);
  if (!double) return emit(state, quantifier);
  // Repeating zero or more times what may be repeated is the same as the widest of both.
  state.source = state.source.replace(/(?:[*+?]|\{[\d,]*\})$/, "*");
  return null;
}

function interval(state: State): string | null {
  const close = state.extended ? "}" : "\\}";
  const end = state.pattern.indexOf(close, state.at);
  const match = end < 0 ? null : /^(\d*)(,?)(\d*)$/.exec(state.pattern.slice(state.at, end));
  if (state.atStart || match === null || (match[1] === "" && match[2] === "")) {
    if (state.extended) return emit(state, "\\{");
    return end < 0 ? "Unmatched \\{" : state.atStart ? "Invalid preceding regular expression" : "Invalid content of \\{\\}";
  }
  const [, least = "", comma = "", most = ""] = match;
  if (most !== "" && Number(least) > Number(most)) return "Invalid content of \\{\\}";
  if (Math.max(Number(least), Number(most)) > 32_767) return "Regular expression too big";
  state.at = end + close.length;
  return emit(state, `{${least === "" ? "0" : least}${comma}${most}}`);
}

function bracket(state: State): string | null {
  const match = /^\[(\^?)(\]?(?:\[:[a-z]*:\]|\[[.=].*?[.=]\]|[^\]])*)\]/s.exec(state.pattern.slice(state.at));
  if (match === null) return "Unmatched [, [^, [:, [., or [=";
  const [whole, negated = "", content = ""] = match;
  if (/\[[.=]/.test(content)) return "Invalid collation character";
  let members = "";
  for (const [, name, from = "", to] of content.matchAll(/\[:([a-z]*):\]|(.)(?:-(.))?/gs)) {
    const known = name === undefined ? null : CLASSES[name];
    if (known === undefined) return "Invalid character class name";
    if (to !== undefined && to < from) return "Invalid range end";
    members += known ?? member(from) + (to === undefined ? "" : `-${member(to)}`);
  }
  state.at += whole.length;
  return emit(state, negated === "" ? `[${members}]` : `[^${members}\\n]`);
}

function member(char: string): string {
  return /[\\\]^[-]/.test(char) ? `\\${char}` : char;
}
