/**
 * The shell at a terminal: prompts, reads a command (over several lines if it needs them), runs it, tells about jobs that
 * have ended or were stopped. SIGINT ends the running line and not the shell.
 * Left out: line editing and history (the terminal's side has them), start-up files, `!` expansion.
 */
import { type ParsedScript, parse } from "unbash";
import { EINTR, SIGINT, SIGQUIT, SIGTERM } from "../../kernel/index.ts";
import { complain, decode } from "../lib/index.ts";
import { runParsed } from "./eval/index.ts";
import { expandPrompt } from "./expand/word.ts";
import { mayExit } from "./job-control.ts";
import { tellJobs } from "./jobs.ts";
import type { Interactive, Shell } from "./shell.ts";
import { judge, Source } from "./source.ts";
import { runPendingTraps, SIGTSTP, SIGTTIN, SIGTTOU } from "./traps.ts";
import { Discard } from "./unwind.ts";

/** A terminal tells with it that it has changed. Its handler does nothing, but a wait ends. */
const SIGWINCH = 28;
/** The shell's own descriptor of the terminal. */
const TERMINAL_FD = 255;
/** The most that a terminal gives at once. */
const LINE_MAX = 4096;
const STANDARD_PROMPT = "\\s-\\v\\$ ";

/** The read-eval loop. With an empty PS1 the end says nothing of its own. Returns the last status at the end of the input. */
export async function runTerminal(shell: Shell): Promise<number> {
  const interactive = await takeTerminal(shell);
  for (;;) {
    await tellJobs(shell);
    const source = await readCommand(shell);
    if (source === null) {
      if (await mayExit(shell, interactive)) break;
      continue;
    }
    const { warned } = interactive;
    shell.source = source;
    await runParsed(shell, judge(source, parse(source.text)), "", false);
    if (warned) interactive.warned = false;
    shell.traps.interrupted = false;
  }
  return shell.status;
}

/** Into a process group of its own, with the terminal, and with the signals that are not for the shell out of the way. */
async function takeTerminal(shell: Shell): Promise<Interactive> {
  const { process, traps } = shell;
  shell.typed = true;
  shell.options.set("monitor", true);
  shell.options.setShopt("expand_aliases", true);
  traps.handle(process, SIGINT, () => (traps.interrupted = true));
  for (const signal of [SIGQUIT, SIGTERM, SIGTSTP, SIGTTIN, SIGTTOU]) traps.handle(process, signal, "ignore");
  traps.handle(process, SIGWINCH, () => {});
  process.setpgid(0, 0);
  const interactive = { terminal: await process.dupfd(2, TERMINAL_FD, true), pgid: process.getpgid(0), warned: false };
  await process.tcsetpgrp(interactive.terminal, interactive.pgid);
  shell.interactive = interactive;
  process.onChildEnd(null);
  return interactive;
}

/** A complete command, or what cannot become one by more lines; null at the end of the input. */
async function readCommand(shell: Shell): Promise<Source | null> {
  let text = "";
  for (;;) {
    await prompt(shell, text === "" ? "PS1" : "PS2");
    const bytes = await shell.process.read(0, LINE_MAX);
    if (bytes === -EINTR) {
      text = "";
      await interrupted(shell);
      continue;
    }
    if (typeof bytes === "number") return null;
    if (bytes.length === 0) return text === "" ? null : new Source("main", text);
    text += decode(bytes);
    if (!isUnfinished(text)) return new Source("main", text);
  }
}

/** Ctrl-C at the prompt: its trap runs, and $? is 130. */
async function interrupted(shell: Shell): Promise<void> {
  try {
    await runPendingTraps(shell);
  } catch (error) {
    if (!(error instanceof Discard)) throw error;
    shell.status = error.status;
  }
}

/** True if the text is the beginning of a command. */
export function isUnfinished(text: string): boolean {
  if (!text.endsWith("\n") || /(?:^|[^\\])(?:\\\\)*\\\n$/.test(text)) return true;
  const script = parse(text);
  const { problem } = judge(new Source("main", text), script);
  return problem === null ? hasOpenHereDocument(script) : /unexpected (?:end of file|EOF)/.test(problem.message ?? "");
}

function hasOpenHereDocument(script: ParsedScript): boolean {
  const open = (node: unknown): boolean => {
    if (typeof node !== "object" || node === null) return false;
    if ("type" in node && node.type === "HereDoc" && !("closing" in node && node.closing !== undefined)) return true;
    return Object.values(node).some(open);
  };
  return open(script.commands);
}

async function prompt(shell: Shell, name: "PS1" | "PS2"): Promise<void> {
  const text = shell.variables.text(name) ?? (name === "PS1" ? STANDARD_PROMPT : "> ");
  await complain(shell.process, await expandPrompt(shell, text));
}
