/** What a shell knows of its children: its jobs, their processes, and what has become of them. */
import { SIGCONT } from "../../kernel/index.ts";
import type { WaitStatus } from "../../syscall/index.ts";

/** Statuses of ended background children that `wait PID` still finds. */
export const MAX_REMEMBERED = 4096;

export class JobProcess {
  readonly pid: number;
  ended: WaitStatus | null = null;
  /** The signal that has stopped it; 0 if it runs. */
  stopped = 0;
  private readonly text: () => string;

  /** @param text writes the command, when somebody asks */
  constructor(pid: number, text: () => string) {
    this.pid = pid;
    this.text = text;
  }

  get command(): string {
    return this.text();
  }
}

/** What `coproc` has set up for its command. */
export interface Coprocess {
  readonly name: string;
  /** The shell's ends of the pipes. */
  readonly fds: readonly number[];
}

export class Job {
  readonly id: number;
  /** In the order of the pipeline; the last one's status is the job's. */
  readonly processes: readonly JobProcess[];
  /** Its process group; 0 without job control. */
  readonly pgid: number;
  /** The stop that the user has been told of. */
  told = 0;
  /** The one that was stopped or started last has the highest. */
  rank = 0;
  private readonly text: () => string;

  /** @param text writes the command, when somebody asks */
  constructor(id: number, processes: readonly JobProcess[], text: () => string, pgid: number) {
    this.id = id;
    this.processes = processes;
    this.text = text;
    this.pgid = pgid;
  }

  get command(): string {
    return this.text();
  }
}

/** What a shell that has children keeps about them. */
class Children {
  readonly strays = new Set<number>();
  readonly unwaited = new Set<number>();
  readonly coprocs = new Map<number, Coprocess>();
  /** Whose process a pid is. */
  readonly owners = new Map<number, Job>();
  readonly remembered = new Map<number, number>();
}

const NO_PIDS: ReadonlySet<number> = new Set();

export class Jobs {
  private jobs: Job[] = [];
  /** True if forked shells remember the jobs as they were: then they are copied before one is removed. */
  private shared = false;
  /** The parent's jobs when this shell was forked: the first so many of a list that only gets longer. */
  private readonly parents: { readonly jobs: readonly Job[]; readonly count: number };
  /** Null in a shell that has started nothing: most forked ones never do. */
  private children: Children | null = null;
  /** Coprocesses that have ended: their variables go before the next command. */
  private deadCoprocs: Coprocess[] | null = null;
  /** A command substitution hands the jobs it has inherited on to its own children; another subshell does not. */
  handsOn = false;
  /** True if a job may be done that nobody has been told of. */
  news = false;
  private ranks = 0;

  /** @param parent that of the shell from which this one is forked */
  constructor(parent?: Jobs) {
    const own = { jobs: parent?.jobs ?? [], count: parent?.jobs.length ?? 0 };
    this.parents = parent?.handsOn === true && own.count === 0 ? parent.parents : own;
    if (parent !== undefined) parent.shared = true;
  }

  /** Background jobs that have not been reported as ended. */
  get list(): readonly Job[] {
    return this.jobs;
  }

  /** What `jobs` shows in a subshell: the parent's jobs as they were. */
  get inherited(): readonly Job[] {
    return this.parents.jobs.slice(0, this.parents.count);
  }

  /** Children that are no job: process substitutions. */
  get strays(): ReadonlySet<number> {
    return this.children?.strays ?? NO_PIDS;
  }

  /** Children in the background that wait4() has not told of yet, though they may have ended. */
  get unwaited(): ReadonlySet<number> {
    return this.children?.unwaited ?? NO_PIDS;
  }

  private get own(): Children {
    this.children ??= new Children();
    return this.children;
  }

  /** True if there are children that may have ended unnoticed. */
  get busy(): boolean {
    return this.list.length > 0 || this.strays.size > 0 || this.deadCoprocs !== null;
  }

  /** @param text writes the command, when somebody asks */
  add(processes: readonly JobProcess[], text: () => string, pgid = 0): Job {
    const { owners, unwaited } = this.own;
    const job = new Job((this.list.at(-1)?.id ?? 0) + 1, processes, text, pgid);
    this.jobs.push(job);
    this.makeCurrent(job);
    for (const { pid } of processes) {
      owners.set(pid, job);
      unwaited.add(pid);
    }
    return job;
  }

  /** The child `pid` is a coprocess. */
  addCoproc(pid: number, coproc: Coprocess): void {
    this.own.coprocs.set(pid, coproc);
  }

  /** The coprocesses that have ended, once. */
  takeDeadCoprocs(): readonly Coprocess[] {
    const dead = this.deadCoprocs ?? [];
    this.deadCoprocs = null;
    return dead;
  }

