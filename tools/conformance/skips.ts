/** The commands that are outside the emulator's scope: a table of docs/conformance.md, with a reason for each. */

/** Rows `| FILE | `COMMAND` | REASON |` of the section "Skipped rows". */
export function skippedCommands(document: string, file: string): ReadonlySet<string> {
  const section = /^## Skipped rows$([\s\S]*?)(?=^## |$(?![\s\S]))/m.exec(document)?.[1] ?? "";
  const commands = section.split("\n").flatMap((line) => {
    const [, name, command] = /^\| (\S+) \| `(.*)` \| .+ \|$/.exec(line) ?? [];
    return name !== undefined && command !== undefined && file.endsWith(name) ? [command.replaceAll("\\|", "|")] : [];
  });
  return new Set(commands);
}
