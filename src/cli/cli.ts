/**
 * The command line: what can be typed, and how it ends. Exit statuses: 0 healthy, 1 the script failed, 2 wrong usage,
 * 3 deadlock, 4 the kernel reported a bug, 5 a limit was reached, 70 a fault of the emulator itself (EX_SOFTWARE).
 */
import { Command, CommanderError, Option } from "commander";
import { contractsText } from "../analysis/index.ts";
import type { LockdepMode } from "../detectors.ts";
import { DEFAULT_ERA, ERAS, NOTIFIERS } from "../eras.ts";
import type { Strategy } from "../explore/index.ts";
import { StaleSchedule } from "../kernel/index.ts";
import { ImpossibleMachine } from "../machine.ts";
import { SETTINGS } from "../setting.ts";
import type { CompareFlags } from "./compare.ts";
import { faultInDriver } from "./drivers.ts";
import { listEras } from "./eras.ts";
import type { ExplainFlags } from "./explain.ts";
import type { ExploreFlags, MergeFlags } from "./explore.ts";
import type { Host } from "./host.ts";
import { LOG_LEVELS } from "./log.ts";
import { mountFlag } from "./mounts.ts";
import {
  countFlag,
  DEFAULT_LOCKDEP,
  deviceFlag,
  driverFlag,
  LOCKDEP_MODES,
  multiportFlag,
  notifiersFlag,
  scheduleFlag,
  seedFlag,
  shardFlag,
  workersFlag,
} from "./options.ts";
import { type RunFlags, run } from "./run.ts";
import type { ShellFlags } from "./shell.ts";
import { UserError } from "./user-error.ts";
import { VERSION } from "./version.ts";

const WRONG_USAGE = 2;
const OUR_FAULT = 70;

const HELP_WIDTH = 100;

/** All of them; their code is loaded only by the commands that explore. */
const STRATEGIES = Object.keys({ auto: 0, dpor: 0, dfs: 0, random: 0, pct: 0 } satisfies Record<Strategy, 0>);

/** Of one exploration unless said otherwise. */
const DEFAULT_STRATEGY: Strategy = "auto";
const DEFAULT_EXECUTIONS = 100_000;
const DEFAULT_STATES = 4_000_000;

const EXAMPLES = `
Examples:
  mlx5-emu run scripts/netns-delete.sh --notifier global
  mlx5-emu compare scripts/netns-delete.sh
  echo 'ip netns add foo; ip netns list' | mlx5-emu run -
`;

/** Runs one command line. @returns the exit status */
export async function runCli(argv: readonly string[], host: Host): Promise<number> {
  const ended = { status: 0 };
  const program = buildProgram(host, ended);
  try {
    if (argv.length === 0) program.outputHelp();
    else await program.parseAsync(argv, { from: "user" });
    return ended.status;
  } catch (error) {
    return failed(error, argv, program, host);
  }
}

function failed(error: unknown, argv: readonly string[], program: Command, host: Host): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    const command = program.commands.find((c) => c.name() === argv[0])?.name();
    const what = error.message.replace(/^error: /, "").replaceAll("\n", " ");
    host.stderr(`mlx5-emu: ${what.replace(/[.]$/, "")}; see mlx5-emu ${command === undefined ? "" : `${command} `}--help\n`);
    return WRONG_USAGE;
  }
  if (error instanceof UserError || error instanceof ImpossibleMachine || error instanceof StaleSchedule) {
    host.stderr(`mlx5-emu: ${error.message}${error instanceof StaleSchedule ? "; take one from a run of this script and version" : ""}\n`);
    return WRONG_USAGE;
  }
  const fault = faultInDriver(error, driversIn(argv));
  if (fault !== null) {
    host.stderr(`mlx5-emu: driver ${fault}\n`);
    return WRONG_USAGE;
  }
  host.stderr(`${error instanceof Error ? error.stack : String(error)}\n`);
  host.stderr("mlx5-emu: this is a bug in mlx5-emu, not in your script; please report it with the lines above and the script\n");
  return OUR_FAULT;
}

/** The files that `--driver` names on a command line. */
function driversIn(argv: readonly string[]): string[] {
  return argv.flatMap((word, i) =>
    word.startsWith("--driver=") ? [word.slice("--driver=".length)] : argv[i - 1] === "--driver" ? [word] : [],
  );
}

