/** Commands typed one after the other on a machine without mlx5 devices: what each prints, both streams in one, and its status. */
import { run } from "./machine.ts";

const MARK = "@@@";

export interface Typed {
  /** Without the last newline. */
  readonly output: string;
  readonly status: number;
}

/** Each command runs in the same shell; a line that begins with `# ` is not shown. */
export async function typed(era: "v5.10.223" | "v6.3", commands: readonly string[]): Promise<Typed[]> {
  const shown = commands.filter((command) => !command.startsWith("# "));
  const lines = commands.map((command) =>
    command.startsWith("# ") ? command.slice(2) : `{ ${command}\n} 2>&1; RC=$?; echo; echo "${MARK}$RC"`,
  );
  const script = [
    "D=netdevsim/netdevsim10",
    "S=/sys/bus/netdevsim",
    "B=$S/devices/netdevsim10",
    "G=/sys/kernel/debug/netdevsim/netdevsim10",
  ];
  const { stdout } = await run([...script, 'echo "10 1" > $S/new_device', ...lines].join("\n"), { era, devices: [] });
  const parts = stdout.split(new RegExp(`\\n${MARK}(\\d+)\\n`));
  return shown.map((_, i) => ({
    output: (parts[2 * i] ?? "").replace(/\n$/, "").replace(/test\.sh: line \d+: /g, "bash: "),
    status: Number(parts[2 * i + 1] ?? -1),
  }));
}

/** The commands with what they print, as lines that read like a terminal: `$ command`, output, and a status that is not 0. */
export async function session(era: "v5.10.223" | "v6.3", commands: readonly string[]): Promise<string> {
  const results = await typed(era, commands);
  const shown = commands.filter((command) => !command.startsWith("# "));
  return shown
    .flatMap((command, i) => {
      const { output, status } = results[i] ?? { output: "", status: -1 };
      return [`$ ${command}`, ...(output === "" ? [] : [output]), ...(status === 0 ? [] : [`[${status}]`])];
    })
    .join("\n");
}

/** A session as it is expected: the commands in it are typed, and the whole must come out the same. */
export function commandsOf(expected: string): string[] {
  return expected.split("\n").flatMap((line) => (line.startsWith("$ ") ? [line.slice(2)] : line.startsWith("# ") ? [line] : []));
}
