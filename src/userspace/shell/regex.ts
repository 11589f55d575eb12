/**
 * POSIX extended regular expressions on JavaScript's engine. Left out: collating elements, and the longest match for each group (the whole
 * match is the longest one).
 */
const CLASSES: Readonly<Record<string, string>> = {
  alnum: "a-zA-Z0-9",
  alpha: "a-zA-Z",
  blank: " \\t",
  cntrl: "\\x00-\\x1f\\x7f",
  digit: "0-9",
  graph: "!-~",
  lower: "a-z",
  print: " -~",
  punct: "!-\\/:-@\\[-`{-~",
  space: "\\s",
  upper: "A-Z",
  xdigit: "0-9a-fA-F",
};

/** The leftmost match, and of those the longest: the engine takes the first alternative that fits, so it is asked again for a longer one. */
export function longestMatch(regex: RegExp, text: string): RegExpExecArray | null {
  let found = regex.exec(text);
  if (found === null || !regex.source.includes("|")) return found;
  for (let longer = found; longer.index + longer[0].length < text.length; found = longer) {
    const end = longer.index + longer[0].length + 1;
    const next = new RegExp(`(?:${regex.source})(?<=^[^]{${end},})`, `${regex.flags}y`);
    next.lastIndex = longer.index;
    const better = next.exec(text);
    if (better === null) break;
    longer = better;
  }
  return found;
}

/** Null if the expression is not well formed. */
export function translateRegex(pattern: string, ignoreCase: boolean): RegExp | null {
  let source = "";
  for (let at = 0; at < pattern.length; ) {
    const char = pattern[at] as string;
    if (char === "[") {
      const bracket = bracketAt(pattern, at);
      if (bracket === null) return null;
      source += bracket.source;
      at = bracket.end;
    } else if (char === "\\") {
      const next = pattern[at + 1];
      if (next === undefined) return null;
      source += escaped(next);
      at += 2;
    } else if (char === "{" && !/^\{\d*,?\d*\}/.test(pattern.slice(at))) {
      source += "\\{";
      at++;
    } else {
      source += char === "}" && !/\{\d*,?\d*$/.test(pattern.slice(0, at)) ? "\\}" : char;
      at++;
    }
  }
  try {
    return new RegExp(source.replace(/\{,(\d+)\}/g, "{0,$1}"), ignoreCase ? "is" : "s");
  } catch {
    return null;
  }
}

/** \w \b and their like are GNU's; other letters stand for themselves. */
function escaped(char: string): string {
  if (/[wWsSbB]/.test(char)) return `\\${char}`;
  if (char === "<" || char === ">") return "\\b";
  return /[A-Za-z0-9]/.test(char) ? char : `\\${char}`;
}

function bracketAt(pattern: string, open: number): { readonly source: string; readonly end: number } | null {
  let at = open + 1;
  let set = "[";
  if (pattern[at] === "^") {
    set += "^";
    at++;
  }
  for (let first = true; ; first = false) {
    const char = pattern[at];
    if (char === undefined) return null;
    if (char === "]" && !first) return { source: `${set}]`, end: at + 1 };
    const named = /^\[:(\w+):\]/.exec(pattern.slice(at));
    if (named !== null) {
      const members = CLASSES[named[1] as string];
      if (members === undefined) return null;
      set += members;
      at += named[0].length;
    } else {
      set += /[\\\]^[]/.test(char) ? `\\${char}` : char;
      at++;
    }
  }
}
