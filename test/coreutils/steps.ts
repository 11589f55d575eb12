/** Reads the one-line cases. */

export interface Step {
  readonly argv: readonly string[];
  /** A file of the directory, or null for /dev/null. */
  readonly stdin: string | null;
}

export interface Answer {
  readonly stdout: string;
  readonly stderr: string;
  /** 128 + N for signal N. */
  readonly status: number;
}

export function parseSteps(line: string): readonly Step[] {
  if (line.startsWith("$ ")) return [{ argv: ["bash", "-c", line.slice(2)], stdin: null }];
  return line.split(" ; ").map((text) => {
    const argv = (text.match(/(?:'[^']*'|[^' ])+/g) ?? []).map((word) => word.replaceAll("'", "").replaceAll("⏎", "\n"));
    const at = argv.indexOf("<");
    return at < 0 ? { argv, stdin: null } : { argv: argv.slice(0, at), stdin: argv[at + 1] ?? null };
  });
}
