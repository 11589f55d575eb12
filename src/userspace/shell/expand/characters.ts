/** Text by characters as bash counts them: code points, not the units of a JavaScript string. */

const ASTRAL = /[\ud800-\udbff][\udc00-\udfff]/;

/** Something with a length and slices that count in characters. */
export function codePoints(text: string): { readonly length: number; slice(from: number, to?: number): string } {
  if (!ASTRAL.test(text)) return text;
  const characters = Array.from(text);
  return { length: characters.length, slice: (from, to) => characters.slice(from, to).join("") };
}
