/** The names of all kernel functions that the emulator and the example drivers model, read from their sources. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

export function modelledFunctions(): ReadonlySet<string> {
  const names = new Set<string>();
  for (const dir of ["src", "scripts"]) {
    for (const name of readdirSync(ROOT + dir, { recursive: true, encoding: "utf8" })) {
      if (!name.endsWith(".ts")) continue;
      for (const [, symbol = ""] of readFileSync(`${ROOT}${dir}/${name}`, "utf8").matchAll(/\benter\(\s*"(\w+)"/g)) names.add(symbol);
    }
  }
  return names;
}
