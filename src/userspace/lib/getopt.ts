/**
 * getopt_long(3) of glibc: options may stand anywhere before `--`, long options may be cut short where that is not
 * ambiguous. Gives the steps in the order in which the C function would return them, and the operands.
 */
export interface OptionSpec {
  /** "Vfb:I::": a colon behind an option that takes an argument, two if it may be left out (then it has to be attached). */
  readonly short: string;
  /**
   * Long name to the short letter that it stands for, or to a longer name of its own, with colons as above: an option
   * that has no letter.
   */
  readonly long: ReadonlyMap<string, string>;
  /** The first operand ends the options, as for programs that run other programs. */
  readonly stopAtOperand?: boolean;
}

export type OptionStep =
  | { readonly kind: "option"; readonly letter: string; readonly argument: string; readonly word: string }
  /** What glibc says about a word that is no option ("invalid option -- 'h'"), without program name. */
  | { readonly kind: "bad"; readonly complaint: string };

export interface ScannedOptions {
  readonly steps: readonly OptionStep[];
  readonly operands: readonly string[];
}

/** Scans `words` (argv without its first). Stops at the first bad option, as every caller does. */
export function scanOptions(words: readonly string[], spec: OptionSpec): ScannedOptions {
  const steps: OptionStep[] = [];
  const operands: string[] = [];
  // Next word last: taking it from the front would move all the others.
  const queue = words.toReversed();
  const takeRest = (): void => {
    for (let word = queue.pop(); word !== undefined; word = queue.pop()) operands.push(word);
  };
  for (let word = queue.pop(); word !== undefined; word = queue.pop()) {
    if (word === "--") {
      takeRest();
      break;
    }
    if (word === "-" || !word.startsWith("-")) {
      operands.push(word);
      if (spec.stopAtOperand !== true) continue;
      takeRest();
      break;
    }
    const found = word.startsWith("--") ? scanLong(word.slice(2), queue, spec) : scanShort(word.slice(1), queue, spec);
    steps.push(...found);
    if (found.at(-1)?.kind === "bad") break;
  }
  return { steps, operands };
}

function bad(complaint: string): OptionStep[] {
  return [{ kind: "bad", complaint }];
}

/** Whether an option takes an argument, and whether it has to. */
function argumentOf(spec: OptionSpec, letter: string): "none" | "optional" | "required" {
  const at = letter.length === 1 ? spec.short.indexOf(letter) : letter.indexOf(":") - 1;
  const colons = /^:*/.exec((letter.length === 1 ? spec.short : letter).slice(at + 1))?.[0].length ?? 0;
  if (letter.length > 1 && at < 0) return "none";
  return colons === 0 ? "none" : colons === 1 ? "required" : "optional";
}

function scanShort(letters: string, queue: string[], spec: OptionSpec): OptionStep[] {
  const steps: OptionStep[] = [];
  for (let i = 0; i < letters.length; i++) {
    const letter = letters.charAt(i);
    const word = `-${letter}`;
    if (letter === ":" || !spec.short.includes(letter)) return [...steps, ...bad(`invalid option -- '${letter}'`)];
    const wants = argumentOf(spec, letter);
    if (wants === "none") {
      steps.push({ kind: "option", letter, argument: "", word });
      continue;
    }
    const rest = letters.slice(i + 1);
    const argument = rest === "" && wants === "required" ? queue.pop() : rest;
    if (argument === undefined) return [...steps, ...bad(`option requires an argument -- '${letter}'`)];
    return [...steps, { kind: "option", letter, argument, word }];
  }
  return steps;
}

function scanLong(text: string, queue: string[], spec: OptionSpec): OptionStep[] {
  const equals = text.indexOf("=");
  const name = equals < 0 ? text : text.slice(0, equals);
  const names = [...spec.long.keys()].filter((long) => long.startsWith(name));
  const full = names.length === 1 ? names[0] : names.find((long) => long === name);
  if (full === undefined) {
    if (names.length === 0) return bad(`unrecognized option '--${name}'`);
    return bad(`option '--${name}' is ambiguous; possibilities:${names.map((long) => ` '--${long}'`).join("")}`);
  }
  const meaning = spec.long.get(full) ?? "";
  const letter = meaning.replace(/:+$/, "");
  const word = `--${full}`;
  const wants = argumentOf(spec, meaning);
  if (wants === "none") {
    if (equals >= 0) return bad(`option '${word}' doesn't allow an argument`);
    return [{ kind: "option", letter, argument: "", word }];
  }
  if (equals >= 0) return [{ kind: "option", letter, argument: text.slice(equals + 1), word }];
  const argument = wants === "required" ? queue.pop() : "";
  if (argument === undefined) return bad(`option '${word}' requires an argument`);
  return [{ kind: "option", letter, argument, word }];
}
