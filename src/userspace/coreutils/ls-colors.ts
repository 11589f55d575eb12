/** Colours of files, as ls(1) has them built in and as LS_COLORS changes them. */
import { S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFSOCK, type Stat } from "../../syscall/index.ts";
import { chooseWord, WHEN } from "./choices.ts";
import type { Utility } from "./utility.ts";

/** The SGR codes of a file; null for none. */
export type FileColors = (name: string, stat: Stat, behind: Stat | null) => string | null;

const BUILT_IN: Readonly<Record<string, string>> = {
  ...{ di: "01;34", ln: "01;36", pi: "33", so: "01;35", bd: "01;33", cd: "01;33", ex: "01;32", su: "37;41", sg: "30;43" },
  ...{ st: "37;44", ow: "34;42", tw: "30;42" },
};

/** Terminals that know colours, as the database of dircolors lists them. */
const TERMINALS =
  /256color|^(Eterm|ansi|con[0-9]|con[0-9].*x[0-9].*|cons25|console|cygwin|dtterm|gnome|hurd|jfbterm|konsole|kterm|linux.*|mlterm|putty.*|rxvt.*|screen.*|st|terminator|tmux.*|vt100|xterm.*)$|color/;

export async function colorsOf(util: Utility, terminal: boolean): Promise<FileColors | null> {
  if (!util.has("color")) return null;
  const when = await chooseWord(util, util.value("color") || "always", "--color", WHEN);
  if (when === "never" || (when === "auto" && !terminal)) return null;
  const { env } = util.process;
  const text = env.get("LS_COLORS") ?? "";
  if (text === "" && (env.get("COLORTERM") ?? "") === "" && !TERMINALS.test(env.get("TERM") ?? "")) return null;
  const pairs = text.split(":").map((pair) => /^([^=]+)=(.*)$/s.exec(pair));
  const kinds = new Map(Object.entries(BUILT_IN));
  const endings: (readonly [ending: string, code: string])[] = [];
  for (const [, name = "", code = ""] of pairs.filter((pair) => pair !== null)) {
    if (name.startsWith("*")) endings.unshift([name.slice(1), code]);
    else kinds.set(name, code);
  }
  return (name, stat, behind) => {
    const kind = kindOf(stat, behind, kinds);
    const code = kind === "fi" ? (endings.find(([ending]) => name.endsWith(ending))?.[1] ?? kinds.get("fi")) : kinds.get(kind);
    return code === undefined || /^0*$/.test(code) ? null : code;
  };
}

function kindOf({ mode }: Stat, behind: Stat | null, kinds: ReadonlyMap<string, string>): string {
  switch (mode & S_IFMT) {
    case S_IFDIR:
      if ((mode & 0o1002) === 0o1002) return "tw";
      return (mode & 0o2) !== 0 ? "ow" : (mode & 0o1000) !== 0 ? "st" : "di";
    case S_IFLNK:
      return behind === null && kinds.has("or") ? "or" : "ln";
    case S_IFIFO:
      return "pi";
    case S_IFSOCK:
      return "so";
    case S_IFBLK:
      return "bd";
    case S_IFCHR:
      return "cd";
    default:
      if ((mode & 0o4000) !== 0) return "su";
      if ((mode & 0o2000) !== 0) return "sg";
      return (mode & 0o111) !== 0 ? "ex" : "fi";
  }
}
