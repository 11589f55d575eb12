/** `mlx5-emu eras`: which kernels can be chosen and what each changes. */
import { DEFAULT_ERA, ERAS } from "../eras.ts";

export function listEras(): string {
  const blocks = ERAS.map((era) => {
    const rows = [{ what: "notifier", value: era.notifier }, ...era.differences];
    const width = Math.max(...rows.map((row) => row.what.length));
    const name = era.name === DEFAULT_ERA ? `${era.name} (default)` : era.name;
    return [`${name}: ${era.summary}`, ...rows.map((row) => `    ${row.what.padEnd(width)}  ${row.value}`)].join("\n");
  });
  return `${blocks.join("\n\n")}\n`;
}
