/** What the environment says about characters. */
import type { Process } from "../../syscall/index.ts";

/**
 * Whether a character is a byte: where LC_ALL, LC_CTYPE or LANG, the first of them that is set, says C or POSIX. Where none is set,
 * text is UTF-8 here.
 */
export function charactersAreBytes({ env }: Process): boolean {
  const locale = ["LC_ALL", "LC_CTYPE", "LANG"].map((name) => env.get(name) ?? "").find((value) => value !== "");
  return locale === "C" || locale === "POSIX";
}
