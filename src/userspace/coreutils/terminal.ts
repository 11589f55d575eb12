/**
 * tput(1) and clear(1) of ncurses, for the terminals xterm, screen, tmux, linux, vt100, ansi and dumb. Left out: other terminals,
 * capabilities that are not in the tables, init and reset; the size is that of COLUMNS and LINES, else 80 by 24.
 */
import { complain } from "../lib/index.ts";
import { type Utility, utility } from "./utility.ts";

/** What a terminal can do: capabilities by name; `%1` and `%2` stand for parameters, `%i1` for one more than the parameter. */
type Terminal = Readonly<Record<string, string>>;

const DUMB: Terminal = { bel: "\x07", cr: "\r", cud1: "\n" };

const VT100: Terminal = {
  ...DUMB,
  ...{ bold: "\x1b[1m", smul: "\x1b[4m", rmul: "\x1b[m", rev: "\x1b[7m", smso: "\x1b[7m", rmso: "\x1b[m", blink: "\x1b[5m" },
  ...{ sgr0: "\x1b[m\x0f", el: "\x1b[K", el1: "\x1b[1K", ed: "\x1b[J", clear: "\x1b[H\x1b[J", home: "\x1b[H", cup: "\x1b[%i1;%i2H" },
  ...{ cuu: "\x1b[%1A", cud: "\x1b[%1B", cuf: "\x1b[%1C", cub: "\x1b[%1D", cuu1: "\x1b[A", cub1: "\b", cuf1: "\x1b[C" },
  ...{ sc: "\x1b7", rc: "\x1b8", kcuu1: "\x1bOA", kcud1: "\x1bOB" },
};

const ANSI: Terminal = {
  ...VT100,
  ...{ setaf: "\x1b[3%1m", setab: "\x1b[4%1m", op: "\x1b[39;49m", hpa: "\x1b[%i1G", vpa: "\x1b[%i1d", dl1: "\x1b[M", il1: "\x1b[L" },
  ...{ dch1: "\x1b[P", sgr0: "\x1b[0;10m", cub1: "\x1b[D", cud1: "\x1b[B", kcuu1: "\x1b[A", kcud1: "\x1b[B", sc: "", rc: "" },
};

const LINUX: Terminal = {
  ...ANSI,
  ...{ rmul: "\x1b[24m", rmso: "\x1b[27m", dim: "\x1b[2m", sgr0: "\x1b[m\x0f", clear: "\x1b[H\x1b[J\x1b[3J", cub1: "\b", cud1: "\n" },
  ...{ sc: "\x1b7", rc: "\x1b8", civis: "\x1b[?25l\x1b[?1c", cnorm: "\x1b[?25h\x1b[?0c", cvvis: "\x1b[?25h\x1b[?8c" },
};

const SCREEN: Terminal = {
  ...LINUX,
  ...{
    clear: "\x1b[H\x1b[J",
    smso: "\x1b[3m",
    rmso: "\x1b[23m",
    cuu1: "\x1bM",
    civis: "\x1b[?25l",
    cnorm: "\x1b[34h\x1b[?25h",
    cvvis: "\x1b[34l",
  },
  ...{ smcup: "\x1b[?1049h", rmcup: "\x1b[?1049l", kcuu1: "\x1bOA", kcud1: "\x1bOB" },
};

const TMUX: Terminal = {
  ...SCREEN,
  ...{ clear: "\x1b[H\x1b[J\x1b[3J", smso: "\x1b[7m", rmso: "\x1b[27m", sitm: "\x1b[3m", ritm: "\x1b[23m" },
};

const XTERM: Terminal = {
  ...TMUX,
  ...{ clear: "\x1b[H\x1b[2J\x1b[3J", sgr0: "\x1b(B\x1b[m", cuu1: "\x1b[A", cnorm: "\x1b[?12l\x1b[?25h", cvvis: "\x1b[?12;25h" },
  ...{ smcup: "\x1b[?1049h\x1b[22;0;0t", rmcup: "\x1b[?1049l\x1b[23;0;0t" },
};

