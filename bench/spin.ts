/** Runs SPIN on pernet.pml: exhaustive, safety only, with its partial-order reduction, as `spin -a` and `gcc -O2` make it. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Size } from "./scenario.ts";

export interface SpinRun {
  /** Seconds of CPU time of pan. */
  readonly cpu: number;
  readonly states: number;
  /** Bytes that pan took for its states, with their index. */
  readonly bytes: number;
}

const model = fileURLToPath(new URL("../../../bench/pernet.pml", import.meta.url));

function runs(command: string): boolean {
  return spawnSync(command, [command === "spin" ? "-V" : "--version"], { stdio: "ignore" }).status === 0;
}

/** Why SPIN cannot be run, in one line; null if it can. */
export function spinMissing(): string | null {
  const missing = ["spin", "gcc"].filter((command) => !runs(command));
  return missing.length === 0 ? null : `${missing.join(" and ")} not installed (Debian: apt-get install spin gcc)`;
}

/** Why pan cannot be given so much memory, in one line; null if it can. */
export function memoryMissing(gigabytes: number): string | null {
  const available = Number(/MemAvailable:\s+(\d+)/.exec(readFileSync("/proc/meminfo", "utf8"))?.[1] ?? 0) / 1e6;
  return available >= gigabytes ? null : `needs ${gigabytes} GB of memory, ${available.toFixed(1)} are available`;
}

const built = new Map<string, string>();

/** The folder with the verifier for one size. */
function build({ shows, adds }: Size): string {
  const key = `${shows} ${adds}`;
  const known = built.get(key);
  if (known !== undefined) return known;
  const folder = mkdtempSync(join(tmpdir(), "mlx5-emu-spin-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  command(folder, "spin", ["-a", `-DSHOWS=${shows}`, `-DADDS=${adds}`, model]);
  command(folder, "gcc", ["-O2", "-DSAFETY", "-o", "pan", "pan.c"]);
  built.set(key, folder);
  return folder;
}

function command(cwd: string, name: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(name, args, { cwd, encoding: "utf8" });
  if (status !== 0) throw new Error(`${name} ended with ${status}: ${stdout}${stderr}`);
  return `${stdout}${stderr}`;
}

/** @param index the logarithm of the size of pan's hash table */
export function pan(size: Size, index: number): SpinRun {
  const text = command(build(size), "bash", ["-c", `TIMEFORMAT="cpu %U %S"; time ./pan -w${index} -m100000`]);
  const [user, system] = figures(text, /cpu ([\d.]+) ([\d.]+)/);
  const [states] = figures(text, /^\s*([\d.e+]+) states, stored/m);
  const [megabytes] = figures(text, /^\s*([\d.]+)\s+total actual memory usage/m);
  if (!/errors: 0/.test(text)) throw new Error(`pan reports an error: ${text}`);
  return { cpu: user + system, states, bytes: megabytes * 1024 * 1024 };
}

function figures(text: string, pattern: RegExp): [number, number] {
  const match = pattern.exec(text);
  if (match === null) throw new Error(`pan prints something else: ${text}`);
  return [Number(match[1]), Number(match[2] ?? 0)];
}
