/** Loads a lock program of a user: a TypeScript or JavaScript module with a named export `program`. */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Program } from "../explore/index.ts";
import type { Host } from "./host.ts";
import { UserError } from "./user-error.ts";

/** True if the file is a module, by its name; everything else is a shell script. */
export function isProgram(path: string): boolean {
  return /[.](?:[cm]?ts|[cm]?js)$/.test(path);
}

export async function loadProgram(host: Host, path: string): Promise<Program> {
  const module = await imported(host, path);
  const program = typeof module === "object" && module !== null && "program" in module ? module.program : undefined;
  if (typeof program !== "function") throw new UserError(`${path} has no export named program; write: export const program = ...`);
  return program as Program;
}

async function imported(host: Host, path: string): Promise<unknown> {
  try {
    return await host.importModule(pathToFileURL(resolve(path)).href);
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
    throw new UserError(`cannot load ${path}: ${reason}`);
  }
}
