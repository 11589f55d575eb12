/** Loads drivers of the user's: TypeScript files with an export `driver`, through tsx, which is loaded only then. */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Driver } from "../driver.ts";
import { DEFAULT_ERA, findEra } from "../eras.ts";
import { machineModules } from "../modules.ts";
import { errorCode, type Host, reasonOf } from "./host.ts";
import { UserError } from "./user-error.ts";

/** A driver file as it was given, and what it exports. */
export interface LoadedDriver {
  readonly path: string;
  readonly driver: Driver;
}

/** The longest driver file taken, bytes. */
const MAX_DRIVER = 4 * 1024 * 1024;

/** @throws UserError for a file that cannot be read, is no TypeScript, or exports no `driver`. */
export async function loadDrivers(host: Host, paths: readonly string[]): Promise<LoadedDriver[]> {
  const loaded: LoadedDriver[] = [];
  const era = findEra(DEFAULT_ERA);
  const names = new Set(era === undefined ? [] : machineModules(era, era.notifier).map(({ name }) => name));
  for (const path of paths) {
    const driver = await loadDriver(host, path);
    const name = await nameOf(path, driver);
    if (names.has(name))
      throw new UserError(`driver ${path} calls its module ${name}, as another one is called; give it a name of its own`);
    names.add(name);
    loaded.push({ path, driver });
  }
  return loaded;
}

async function loadDriver(host: Host, path: string): Promise<Driver> {
  try {
    host.read(path, MAX_DRIVER);
  } catch (error) {
    throw new UserError(`cannot read driver ${path}: ${reasonOf(error)}`);
  }
  const exported = await importModule(host, path);
  const driver = Object.hasOwn(exported, "driver") ? (exported as { driver: unknown }).driver : undefined;
  if (typeof driver !== "function") {
    throw new UserError(`driver ${path} exports no function named driver; write export const driver: Driver = (kernel) => ({ name: ... })`);
  }
  return driver as Driver;
}

/** Makes the module once, to see that it can be made. */
async function nameOf(path: string, driver: Driver): Promise<string> {
  const { driverApi } = await import("../driver.ts");
  let made: unknown;
  try {
    made = driver(driverApi);
  } catch (error) {
    throw new UserError(`driver ${path} makes no module: ${firstLine(error)}`);
  }
  const name = typeof made === "object" && made !== null && "name" in made ? made.name : undefined;
  if (typeof name === "string" && /^[a-z0-9_]+$/i.test(name)) return name;
  throw new UserError(`driver ${path} makes no module: return { name: "NAME", init: ... }, with letters, digits and _ in NAME`);
}

async function importModule(host: Host, path: string): Promise<object> {
  try {
    return await host.importModule(pathToFileURL(resolve(path)).href);
  } catch (error) {
    throw new UserError(`driver ${path} cannot be loaded: ${firstLine(error)}`);
  }
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  // esbuild puts what is wrong into the line after its heading.
  const line = /^Transform failed/.test(lines[0] ?? "") ? lines[1] : lines[0];
  return (line ?? errorCode(error) ?? "unknown reason").trim();
}

/** Where in a driver's file something went wrong, if it was there: `scripts/mine.ts:12: message`. */
export function faultInDriver(error: unknown, paths: readonly string[]): string | null {
  if (!(error instanceof Error)) return null;
  const top = (error.stack ?? "").split("\n").find((line) => /^\s+at /.test(line)) ?? "";
  for (const path of paths) {
    // A file outside of any ECMAScript package is compiled into a URL of its own, which has no lines of the file.
    if (top.includes(encodeURIComponent(resolve(path)))) return `${path}: ${error.name}: ${error.message}`;
    const at = top.indexOf(pathToFileURL(resolve(path)).href);
    const plain = top.indexOf(resolve(path));
    if (at < 0 && plain < 0) continue;
    const line = /\.[cm]?[jt]s(?:\?[^:]*)?:(\d+)/.exec(top.slice(Math.max(at, plain)))?.[1];
    return `${path}${line === undefined ? "" : `:${line}`}: ${error.name}: ${error.message}`;
  }
  return null;
}
