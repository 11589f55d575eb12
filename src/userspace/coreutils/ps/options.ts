/** The options of ps(1): those of UNIX with a dash, of BSD without one, and the long ones. */

/** A list of processes by one of their properties. */
export type By = "pid" | "ppid" | "command" | "user" | "group" | "session" | "terminal";

/** Which layout of columns is asked for, without a list of one's own. */
export interface Layout {
  readonly flags: Set<"full" | "extra full" | "long" | "jobs" | "threads" | "thread ids" | "no flags">;
  bsd: "plain" | "user" | "long" | "jobs" | null;
}

export interface Request {
  /** What -o and its like say; the columns of the layout if there is none. */
  format: string | null;
  /** Columns that stand between those of a short layout (-O). */
  extra: string | null;
  readonly layout: Layout;
  /** Without a list: those at the caller's terminal (its own: all without one), at any terminal, or all. */
  which: "terminal" | "own terminal" | "any terminal" | "no leaders" | "all";
  readonly lists: { readonly by: By; readonly word: string }[];
  /** The order of -q. */
  quick: readonly number[] | null;
  inverted: boolean;
  runningOnly: boolean;
  headers: boolean;
  /** Names instead of command lines. */
  namesOnly: boolean;
  tree: "lines" | "indented" | null;
  sort: string | null;
  width: number | null;
  /** A question that is answered without a list. */
  question: "version" | "help" | null;
}

/** Options with an argument: what is wrong without one. */
const NEEDS: Readonly<Record<string, string>> = {
  "-o": "format specification must follow -o",
  "-O": "format or sort specification must follow -O",
  "-p": "list of process IDs must follow -p",
  "-q": "list of process IDs must follow -q",
  "-C": "list of command names must follow -C",
  "-u": "list of users must follow -u",
  "-U": "list of real users must follow -U",
  "-G": "list of real groups must follow -G",
  "-g": "list of session leaders OR effective group IDs must follow -g",
  "-s": "list of session IDs must follow -s",
  "-t": "list of terminals (pty, tty...) must follow -t",
  o: "format specification must follow o",
  O: "format or sort specification must follow O",
  p: "list of process IDs must follow p",
  k: "long sort specification must follow 'k'",
  U: "list of users must follow U",
};

const LISTS: Readonly<Record<string, By>> = {
  ...{ p: "pid", C: "command", u: "user", U: "user", G: "group", g: "session", s: "session", t: "terminal" },
};

const LONG_LISTS: Readonly<Record<string, By>> = {
  ...{ "--pid": "pid", "--ppid": "ppid", "--user": "user", "--User": "user", "--group": "group", "--Group": "group", "--sid": "session" },
  "--tty": "terminal",
};

const UNKNOWN_UNIX = /[cdmnMPVXyZ]/;

/** The request, or what is wrong with it. */
export function parseOptions(words: readonly string[]): Request | string {
  const request: Request = {
    ...{ format: null, extra: null, which: "terminal", lists: [], quick: null, inverted: false, runningOnly: false, headers: true },
    ...{ namesOnly: false, tree: null, sort: null, width: null, question: null },
    layout: { flags: new Set(), bsd: null },
  };
  const queue = [...words];
  for (let word = queue.shift(); word !== undefined; word = queue.shift()) {
    const complaint = word.startsWith("--")
      ? long(request, word, queue)
      : // Nobody is called x: `ps -aux` has always meant `ps aux`.
        word.startsWith("-") && !/^-[a-z]*ux[a-z]*$/.test(word)
        ? unix(request, word, queue)
        : bsd(request, word.replace(/^-/, ""), queue);
    if (complaint !== null) return complaint;
  }
  if (request.layout.flags.has("no flags") && !request.layout.flags.has("long")) return "modifier -y without format -l makes no sense";
  return request;
}

function long(request: Request, word: string, queue: string[]): string | null {
  const [name = "", attached] = word.split(/=(.*)/s);
  switch (name) {
    case "--no-headers":
    case "--no-heading":
    case "--noheaders":
      request.headers = false;
      return null;
    case "--headers":
      request.headers = true;
      return null;
    case "--forest":
      request.tree = "lines";
      return null;
    case "--deselect":
      request.inverted = true;
      return null;
    case "--version":
    case "--help":
      request.question = name === "--help" ? "help" : "version";
      if (name === "--help" && /^[a-z]+$/.test(queue[0] ?? "")) queue.shift();
      return null;
    default:
      return longWithArgument(request, name, attached ?? queue.shift());
  }
}