function buildProgram(host: Host, ended: { status: number }): Command {
  const program = new Command("mlx5-emu")
    .description("Runs shell scripts of ip, devlink and rdma commands on an emulated kernel, and tells what deadlocks, where and why.")
    .version(VERSION)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => host.stdout(text),
      writeErr: () => {},
      outputError: () => {},
      getOutHelpWidth: () => HELP_WIDTH,
      getOutHasColors: () => false,
    })
    .addHelpText("after", EXAMPLES);
  const runCommand = program
    .command("run")
    .summary("run a script on one machine")
    .description("Runs a shell script on one machine. Exit status: 0 healthy, 1 script failed, 3 deadlock, 4 kernel bug, 5 limit reached.")
    .argument("<script>", "a shell script, or - for standard input")
    .action(async (script: string, flags: RunFlags) => {
      ended.status = await run(host, script, flags);
    });
  addRunOptions(runCommand);
  addMachineOptions(runCommand);
  addMachineOptions(addCompare(program, host, ended));
  addShell(program, host, ended);
  addExploring(program, host, ended);
  program
    .command("locking-selftest")
    .description("run the kernel's own test of its lock validator. Exit status 0 if every cell is as expected, else 4.")
    .addOption(lockdepOption())
    .action(async (flags: { readonly lockdep: LockdepMode }) => {
      const { lockingSelftest } = await import("./locking-selftest.ts");
      ended.status = await lockingSelftest(host, flags);
    });
  program
    .command("contracts")
    .description("list what callers and callees of kernel functions owe each other")
    .action(() => host.stdout(contractsText()));
  program
    .command("eras")
    .description("list the kernels that can be emulated and what each changes")
    .action(() => host.stdout(listEras()));
  program
    .command("explain")
    .summary("say what a real kernel log means")
    .description(
      "Reads lockdep, hung-task and sysrq output of a real kernel log and says what it means. Exit status: 0 explained, 1 no report found.",
    )
    .argument("<log>", "a kernel log, or - for standard input")
    .option("--json", "print one JSON document")
    .addOption(new Option("--format <format>", "how to print it").choices(["text", "json", "mermaid"]).default("text"))
    .action(async (log: string, flags: ExplainFlags) => {
      const { explainLog } = await import("./explain.ts");
      ended.status = explainLog(host, log, flags);
    });
  return program;
}

function addCompare(program: Command, host: Host, ended: { status: number }): Command {
  const command = program
    .command("compare")
    .summary("run a script under several notifier designs and compare")
    .description("Runs a shell script under several notifier designs and compares. Exit status 0 if every run reached a verdict.")
    .argument("<script>", "a shell script, or - for standard input")
    .option("--notifiers <kinds>", `which designs, separated by commas (default: ${NOTIFIERS.join(",")})`, notifiersFlag)
    .option("--json", "print one JSON document instead of the table")
    .option("--explore", "under every schedule that matters: how many deadlock, where two designs part, what kills only one")
    .action(async (script: string, flags: CompareFlags & ExploreBounds & { readonly explore?: boolean }) => {
      const { strategy, executions, states } = exploreBounds(flags, flags.explore === true);
      if (flags.explore === true) {
        const { compareExplore } = await import("./compare-explore.ts");
        ended.status = await compareExplore(host, script, { ...flags, strategy, executions, states });
      } else {
        const { compare } = await import("./compare.ts");
        ended.status = await compare(host, script, flags);
      }
    });
  addBounds(command);
  return command;
}

function addShell(program: Command, host: Host, ended: { status: number }): void {
  const command = program
    .command("shell")
    .summary("an interactive bash on one machine")
    .description("An interactive bash on one machine. Exit status: the shell's own, or 3 deadlock, 4 kernel bug, 5 limit reached.")
    .addOption(new Option("--notifier <kind>", "how mlx5_ib listens to netdev events (default: the era's)").choices(NOTIFIERS))
    .action(async (flags: ShellFlags) => {
      const { shell } = await import("./shell.ts");
      ended.status = await shell(host, flags);
    });
  addMachineOptions(command);
}

function lockdepOption(): Option {
  return new Option("--lockdep <mode>", "the lock validator: off, off after its first report, or all reports")
    .choices(LOCKDEP_MODES)
    .default(DEFAULT_LOCKDEP);
}

function addRunOptions(command: Command): void {
  command
    .addOption(new Option("--notifier <kind>", "how mlx5_ib listens to netdev events (default: the era's)").choices(NOTIFIERS))
    .option("--trace <file>", "write every event as JSON lines")
    .option("--json", "print one JSON document instead of the script's output and the report")
    .addOption(
      new Option("--blast-radius [mode]", "try what else hangs: each command alone on a replay of the run, or all in sequence")
        .choices(["each", "sequence"])
        .preset("each"),
    )
    .option("--blast-commands <file>", "the commands to try, one a line (default: one of each common kind)")
    .option("--strict", "predictions of the lock validator count as kernel bugs")
    .addOption(new Option("--log-level <level>", "warnings and diagnoses as JSON lines on standard error").choices(LOG_LEVELS));
}

