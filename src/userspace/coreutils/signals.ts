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
