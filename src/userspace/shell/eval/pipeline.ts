/** Pipelines, their negation and timing, and jobs in the background. */
import type { AndOr, Command, CommandNode, Pipeline, PipelineNode, Statement, Subshell } from "unbash";
import { strerror } from "../../../kernel/index.ts";
import { complain } from "../../lib/index.ts";
import { Placement, waitForForeground } from "../job-control.ts";
import { exitStatus, JobProcess } from "../job-table.ts";
import { afterForeground, keepUp, notifyEnded, reportDeath } from "../jobs.ts";
import { textLater } from "../print.ts";
import { redirect } from "../redirect.ts";
import type { Shell } from "../shell.ts";
import { beforeCommand } from "../traps.ts";
import { ExpansionError } from "../unwind.ts";
import { detach, forkShell } from "./fork.ts";

/** Descriptors that the shell keeps for itself are not below this. */
const FIRST_SAVED = 10;

export async function runPipeline(shell: Shell, node: Pipeline, last: boolean): Promise<number> {
  const negated = node.prefixes.filter(({ type }) => type === "Negation").length % 2 === 1;
  const time = node.prefixes.find((prefix) => prefix.type === "Time");
  const started = shell.process.clockMonotonic();
  if (negated) shell.guarded++;
  try {
    const [only] = node.commands;
    const single = node.commands.length === 1 && only !== undefined;
    const status =
      only === undefined
        ? 0
        : single
          ? await shell.evaluator.node(shell, only, last && node.prefixes.length === 0)
          : await runStages(shell, node);
    return negated ? (status === 0 ? 1 : 0) : status;
  } finally {
    if (negated) shell.guarded--;
    if (time !== undefined) await reportTime(shell, shell.process.clockMonotonic() - started, time.posix !== undefined);
  }
}

/** Virtual time is all spent waiting: user and system time are not told apart and shown as 0. */
async function reportTime(shell: Shell, ns: number, posix: boolean): Promise<void> {
  const seconds = ns / 1e9;
  if (posix) {
    await complain(shell.process, `real ${seconds.toFixed(2)}\nuser 0.00\nsys 0.00\n`);
    return;
  }
  const format = shell.variables.text("TIMEFORMAT") ?? "\nreal\t%3lR\nuser\t%3lU\nsys\t%3lS";
  if (format === "") return;
  const wrong = /%(?!%|P|[0-9]?l?[RUS])[0-9]*l?(.?)/.exec(format.replaceAll("%%", ""));
  if (wrong !== null) await shell.complain(`TIMEFORMAT: \`${wrong[1]}': invalid format character`);
  else await complain(shell.process, `${timeText(format, seconds)}\n`);
}

/** TIMEFORMAT: %[digits][l]R, U, S, %P and %%. */
function timeText(format: string, seconds: number): string {
  return format.replace(/%(?:%|P|([0-3]?)(l?)([RUS]))/g, (found, digits: string, long: string, which: string | undefined) => {
    if (which === undefined) return found === "%%" ? "%" : "0.00";
    const value = which === "R" ? seconds : 0;
    const places = digits === "" ? 3 : Number(digits);
    const minutes = Math.floor(value / 60);
    return long === "" ? value.toFixed(places) : `${minutes}m${(value - minutes * 60).toFixed(places)}s`;
  });
}

async function runStages(shell: Shell, node: Pipeline): Promise<number> {
  await keepUp(shell);
  const lastHere = shell.options.shopt("lastpipe");
  const placement = new Placement(true);
  const count = lastHere ? node.commands.length - 1 : node.commands.length;
  const { processes, input } = await startStages(shell, node, placement, count);
  const here = input === null ? null : await runWithInput(shell, node.commands.at(-1) as CommandNode, input);
  await waitForForeground(shell, processes, textLater(shell, node), placement);
  if (processes.some(({ ended }) => ended !== null && ended.signal !== 0)) await reportDeath(shell, processes, true);
  await afterForeground(shell);
  const statuses = processes.map(({ ended, stopped }) => (ended === null ? 128 + stopped : exitStatus(ended)));
  if (here !== null) statuses.push(here);
  shell.pipeStatus = statuses;
  const failed = shell.options.pipefail ? statuses.findLast((status) => status !== 0) : undefined;
  return failed ?? statuses.at(-1) ?? 0;
}

/** shopt -s lastpipe: the last stage runs in this shell, with the pipe as its standard input. */
async function runWithInput(shell: Shell, stage: CommandNode, input: number): Promise<number> {
  const { process } = shell;
  const saved = await process.dupfd(0, FIRST_SAVED, true);
  await process.dup2(input, 0);
  await process.close(input);
  try {
    return await shell.evaluator.node(shell, stage, false);
  } finally {
    if (saved < 0) {
      await process.close(0);
    } else {
      await process.dup2(saved, 0);
      await process.close(saved);
    }
  }
}