function longWithArgument(request: Request, name: string, value: string | undefined): string | null {
  const by = LONG_LISTS[name];
  if (by === undefined && !/^--(format|sort|quick-pid|cols|columns|width|rows|lines)$/.test(name)) {
    return /^--(context|cumulative|info)$/.test(name) ? `option ${name} is not modelled` : "unknown gnu long option";
  }
  if (value === undefined) return name === "--sort" ? "long sort specification must follow --sort" : `option ${name} needs an argument`;
  if (by !== undefined) return addList(request, by, value);
  if (name === "--sort") request.sort = value;
  else if (name === "--quick-pid") return quick(request, value);
  else if (name === "--format") addFormat(request, value);
  else if (/^--(cols|columns|width)$/.test(name)) request.width = Number(value) || null;
  return null;
}

function unix(request: Request, word: string, queue: string[]): string | null {
  for (let i = 1; i < word.length; i++) {
    const letter = word.charAt(i);
    const need = NEEDS[`-${letter}`];
    if (need !== undefined) {
      const value = word.slice(i + 1) || queue.shift();
      return value === undefined ? need : withArgument(request, letter, value);
    }
    const complaint = unixLetter(request, letter);
    if (complaint !== null) return complaint;
  }
  return null;
}

const FLAGS: Readonly<Record<string, Parameters<Layout["flags"]["add"]>[0]>> = {
  ...{ f: "full", F: "extra full", l: "long", j: "jobs", L: "threads", T: "thread ids", y: "no flags" },
};

function unixLetter(request: Request, letter: string): string | null {
  const flag = FLAGS[letter];
  if (flag !== undefined) request.layout.flags.add(flag);
  else if (letter === "x") {
    request.layout.bsd ??= "plain";
    request.which = "all";
  } else if (letter === "e" || letter === "A") request.which = "all";
  else if (letter === "a") request.which = request.which === "all" ? "all" : "no leaders";
  else if (letter === "H") request.tree = "indented";
  else if (letter === "N") request.inverted = true;
  else if (letter === "V") request.question = "version";
  else if (letter !== "w") return UNKNOWN_UNIX.test(letter) ? `option -${letter} is not modelled` : "garbage option";
  return null;
}

function bsd(request: Request, word: string, queue: string[]): string | null {
  if (/^[\d, ]+$/.test(word)) {
    request.layout.bsd ??= "plain";
    return addList(request, "pid", word);
  }
  for (let i = 0; i < word.length; i++) {
    const letter = word.charAt(i);
    const need = NEEDS[letter];
    if (need !== undefined) {
      const value = word.slice(i + 1) || queue.shift();
      if (value === undefined) return need;
      request.layout.bsd ??= "plain";
      if (letter !== "k") return withArgument(request, letter, value);
      request.sort = value;
      return null;
    }
    const complaint = bsdLetter(request, letter);
    if (complaint !== null) return complaint;
  }
  return null;
}

function bsdLetter(request: Request, letter: string): string | null {
  if (letter === "h") request.headers = false;
  else if (letter === "V") request.question = "version";
  else if ("ulj".includes(letter)) request.layout.bsd = letter === "u" ? "user" : letter === "l" ? "long" : "jobs";
  else return bsdModifier(request, letter);
  return null;
}

function bsdModifier(request: Request, letter: string): string | null {
  request.layout.bsd ??= "plain";
  switch (letter) {
    case "f":
      request.tree = "lines";
      return null;
    case "c":
      request.namesOnly = true;
      return null;
    case "r":
      request.runningOnly = true;
      return null;
    case "T":
      request.which = "own terminal";
      return null;
    case "x":
      // Everybody is root: x alone lifts the limit to terminals.
      request.which = "all";
      return null;
    case "a":
      request.which = request.which === "all" ? "all" : "any terminal";
      return null;
    case "w":
      return null;
    default:
      return /[degHLmnNqsStvXyZ]/.test(letter) ? `option ${letter} is not modelled` : "garbage option";
  }
}

function withArgument(request: Request, letter: string, value: string): string | null {
  if (letter === "o") addFormat(request, value);
  else if (letter === "O") request.extra = value;
  else if (letter === "q") return quick(request, value);
  else return addList(request, LISTS[letter] ?? "pid", value);
  return null;
}

function quick(request: Request, list: string): string | null {
  const complaint = addList(request, "pid", list);
  request.quick = [...(request.quick ?? []), ...list.split(/[ ,]+/).map(Number)];
  return complaint;
}

function addList(request: Request, by: By, list: string): string | null {
  for (const word of list.split(/[ ,]+/)) {
    const isNumber = /^\d+$/.test(word);
    if ((by === "pid" || by === "ppid") && !isNumber) return "process ID list syntax error";
    if (by === "user" && !isNumber && word !== "root") return "user name does not exist";
    if (by === "group" && !isNumber && word !== "root") return "group name does not exist";
    if (by === "terminal" && !/^(\?|-|(\/dev\/)?(tty\d+|console))$/.test(word)) return "TTY could not be found";
    request.lists.push({ by, word });
  }
  return null;
}

/** Several -o add their columns. */
function addFormat(request: Request, value: string): void {
  request.format = request.format === null ? value : `${request.format},${value}`;
}
