/** Commands as a user types them. */

/** The program, as it is called here, with these arguments, quoted for a shell where that is needed. */
export function commandLine(program: string, args: readonly string[]): string {
  return [program, ...args.map(quote)].join(" ");
}

function quote(arg: string): string {
  return /^[\w@%+=:,./-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", "'\\''")}'`;
}
