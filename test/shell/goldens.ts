/** The form of a recorded snippet. */
export interface Golden {
  readonly script: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number;
}

/** Messages about killed children and jobs without their pids. */
export function withoutPids(text: string): string {
  return text
    .replace(/(^|: | ) *\d{2,}(?= (Killed|Done|Terminated|Hangup|Aborted|Segmentation|User|Running))/gm, "$1PID")
    .replace(/pid \d+ is/g, "pid PID is");
}
