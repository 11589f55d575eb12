/** The progress of long work: one line that is drawn over on a terminal, lines of their own elsewhere; and when to stop. */
import type { Progress } from "../explore/index.ts";
import type { Host } from "./host.ts";

/** How often progress is shown, ms: on a terminal, and in lines of their own elsewhere. */
const LIVE_MS = 200;
const PLAIN_MS = 10_000;

export interface WatchFlags {
  readonly executions: number;
  /** Seconds. */
  readonly time?: number;
  readonly json?: boolean;
}

/** Looks at the host's clock and its interrupts, and shows how far the exploration is. */
export class Watch {
  private readonly host: Host;
  private readonly flags: WatchFlags;
  private readonly begin: number;
  private readonly release: () => void;
  private interrupted = false;
  private shown: number;
  private drawn = false;

  constructor(host: Host, flags: WatchFlags) {
    this.host = host;
    this.flags = flags;
    this.begin = host.now();
    this.shown = this.begin;
    this.release = host.onInterrupt(() => {
      this.interrupted = true;
    });
  }

  goOn(): boolean {
    const { time } = this.flags;
    return !this.interrupted && (time === undefined || this.host.now() - this.begin < time * 1000);
  }

  show({ executions, deadlocked, layer, covered }: Progress): void {
    if (this.flags.json === true && !this.host.live) return;
    const now = this.host.now();
    if (now - this.shown < (this.host.live ? LIVE_MS : PLAIN_MS)) return;
    this.shown = now;
    const seconds = (now - this.begin) / 1000;
    const rate = executions / seconds;
    const { time } = this.flags;
    const left = Math.min((this.flags.executions - executions) / rate, time === undefined ? Number.POSITIVE_INFINITY : time - seconds);
    const part = covered === undefined ? "" : `about ${Math.floor(covered * 100)}% covered, `;
    const text = `${layer}: ${executions} executions, ${deadlocked} deadlocked, ${part}${rate.toFixed(0)}/s, at most ${Math.ceil(left)} s left`;
    this.host.stderr(this.host.live ? `\r\u001b[K${text}` : `${text}\n`);
    this.drawn = this.host.live;
  }

  end(): void {
    this.release();
    if (this.drawn) this.host.stderr("\r\u001b[K");
  }
}
