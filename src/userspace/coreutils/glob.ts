/** fnmatch(3) as find and its relatives use it: `*` and `?` match slashes too. */

const CLASSES: Readonly<Record<string, string>> = {
  alpha: "a-zA-Z",
  digit: "0-9",
  alnum: "a-zA-Z0-9",
  upper: "A-Z",
  lower: "a-z",
  space: "\\s",
};

/** The whole of a name has to match. */
export function globToRegex(glob: string, icase: boolean): RegExp {
  let source = "";
  for (let i = 0; i < glob.length; i++) {
    const char = glob.charAt(i);
    if (char === "*") source += "[^]*";
    else if (char === "?") source += "[^]";
    else if (char === "\\" && i + 1 < glob.length) source += escaped(glob.charAt(++i));
    else if (char === "[") {
      const match = /^\[([!^]?)(\]?(?:\[:[a-z]+:\]|[^\]])*)\]/.exec(glob.slice(i));
      if (match === null) source += "\\[";
      else {
        source += `[${match[1] === "" ? "" : "^"}${bracket(match[2] ?? "")}]`;
        i += match[0].length - 1;
      }
    } else source += escaped(char);
  }
  return new RegExp(`^${source}$`, icase ? "i" : "");
}

function bracket(content: string): string {
  return content.replace(/\[:([a-z]+):\]|[\\\]^[]/g, (all, name?: string) => (name === undefined ? `\\${all}` : (CLASSES[name] ?? "")));
}

function escaped(char: string): string {
  return /[\\^$.*+?()[\]{}|/]/.test(char) ? `\\${char}` : char;
}
