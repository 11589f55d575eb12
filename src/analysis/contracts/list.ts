/** The contracts as `mlx5-emu contracts` prints them. */
import { CONTRACTS, type Contract, type LockUse } from "./table.ts";

export function contractsText(): string {
  const groups = new Map<string, Contract[]>();
  for (const contract of CONTRACTS) {
    const key = JSON.stringify([contract.source, contract.holds, contract.mustNotHold, contract.mustNotTake]);
    groups.set(key, [...(groups.get(key) ?? []), contract]);
  }
  return [...groups.values()].map(groupText).join("\n");
}

function groupText(group: readonly Contract[]): string {
  const [first] = group;
  if (first === undefined) return "";
  const { holds, mustNotHold, mustNotTake, onlyIn, because, source } = first;
  const rows = [
    ...holds.map((uses) => ["caller holds", names(uses, " or ")]),
    ...(mustNotHold === "all"
      ? [["caller must not hold", "any lock"]]
      : mustNotHold.length === 0
        ? []
        : [["caller must not hold", names(mustNotHold, ", ")]]),
    ...(mustNotTake.length === 0 ? [] : [["must not take", names(mustNotTake, ", ")]]),
    ...(onlyIn === null ? [] : [["only in", onlyIn]]),
    ["because", because],
    ["source", source],
  ];
  return [
    group.map((contract) => `${contract.fn}()`).join(", "),
    ...rows.map(([label, text]) => `  ${(label ?? "").padEnd(22)}${text}`),
    "",
  ].join("\n");
}

function names(uses: readonly LockUse[], between: string): string {
  return uses.map(({ lock, mode }) => `${lock}${mode === undefined ? "" : ` for ${mode}`}`).join(between);
}