  /** There is no child of that pid to wait for. */
  notWaitedFor(pid: number): void {
    this.children?.unwaited.delete(pid);
  }

  /** A job was started or stopped: it is the one that %+ means, unless it runs and others are stopped. */
  makeCurrent(job: Job): void {
    job.rank = ++this.ranks;
  }

  /** A child that is no job. */
  addStray(pid: number): void {
    this.own.strays.add(pid);
    this.own.unwaited.add(pid);
  }

  /** Forgets a job and that anybody might wait for it. */
  disown(job: Job): void {
    this.remove(job);
    for (const { pid } of job.processes) this.notWaitedFor(pid);
  }

  remove(job: Job): void {
    const index = this.jobs.indexOf(job);
    if (index >= 0) {
      if (this.shared) this.jobs = [...this.jobs];
      this.shared = false;
      this.jobs.splice(index, 1);
    }
    const owners = this.children?.owners;
    for (const { pid } of job.processes) if (owners?.get(pid) === job) owners.delete(pid);
  }

  clear(): void {
    for (const job of [...this.list]) this.disown(job);
  }

  byPid(pid: number): Job | undefined {
    return this.children?.owners.get(pid);
  }

  /** The current job (%%, %+) and the one before it (%-). */
  get current(): Job | undefined {
    return this.ranked().at(-1);
  }

  get previous(): Job | undefined {
    const ranked = this.ranked();
    return ranked.at(-2) ?? ranked.at(-1);
  }

  /** Those that run, then those that were stopped, each by rank. */
  private ranked(): readonly Job[] {
    const halted = (job: Job): number => Number(job.processes.some(({ stopped }) => stopped !== 0));
    return [...this.list].sort((a, b) => halted(a) - halted(b) || a.rank - b.rank);
  }

  /** %1, %%, %+, %-, %name, %?part: the jobs that it could mean. */
  matching(spec: string): readonly Job[] {
    const name = spec.slice(1);
    const only = (job: Job | undefined): readonly Job[] => (job === undefined ? [] : [job]);
    if (name === "" || name === "%" || name === "+") return only(this.current);
    if (name === "-") return only(this.previous);
    if (/^\d+$/.test(name)) return only(this.list.find((job) => job.id === Number(name)));
    return this.list.filter(({ command }) => (name.startsWith("?") ? command.includes(name.slice(1)) : command.startsWith(name)));
  }

  /** Notes what wait4() has told; it does so once. */
  waited(ended: WaitStatus): void {
    if (ended.stopped === undefined) this.notWaitedFor(ended.pid);
    this.record(ended);
  }

  /** Notes that a child ended. */
  record(ended: WaitStatus): void {
    const { strays, coprocs, owners } = this.own;
    if (ended.stopped === undefined && strays.delete(ended.pid)) this.remember(ended.pid, exitStatus(ended));
    const coproc = coprocs.get(ended.pid);
    if (coproc !== undefined && ended.stopped === undefined) {
      coprocs.delete(ended.pid);
      this.deadCoprocs ??= [];
      this.deadCoprocs.push(coproc);
      this.news = true;
    }
    const job = owners.get(ended.pid);
    const process = job?.processes.find(({ pid }) => pid === ended.pid);
    if (job === undefined || process === undefined) return;
    this.news = true;
    if (ended.stopped === undefined) {
      process.ended = ended;
      this.remember(ended.pid, exitStatus(ended));
    } else {
      process.stopped = ended.stopped === SIGCONT ? 0 : ended.stopped;
      if (process.stopped === 0) job.told = 0;
      else this.makeCurrent(job);
    }
  }

  remember(pid: number, status: number): void {
    const { remembered } = this.own;
    if (remembered.size >= MAX_REMEMBERED) remembered.delete(remembered.keys().next().value as number);
    remembered.set(pid, status);
  }

  /** The status of an ended child that nobody has asked for yet. */
  recall(pid: number): number | undefined {
    return this.children?.remembered.get(pid);
  }

  /** After `wait` without arguments nobody asks any more. */
  forgetAll(): void {
    this.children?.remembered.clear();
  }
}

export function isDone(job: Job): boolean {
  return job.processes.every(({ ended }) => ended !== null);
}

/** True if none of its processes goes on and at least one could. */
export function isStopped(job: Job): boolean {
  return !isDone(job) && job.processes.every(({ ended, stopped }) => ended !== null || stopped !== 0);
}

export function exitStatus(ended: WaitStatus): number {
  return ended.signal === 0 ? ended.exitCode : 128 + ended.signal;
}
