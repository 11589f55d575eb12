/** `mlx5-emu explain`: reads a real kernel log and says what it means. */
import { type Explanation, explain, explanationText, mermaid } from "../explain/index.ts";
import { type Host, reasonOf } from "./host.ts";
import { UserError } from "./user-error.ts";

/** The longest log taken, bytes. */
const MAX_LOG = 512 * 1024 * 1024;

export interface ExplainFlags {
  readonly json?: boolean;
  readonly format?: "text" | "json" | "mermaid";
}

/** 0 if the log holds a report, 1 if it holds none. */
export function explainLog(host: Host, path: string, flags: ExplainFlags): number {
  const explanation = explain(readLog(host, path));
  host.stdout(render(explanation, flags.json === true ? "json" : (flags.format ?? "text")));
  return explanation.kind === "nothing" ? 1 : 0;
}

function render(explanation: Explanation, format: "text" | "json" | "mermaid"): string {
  switch (format) {
    case "json":
      return `${JSON.stringify(explanation, null, 2)}\n`;
    case "mermaid":
      return mermaid(explanation);
    case "text":
      return explanationText(explanation);
  }
}

function readLog(host: Host, path: string): Uint8Array {
  const what = path === "-" ? "standard input" : path;
  const bytes = bytesOf(host, path, what);
  if (bytes.length > MAX_LOG) throw new UserError(`${what} is longer than 512 MiB; cut out the part around the reports`);
  return bytes;
}

function bytesOf(host: Host, path: string, what: string): Uint8Array {
  try {
    return host.read(path, MAX_LOG);
  } catch (error) {
    throw new UserError(`cannot read ${what}: ${reasonOf(error)}; give a kernel log, or - for standard input`);
  }
}
