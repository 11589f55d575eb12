/** The form of a recorded snippet. */
export interface Golden {
  readonly script: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number;
}

/** Snippets that begin so run as a script, script.sh; the others by `bash -c`. */
const FILE_MARK = "#file\n";

export function runsAsFile(script: string): boolean {
  return script.startsWith(FILE_MARK);
}

/** Messages about killed children and jobs without their pids. */
export function withoutPids(text: string): string {
  return text
    .replace(/(^|: | ) *\d{2,}(?= (Killed|Done|Terminated|Hangup|Aborted|Segmentation|User|Running))/gm, "$1PID")
    .replace(/pid \d+ is/g, "pid PID is");
}
