/** A recording of a real machine: JSON lines, the first of which says what was recorded. */

/** A command that ended. */
export interface EndedRow {
  readonly cmd: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly rc: number;
  readonly limit?: number;
}

/** A command that had not ended after `limit` seconds. */
export interface HungRow {
  readonly cmd: string;
  readonly limit: number;
  readonly hangs: true;
  /** Innermost first. */
  readonly stack: readonly string[];
  readonly state: string;
  /** Only where it had written something. */
  readonly stdout?: string;
  readonly stderr?: string;
}

export interface CollectRow {
  readonly collect: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly rc: number;
}

export type Row =
  | EndedRow
  | HungRow
  | CollectRow
  | { readonly note: string }
  | { readonly boot: true }
  | { readonly setup: string }
  /** Seconds. */
  | { readonly sleep: number }
  | { readonly background: string; readonly id: string }
  | { readonly observe: string };

export interface Recording {
  readonly header: { readonly recording: 1; readonly kernel: string; readonly iproute2: string; readonly lockdep?: boolean };
  readonly rows: readonly Row[];
}

export class BadRecording extends Error {}

const KINDS = ["cmd", "collect", "note", "boot", "setup", "sleep", "background", "observe"];

/** @throws BadRecording that names the line */
export function parseRecording(text: string): Recording {
  const lines = text.split("\n").flatMap((line, i) => (line.trim() === "" ? [] : [{ line, number: i + 1 }]));
  const objects = lines.map(({ line, number }): object => {
    try {
      const value: unknown = JSON.parse(line);
      if (typeof value === "object" && value !== null) return value;
    } catch {
      // Said below.
    }
    throw new BadRecording(`line ${number} is no JSON object`);
  });
  const [header, ...rows] = objects;
  if (header === undefined || !("recording" in header) || header.recording !== 1)
    throw new BadRecording("line 1 is no header of a recording");
  rows.forEach((row, i) => {
    if (!KINDS.some((kind) => kind in row))
      throw new BadRecording(`line ${lines[i + 1]?.number} is no row: one of ${KINDS.join(", ")} is needed`);
  });
  return { header: header as Recording["header"], rows: rows as Row[] };
}
