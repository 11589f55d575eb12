/** The two shapes that most commands of devlink have: change something and print nothing, or list all or one. */
import type { Attributes } from "../../../netlink/index.ts";
import { ask, type Devlink, type DevlinkCommand, type Handle } from "./context.ts";
import { type OptionKey, type Options, putOptions, takeOptions } from "./options.ts";

type TakeHandle = (dl: Devlink) => Promise<Handle | null>;

/** What a command takes, and the request that it makes of it. */
export interface CommandSpec {
  readonly cmd: number;
  readonly handle: TakeHandle;
  readonly required?: readonly OptionKey[];
  readonly optional?: readonly OptionKey[];
}

export interface Parsed {
  readonly handle: Handle;
  readonly options: Options;
}

/** The rest of the line; null after saying what is wrong. */
export async function parseCommand(dl: Devlink, spec: Omit<CommandSpec, "cmd">): Promise<Parsed | null> {
  const handle = await spec.handle(dl);
  if (handle === null) return null;
  const options = await takeOptions(dl, spec.required ?? [], spec.optional);
  return options === null ? null : { handle, options };
}

/** A command that changes something. */
export function change(spec: CommandSpec): DevlinkCommand {
  return async (dl) => {
    const parsed = await parseCommand(dl, spec);
    if (parsed === null) return 1;
    const { ok } = await ask(dl, spec.cmd, parsed.handle, (writer) => putOptions(writer, parsed.options));
    return ok ? 0 : 1;
  };
}

/** A command that lists one object, or all of all devices if nothing follows it. */
export function list(spec: CommandSpec, section: string, print: (dl: Devlink, attributes: Attributes) => void): DevlinkCommand {
  return async (dl) => {
    const all = dl.words.atEnd;
    const parsed = all ? null : await parseCommand(dl, spec);
    if (!all && parsed === null) return 1;
    dl.printer.section(section);
    const { ok, answers } =
      parsed === null
        ? await ask(dl, spec.cmd, null)
        : await ask(dl, spec.cmd, parsed.handle, (writer) => putOptions(writer, parsed.options));
    for (const attributes of answers) print(dl, attributes);
    dl.printer.sectionEnd();
    return ok ? 0 : 1;
  };
}