/** The colour as such, as a bright one, or by its number. */
const MANY_COLORS = { setaf: "\x1b[%f1m", setab: "\x1b[%b1m" };

/** Every terminal with how many colours it has. */
const TERMINALS: Readonly<Record<string, readonly [terminal: Terminal, colors: number]>> = {
  ...{ dumb: [DUMB, -1], vt100: [VT100, -1], ansi: [ANSI, 8], linux: [LINUX, 8], screen: [SCREEN, 8], tmux: [TMUX, 8], xterm: [XTERM, 8] },
  "screen-256color": [{ ...SCREEN, ...MANY_COLORS }, 256],
  "tmux-256color": [{ ...TMUX, ...MANY_COLORS }, 256],
  "xterm-256color": [{ ...XTERM, ...MANY_COLORS }, 256],
};

/** Other names of capabilities (termcap's, and the long ones). */
const ALIASES: Readonly<Record<string, string>> = {
  md: "bold",
  me: "sgr0",
  cl: "clear",
  AF: "setaf",
  AB: "setab",
  us: "smul",
  ue: "rmul",
  co: "cols",
  li: "lines",
  Co: "colors",
  ce: "el",
  mr: "rev",
};

const NUMBERS = new Set(["cols", "lines", "colors", "it"]) as ReadonlySet<string>;

const manual = { usage: "[options] [command]", short: "T:SVx", stopAtOperand: true, refused: ["S"], trouble: 2 };

export const tput = utility(manual, async (util) => {
  const name = util.value("T") ?? util.process.env.get("TERM") ?? "";
  if (name === "") return await util.die("No value for $TERM and no -T specified");
  const found = TERMINALS[name];
  if (found === undefined) return await util.die(`unknown terminal ${JSON.stringify(name)}`, 3);
  const [asked, ...parameters] = util.operands;
  if (asked === undefined) return await usage(util);
  await capability(util, found, ALIASES[asked] ?? asked, parameters);
});

async function usage(util: Utility): Promise<never> {
  await util.say(`usage: ${util.name} [-V] [-S] [-x] [-T term] capname`);
  return await util.end(2);
}

async function capability(
  util: Utility,
  [terminal, colors]: readonly [Terminal, number],
  name: string,
  parameters: readonly string[],
): Promise<void> {
  if (name === "longname" || name === "init" || name === "reset") return await util.notModelled(`'${name}'`);
  if (NUMBERS.has(name)) {
    const { env } = util.process;
    const size = { cols: Number(env.get("COLUMNS")) || 80, lines: Number(env.get("LINES")) || 24 };
    const numbers: Readonly<Record<string, number>> = { ...size, colors, it: terminal === DUMB ? -1 : 8 };
    return await util.out(`${numbers[name]}\n`);
  }
  const text = terminal[name];
  if (text === undefined && XTERM[name] === undefined) return await util.die(`unknown terminfo capability '${name}'`, 4);
  if (text === undefined || text === "") util.status = 1;
  else await util.out(expanded(text, parameters));
}

function expanded(text: string, parameters: readonly string[]): string {
  return text.replace(/%([ifb]?)([12])/g, (_all, how: string, which: string) => {
    const value = Number(parameters[Number(which) - 1] ?? 0) || 0;
    if (how === "i") return String(value + 1);
    if (how === "") return String(value);
    const [plain, bright, extended] = how === "f" ? [30, 90, "38;5;"] : [40, 100, "48;5;"];
    return value < 8 ? String(plain + value) : value < 16 ? String(bright + value - 8) : extended + value;
  });
}

export const clear = utility({ usage: "[options]", short: "T:Vx" }, async (util) => {
  const name = util.value("T") ?? util.process.env.get("TERM") ?? "";
  if (name === "") {
    await util.flush();
    await complain(util.process, "TERM environment variable not set.\n");
    return await util.end(1);
  }
  const found = TERMINALS[name];
  if (found === undefined) return await util.die(`unknown terminal ${JSON.stringify(name)}`, 3);
  const text = found[0]["clear"];
  if (text === undefined) util.status = 1;
  else await util.out(util.has("x") ? text.replace("\x1b[3J", "") : text);
});
