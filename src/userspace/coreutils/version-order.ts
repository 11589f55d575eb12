/** The order of versions (gnulib filevercmp): what sort -V and ls -v sort by. */

const SUFFIX = /(?:\.[A-Za-z~][A-Za-z0-9~]*)*$/;

/** Negative, 0 or positive. Names that begin with a dot come first, suffixes of files count last. */
export function compareVersions(a: string, b: string): number {
  if (a === "" || b === "") return Number(a !== "") - Number(b !== "");
  const dots = Number(b.startsWith(".")) - Number(a.startsWith("."));
  if (dots !== 0) return dots;
  if (a.startsWith(".")) {
    for (const special of [".", ".."]) if (a === special || b === special) return Number(b === special) - Number(a === special);
  }
  const [x, y] = [stem(a), stem(b)];
  return compareParts(x, y) || (x === a && y === b ? 0 : compareParts(a, b));
}

/** Without its suffixes; a name is never only a suffix. */
function stem(name: string): string {
  const at = SUFFIX.exec(name.slice(1))?.index ?? name.length;
  return name.slice(0, at + 1);
}

/** Texts character by character, letters before other characters and `~` before the end; runs of digits as numbers. */
function compareParts(a: string, b: string): number {
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    while ((i < a.length && !isDigit(a, i)) || (j < b.length && !isDigit(b, j))) {
      const difference = rank(a, i++) - rank(b, j++);
      if (difference !== 0) return difference;
    }
    const [x, y] = [digitsAt(a, i), digitsAt(b, j)];
    i += x.length;
    j += y.length;
    const [n, m] = [x.replace(/^0+/, ""), y.replace(/^0+/, "")];
    if (n.length !== m.length) return n.length - m.length;
    if (n !== m) return n < m ? -1 : 1;
  }
  return 0;
}

function isDigit(text: string, at: number): boolean {
  return /[0-9]/.test(text.charAt(at));
}

function digitsAt(text: string, at: number): string {
  return /^[0-9]*/.exec(text.slice(at))?.[0] ?? "";
}

function rank(text: string, at: number): number {
  if (at >= text.length) return -1;
  const char = text.charAt(at);
  if (isDigit(text, at)) return 0;
  if (/[A-Za-z]/.test(char)) return char.charCodeAt(0);
  return char === "~" ? -2 : char.charCodeAt(0) + 256;
}
