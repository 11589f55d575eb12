/**
 * What a run showed besides deadlocks, collected while it goes: the commands that ran and how they ended, what each reload
 * left behind, how often IB devices were registered. The comparison's columns are made of these.
 */
import type { KernelEvent, KernelObserver } from "../kernel/index.ts";
import type { MachineState } from "../machine.ts";

/** Programs whose fate is worth telling: those that talk to the kernel this project models. */
const WATCHED: ReadonlySet<string> = new Set(["ip", "devlink", "rdma"]);

export interface CommandFact {
  /** As typed, without the path. */
  readonly command: string;
  /** Null while it has not ended. */
  status: number | null;
  /** True if it was started when a deadlock was already there. */
  readonly afterDeadlock: boolean;
}

export interface ReloadFact {
  readonly handle: string;
  /** The IB devices when the reload had come to its end. */
  readonly rdma: MachineState["rdma"];
}

export interface RunFacts {
  readonly commands: readonly CommandFact[];
  readonly reloads: readonly ReloadFact[];
  /** IB devices before the script. */
  readonly rdmaBefore: MachineState["rdma"];
  readonly ibRegistrations: number;
  /** Names that namespaces had when a device came into or left them, by inode number: a dying one has lost its own. */
  readonly netnsNames: ReadonlyMap<number, string>;
}

export class FactCollector implements KernelObserver, RunFacts {
  readonly types = ["task_exec", "task_exit", "subsystem"] as const;
  readonly commands: CommandFact[] = [];
  readonly reloads: ReloadFact[] = [];
  readonly rdmaBefore: MachineState["rdma"];
  ibRegistrations = 0;
  readonly netnsNames = new Map<number, string>();
  private readonly running = new Map<number, CommandFact>();
  private readonly inspect: () => MachineState;
  private readonly deadlocked: () => boolean;

  /**
   * @param inspect the machine's state now
   * @param deadlocked whether a deadlock has been found already
   */
  constructor(inspect: () => MachineState, deadlocked: () => boolean) {
    this.inspect = inspect;
    this.deadlocked = deadlocked;
    this.rdmaBefore = inspect().rdma;
  }

  event(event: KernelEvent): void {
    if (event.type === "task_exec") this.started(event.task.pid, event.task.argv);
    else if (event.type === "task_exit")
      this.ended(event.task.pid, event.task.exitSignal === 0 ? event.task.exitCode : 128 + event.task.exitSignal);
    else if (event.type === "subsystem") this.subsystem(event.name, event.data);
  }

  /** A program that executes another (`ip netns exec`) stays the command that was typed. */
  private started(pid: number, argv: readonly string[]): void {
    if (this.running.has(pid) || !WATCHED.has(argv[0] ?? "")) return;
    const fact: CommandFact = { command: argv.join(" "), status: null, afterDeadlock: this.deadlocked() };
    this.commands.push(fact);
    this.running.set(pid, fact);
  }

  private ended(pid: number, status: number): void {
    const fact = this.running.get(pid);
    if (fact === undefined) return;
    fact.status = status;
    this.running.delete(pid);
  }

  private subsystem(name: string, data: Readonly<Record<string, string | number | boolean>>): void {
    if (name === "ib_register_device") this.ibRegistrations++;
    else if (name === "reload") this.reload(String(data["handle"]), data["phase"] === "idle");
  }

  private reload(handle: string, ended: boolean): void {
    const { netns, rdma } = this.inspect();
    for (const ns of netns) if (ns.name !== null) this.netnsNames.set(ns.inum, ns.name);
    if (ended) this.reloads.push({ handle, rdma });
  }
}

/** What has become of the RoCE ports' netdevs, compared with those before the script. */
export interface RoceFate {
  readonly kept: boolean;
  readonly gids: number;
  /** The ports that had a netdev before and have none now, nor has another port of the device that one, as `mlx5_0/1`. */
  readonly lost: readonly string[];
}

/** Null if no port had a netdev before. */
export function roceFate(before: MachineState["rdma"], now: MachineState["rdma"]): RoceFate | null {
  const had = portsWithNetdev(before);
  if (had.length === 0) return null;
  const has = portsWithNetdev(now);
  // In switchdev mode the uplink's netdev sits on another port of the same device.
  const keeps = (was: PortNetdev): boolean =>
    has.some((is) => is.device === was.device && (is.port === was.port || is.netdev === was.netdev));
  const lost = had.filter((was) => !keeps(was)).map(({ device, port }) => `${device}/${port}`);
  return { kept: lost.length === 0, gids: now.flatMap((dev) => dev.ports).reduce((sum, port) => sum + port.gids, 0), lost };
}

interface PortNetdev {
  readonly device: string;
  readonly port: number;
  readonly netdev: string;
}

function portsWithNetdev(rdma: MachineState["rdma"]): PortNetdev[] {
  return rdma.flatMap(({ name, ports }) => ports.flatMap(({ port, netdev }) => (netdev === null ? [] : [{ device: name, port, netdev }])));
}
