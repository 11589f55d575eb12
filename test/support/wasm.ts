/** The WebAssembly programs of a machine under test, from the installed packages. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

export async function jqWasm(): Promise<Uint8Array> {
  return new Uint8Array(await readFile(createRequire(import.meta.url).resolve("jq-wasm/jq.wasm")));
}
