/** Commands as a user types them. */

/** `mlx5-emu` with these arguments, quoted for a shell where that is needed. */
export function commandLine(args: readonly string[]): string {
  return ["mlx5-emu", ...args.map(quote)].join(" ");
}

function quote(arg: string): string {
  return /^[\w@%+=:,./-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", "'\\''")}'`;
}