interface Stages {
  readonly processes: readonly JobProcess[];
  /** Where the stage behind the last one that was started would read from. */
  readonly input: number | null;
}

/** Forks a child for each of the first `count` stages, each connected to the next by a pipe. */
async function startStages(shell: Shell, node: Pipeline, placement: Placement, count: number): Promise<Stages> {
  const processes: JobProcess[] = [];
  let input: number | null = null;
  for (let i = 0; i < count; i++) {
    const stage = node.commands[i] as CommandNode;
    const ends: readonly [number, number] | number | null = i < node.commands.length - 1 ? await shell.process.pipe() : null;
    if (typeof ends === "number") throw new ExpansionError(`pipe error: ${strerror(ends)}`);
    const errorsToo = node.operators[i] === "|&";
    const from: number | null = input;
    if (stage.type === "Command") await announce(shell, stage);
    const body = async (twin: Shell): Promise<number> => {
      if (stage.type === "Command") twin.depth = shell.depth;
      twin.announced = stage.type === "Command";
      if (!placement.foreground && i === 0 && shell.interactive === null) await detach(twin);
      await connect(twin, from, ends, errorsToo);
      return await runInChild(twin, stage);
    };
    const pid = await forkShell(shell, body, placement);
    processes.push(new JobProcess(pid, textLater(shell, stage)));
    if (input !== null) await shell.process.close(input);
    if (ends !== null) await shell.process.close(ends[1]);
    input = ends === null ? null : ends[0];
  }
  return { processes, input };
}

/** In a stage's child: the pipes become its standard input and output. */
async function connect(twin: Shell, input: number | null, output: readonly [number, number] | null, errorsToo: boolean): Promise<void> {
  const { process } = twin;
  if (output !== null) await process.close(output[0]);
  if (input !== null) {
    await process.dup2(input, 0);
    if (input !== 0) await process.close(input);
  }
  if (output === null) return;
  await process.dup2(output[1], 1);
  if (errorsToo) await process.dup2(1, 2);
  if (output[1] !== 1) await process.close(output[1]);
}

/** command &: a job of its own. A simple command is the child itself, not a shell around it. */
export async function startBackground(shell: Shell, statement: Statement): Promise<number> {
  const { command } = statement;
  const news = keepUp(shell);
  if (news !== undefined) await news;
  const placement = new Placement(false);
  const processes = isPlainPipeline(command)
    ? (await startStages(shell, command, placement, command.commands.length)).processes
    : [await startJob(shell, command, placement)];
  const job = shell.jobs.add(processes, textLater(shell, command), placement.pgid);
  shell.lastBackground = processes.at(-1)?.pid ?? null;
  if (shell.interactive !== null) await complain(shell.process, `[${job.id}] ${shell.lastBackground}\n`);
  const ended = notifyEnded(shell);
  if (ended !== undefined) await ended;
  return 0;
}

function isPlainPipeline(node: PipelineNode | AndOr): node is Pipeline {
  return node.type === "Pipeline" && node.prefixes.length === 0 && node.commands.length > 1;
}

/** Runs a command as the last thing of a child that was forked for it. A subshell needs no child of its own then. */
function runInChild(twin: Shell, node: PipelineNode | AndOr): Promise<number> {
  const inner = node.type === "Redirected" ? node.command : node;
  return inner.type === "Subshell" ? runAsSubshell(twin, node, inner) : twin.evaluator.node(twin, node, true);
}

async function runAsSubshell(twin: Shell, node: PipelineNode | AndOr, { body }: Subshell): Promise<number> {
  if (node.type === "Redirected" && !(await redirect(twin, node.redirects, null))) return 1;
  return await twin.evaluator.run(twin, body.commands, true);
}

/** A simple command that gets a child of its own is still this shell's for BASH_COMMAND and the DEBUG trap. */
function announce(shell: Shell, command: Command): Promise<boolean> {
  shell.at(command.pos);
  return beforeCommand(shell, { source: shell.source, node: command });
}

async function startJob(shell: Shell, node: PipelineNode | AndOr, placement: Placement): Promise<JobProcess> {
  if (node.type === "Command") await announce(shell, node);
  const body = (twin: Shell): Promise<number> => {
    twin.announced = node.type === "Command";
    return shell.interactive === null ? detach(twin).then(() => runInChild(twin, node)) : runInChild(twin, node);
  };
  return new JobProcess(await forkShell(shell, body, placement), textLater(shell, node));
}