/** explore and replay. */
function addExploring(program: Command, host: Host, ended: { status: number }): void {
  const exploreParser = program
    .command("explore")
    .summary("search all schedules for a deadlock, or prove that there is none")
    .description(
      "Runs a script or a lock program under every schedule that matters. Exit status: 0 proved, 3 deadlock, 5 not found within the bounds.",
    )
    .argument("<what>", "a shell script, - for standard input, or a module (.ts, .js) that exports `program`")
    .addOption(new Option("--notifier <kind>", "how mlx5_ib listens to netdev events (default: the era's)").choices(NOTIFIERS))
    .option("--shard <i/n>", "explore only the i-th of n parts; merge puts their documents together", shardFlag)
    .option("--workers <n>", "explore in so many threads", workersFlag)
    .option("--states <n>", "keep at most so many states of a lock program", countFlag)
    .option("--seed <n>", "where chance begins", seedFlag)
    .option("--json", "print one JSON document instead of the report")
    .option("--out <file>", "write the JSON document into a file, which replay takes")
    .action(async (what: string, flags: ExploreFlags & ExploreBounds) => {
      const { exploreCommand } = await import("./explore.ts");
      ended.status = await exploreCommand(host, what, { ...flags, ...exploreBounds(flags, true) });
    });
  addBounds(exploreParser);
  addMachine(exploreParser);
  program
    .command("merge")
    .summary("put the results of shards together")
    .description(
      "Says what the shards of one exploration come to together. Exit status: 0 proved, 3 deadlock, 5 not found or not complete.",
    )
    .argument("<files...>", "what explore --shard I/N --out wrote, for each I")
    .option("--json", "print one JSON document instead of the report")
    .option("--out <file>", "write the JSON document into a file, which replay takes")
    .action(async (files: readonly string[], flags: MergeFlags) => {
      const { mergeCommand } = await import("./explore.ts");
      ended.status = mergeCommand(host, files, flags);
    });
  const replayParser = program
    .command("replay")
    .summary("run a schedule that explore found again")
    .description("Runs one schedule again, with the outputs of run. A schedule that no longer fits is refused. Exit status as for run.")
    .argument("<schedule>", "a file that explore --out wrote, or a schedule as its report prints it")
    .argument("[what]", "the script or program it belongs to (default: the one that the file names)")
    .addOption(new Option("--notifier <kind>", "how mlx5_ib listens to netdev events (default: the era's)").choices(NOTIFIERS))
    .option("--trace <file>", "write every event as JSON lines")
    .option("--json", "print one JSON document instead of the script's output and the report")
    .action(async (schedule: string, what: string | undefined, flags: RunFlags) => {
      const { replay } = await import("./replay.ts");
      ended.status = await replay(host, schedule, what, flags);
    });
  addMachine(replayParser);
}

/** How far an exploration goes, as it was typed. */
interface ExploreBounds {
  readonly strategy?: Strategy;
  readonly executions?: number;
  readonly states?: number;
  readonly time?: number;
}

function addBounds(command: Command): void {
  command
    .addOption(new Option("--strategy <name>", `how to search (default: ${DEFAULT_STRATEGY})`).choices(STRATEGIES))
    .option("--executions <n>", `end after so many executions (default: ${DEFAULT_EXECUTIONS})`, countFlag)
    .option("--time <seconds>", "end after this time", countFlag);
}

/** @throws UserError for a bound where nothing is explored */
function exploreBounds(flags: ExploreBounds, exploring: boolean): Required<Omit<ExploreBounds, "time">> {
  const { strategy, executions, states, time } = flags;
  if (!exploring && (strategy !== undefined || executions !== undefined || time !== undefined)) {
    throw new UserError("--strategy, --executions and --time are for many schedules; add --explore");
  }
  return { strategy: strategy ?? DEFAULT_STRATEGY, executions: executions ?? DEFAULT_EXECUTIONS, states: states ?? DEFAULT_STATES };
}

/** Which machine, and who runs when. */
function addMachineOptions(command: Command): void {
  addMachine(command)
    .option("--seed <n>", "take scheduling decisions at random from this seed", seedFlag)
    .option("--schedule <string>", "take the scheduling decisions of an earlier run", scheduleFlag)
    .addOption(new Option("--scheduler <policy>", "who runs next: first come, or at random").choices(["fifo", "random"]))
    .option("--no-contracts", "do not watch what callers and callees of kernel functions owe each other");
}

function addMachine(command: Command): Command {
  return command
    .addOption(new Option("--era <era>", "which kernel").choices(ERAS.map((era) => era.name)).default(DEFAULT_ERA))
    .option(
      "--device <bdf>",
      "add a PCI device beside 0000:00:08.0, repeatable (BDF,infiniband: an InfiniBand port; none: start without 0000:00:08.0)",
      deviceFlag,
    )
    .addOption(lockdepOption())
    .option("--lockdep-text", "print the validator's reports as the kernel does")
    .addOption(new Option("--machine <kind>", `what it is before any option (default: ordinary)`).choices(Object.keys(SETTINGS)))
    .option("--driver <file>", "a driver of your own in TypeScript, repeatable; modprobe loads it", driverFlag)
    .option("--mount <host:guest[:ro]>", "copy a folder of the host into the machine, repeatable; the host's is never written", mountFlag)
    .option("--multiport <master,slave>", "make the second device a slave port of the first", multiportFlag);
}
