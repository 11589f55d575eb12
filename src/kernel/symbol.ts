/**
 * How the kernel prints a place in its code (lib/vsprintf.c %pS, kernel/kallsyms.c): `func+0x1c/0xb0 [module]`. The model has
 * no machine code, so offset and size are made up from the names: the same on every run and machine, different for two places
 * in one function that call different others. Also what the kernel says of its own condition (kernel/panic.c print_tainted()).
 */
import { type Kernel, staticData } from "./kernel.ts";

/** Which modules own which symbols: a symbol belongs to the module with the longest prefix it begins with. */
const modules = staticData(() => new Map<string, string>());

/** The symbols that begin with one of `prefixes` are printed as the module's. */
export function registerSymbols(kernel: Kernel, module: string, prefixes: readonly string[]): void {
  for (const prefix of prefixes) modules(kernel).set(prefix, module);
}

/** The module that a symbol belongs to; null for the kernel image. */
export function moduleOfSymbol(kernel: Kernel, symbol: string): string | null {
  const table = modules(kernel);
  for (let length = symbol.length; length > 0; length--) {
    const module = table.get(symbol.slice(0, length));
    if (module !== undefined) return module;
  }
  return null;
}

/** `func+0x1c/0xb0 [module]`, for the place in `symbol` that calls `callee`. */
export function symbolText(kernel: Kernel, symbol: string, callee = ""): string {
  const size = 0x20 + (hashText(symbol) % 0x180);
  const offset = 5 + (hashText(`${symbol} ${callee}`) % (size - 8));
  const module = moduleOfSymbol(kernel, symbol);
  return `${symbol}+0x${offset.toString(16)}/0x${size.toString(16)}${module === null ? "" : ` [${module}]`}`;
}

/** FNV-1a, 32 bits: for values that are made up, but always in the same way. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
