/** Upper and lower case, character by character as C has it: a character that would become several stays as it is. */

export function toUpper(text: string): string {
  return mapped(text, text.toUpperCase(), (char) => char.toUpperCase());
}

export function toLower(text: string): string {
  return mapped(text, text.toLowerCase(), (char) => char.toLowerCase());
}

/** The first letter large, the others small. */
export function capitalized(text: string): string {
  const [first = ""] = Array.from(text);
  return toUpper(first) + toLower(text.slice(first.length));
}

function mapped(text: string, whole: string, change: (char: string) => string): string {
  if (/^[\x00-\x7f]*$/.test(text)) return whole;
  return Array.from(text, (char) => (Array.from(change(char)).length === 1 ? change(char) : char)).join("");
}
