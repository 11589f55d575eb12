/** Signals by name and number, as programs take them on the command line. */
import { SIGNAL_NAMES } from "../../kernel/index.ts";

/** "TERM", "SIGTERM", "term" or "15"; null if there is no such signal. */
export function parseSignal(text: string): number | null {
  if (/^\d+$/.test(text)) return Number(text) === 0 || signalName(Number(text)) !== undefined ? Number(text) : null;
  const wanted = text.toUpperCase().replace(/^SIG/, "");
  if (wanted === "EXIT") return 0;
  const found = Object.entries(SIGNAL_NAMES).find(([, name]) => name === wanted);
  return found === undefined ? null : Number(found[0]);
}

/** The name without SIG. */
export function signalName(signal: number): string | undefined {
  return SIGNAL_NAMES[signal];
}

const FIRST_ROW = 16;
const TABLE_COLUMNS = 7;

function signalNames(): readonly string[] {
  return Object.values(SIGNAL_NAMES).map((name) => (name === "IO" ? "POLL" : name));
}

/** All signals as kill(1) and killall(1) list them. */
export function signalLines(): string {
  const names = signalNames();
  return `${names.slice(0, FIRST_ROW).join(" ")}\n${names.slice(FIRST_ROW).join(" ")}\n`;
}

/** All signals with their numbers, in columns. */
export function signalTable(): string {
  const cells = signalNames().map((name, i) => `${String(i + 1).padStart(2)} ${name.padEnd(8)}`);
  const rows: string[] = [];
  for (let i = 0; i < cells.length; i += TABLE_COLUMNS) {
    const row = cells.slice(i, i + TABLE_COLUMNS).join("");
    rows.push(i + TABLE_COLUMNS < cells.length ? row.trimEnd() : row);
  }
  return `${rows.join("\n")}\n`;
}
