/**
 * The options of a command line (dl_argv_parse() and dl_opts_put() of devlink). A word is looked up by prefix among the options
 * that the command takes, in the order of the table.
 */
import type { AttributeWriter } from "../../../netlink/index.ts";
import { isPrefix } from "../words.ts";
import type { Devlink } from "./context.ts";
import type { OptionKey, Options, Refusal } from "./option-rows.ts";
import { MISSING, ROWS } from "./option-table.ts";

export type { OptionKey, Options } from "./option-rows.ts";
export { putSelftests } from "./option-table.ts";

/** What the real program says of those that it forgot in its list. */
const UNKNOWN_MISSING = "BUG: unknown argument required but not found";

/** Parses the rest of the line; null after saying what is wrong. */
export async function takeOptions(
  dl: Devlink,
  required: readonly OptionKey[],
  optional: readonly OptionKey[] = [],
): Promise<Options | null> {
  const options: Options = {};
  const complain = async ({ message, exit }: Refusal): Promise<null> => {
    await dl.tool.err(`${message}\n`);
    if (exit !== undefined) await dl.tool.exit(exit);
    return null;
  };
  const rows = ROWS.filter(({ key }) => required.includes(key) || optional.includes(key));
  for (let given = dl.words.next(); given !== undefined; given = dl.words.next()) {
    const word = given;
    const found = rows.find(({ words }) => words.some((pattern) => isPrefix(word, pattern)));
    const refusal = found === undefined ? { message: `Unknown option "${word}"` } : await found.read(dl, options);
    if (refusal !== null) return await complain(refusal);
  }
  // A command that takes a shared buffer's index means the first one if it is not told.
  if (optional.includes("sb")) options.sb ??= 0;
  const missing = required.filter((key) => options[key] === undefined);
  if (missing.length === 0) return options;
  return await complain({ message: MISSING.find(([key]) => missing.includes(key))?.[1] ?? UNKNOWN_MISSING });
}

/** Writes what the options said as attributes. A parameter's value and a resource's path have none of their own. */
export function putOptions(writer: AttributeWriter, options: Options): void {
  for (const { put } of ROWS) put?.(writer, options);
}
