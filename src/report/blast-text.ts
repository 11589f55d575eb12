/** The blast radius as text: what hangs and behind whom, what fails, what works. */
import type { Attempt, BlastRadius, Hang } from "./blast-radius.ts";
import { cut, MARGIN, type Paint, section, WIDTH, wrap } from "./style.ts";

/** Widest column of the commands, and of what they wait for. */
const WIDE = 38;
const WIDE_WAIT = 38;

const HEADINGS: Readonly<Record<BlastRadius["mode"], string>> = {
  each: "else hangs now? Each command tried alone on a replay of this run (reported: by khungtaskd):",
  sequence: "else hangs now? The commands tried one after the other; what hangs stays:",
};

export function blastText({ mode, attempts }: BlastRadius, paint: Paint): string {
  const hangs = attempts.filter(isHang);
  const fails = attempts.filter((attempt) => attempt.result === "fails");
  const rows = hangs.map((hang) => ({ command: hang.command, waits: waitText(hang), kill: killText(hang) }));
  const width = (texts: readonly string[], widest: number): number => Math.min(widest, Math.max(0, ...texts.map((text) => text.length)));
  const commands = width(
    [...hangs, ...fails].map((attempt) => attempt.command),
    WIDE,
  );
  const waits = width(
    rows.map((row) => row.waits),
    WIDE_WAIT,
  );
  const lines = [
    HEADINGS[mode],
    ...rows.map((row) => `${cut(row.command, commands)}  ${paint.waits(cut(row.waits, waits))}  ${row.kill}`.trimEnd()),
    ...(hangs.length === 0 ? ["nothing hangs"] : []),
    ...fails.map(
      (attempt) => `${cut(attempt.command, commands)}  fails with ${attempt.status}${attempt.text === "" ? "" : `: ${attempt.text}`}`,
    ),
    ...listed(
      "works",
      attempts.filter((attempt) => attempt.result === "works"),
    ),
    ...listed(
      "goes on",
      attempts.filter((attempt) => attempt.result === "goes on"),
    ),
  ];
  return `${section("Who", lines).join("\n")}\n`;
}

function isHang(attempt: Attempt): attempt is Hang {
  return attempt.result === "hangs";
}

function waitText({ waitsFor, mode, behind, queuedBehind }: Hang): string {
  if (queuedBehind !== null) return `${waitsFor}, behind the writer`;
  const lock = `${waitsFor}${mode === "read" || mode === "write" ? ` for ${mode}` : ""}`;
  const pids = behind.map((task) => task.pid).join(", ");
  if (pids === "") return lock;
  return mode === "wait" ? `${lock}, up to pid ${pids}` : `${lock}, held by pid ${pids}`;
}

function killText({ killable, reported }: Hang): string {
  return `${killable ? "killable" : "cannot be killed"}${reported ? "" : ", not reported"}`;
}

function listed(word: string, attempts: readonly Attempt[]): string[] {
  if (attempts.length === 0) return [];
  return wrap(`${word}: ${attempts.map((attempt) => attempt.command).join(", ")}`, WIDTH - MARGIN);
}
