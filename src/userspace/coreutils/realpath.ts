/** realpath(1): -e -m -q -s -z -L -P, --relative-to and --relative-base. */
import { strerror } from "../../kernel/index.ts";
import { canonical } from "./canonical.ts";
import { absolute } from "./mount-table.ts";
import { quoteIfNeeded } from "./quote.ts";
import { type Utility, utility } from "./utility.ts";

const manual = {
  usage: "[OPTION]... FILE...",
  short: "eLmPqsz",
  long: {
    ...{ "canonicalize-existing": "e", "canonicalize-missing": "m", logical: "L", physical: "P", quiet: "q", strip: "s", zero: "z" },
    ...{ "no-symlinks": "s", "relative-to": "relative-to:", "relative-base": "relative-base:" },
  },
};

export const realpath = utility(manual, async (util) => {
  if (util.operands.length === 0) await util.missingOperand();
  const to = await baseOf(util, "relative-to");
  const base = await baseOf(util, "relative-base");
  const from = to ?? base;
  for (const path of util.operands) {
    const real = await resolve(util, path);
    if (typeof real === "number") {
      util.status = 1;
      if (!util.has("q")) await util.fail(`${quoteIfNeeded(path)}: ${strerror(real)}`);
      continue;
    }
    const relative = from !== null && (base === null || (isBelow(real, base) && isBelow(from, base)));
    await util.out((relative ? relativeTo(real, from) : real) + (util.has("z") ? "\0" : "\n"));
  }
});

/** The canonical name; with -s as it is written, with -L `..` taken away before links are followed. */
async function resolve(util: Utility, path: string): Promise<string | number> {
  const mode = util.lastOf("e", "m") ?? "f";
  const kind = util.lastOf("L", "P", "s") ?? "P";
  if (kind === "P" || path === "") return await canonical(util, path, mode);
  const found = await canonical(util, absolute(util.process, path), mode);
  return kind === "s" && typeof found !== "number" ? absolute(util.process, path) : found;
}

async function baseOf(util: Utility, option: string): Promise<string | null> {
  const path = util.value(option);
  if (path === undefined) return null;
  const real = await resolve(util, path);
  return typeof real === "number" ? await util.die(`${quoteIfNeeded(path)}: ${strerror(real)}`) : real;
}

function isBelow(path: string, base: string): boolean {
  return path === base || path.startsWith(base === "/" ? "/" : `${base}/`);
}

export function relativeTo(path: string, from: string): string {
  const parts = (text: string): readonly string[] => text.split("/").filter((part) => part !== "");
  const [there, here] = [parts(path), parts(from)];
  let common = 0;
  while (common < there.length && there[common] === here[common]) common++;
  const steps = [...here.slice(common).map(() => ".."), ...there.slice(common)];
  return steps.length === 0 ? "." : steps.join("/");
}
