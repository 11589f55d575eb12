/** basename(1): -a, -s; dirname(1). */
import { quote } from "./quote.ts";
import { lastPart } from "./targets.ts";
import { utility } from "./utility.ts";

const basenameManual = {
  usage: "NAME [SUFFIX]",
  short: "as:z",
  long: { multiple: "a", suffix: "s", zero: "z" },
  stopAtOperand: true,
};

export const basename = utility(basenameManual, async (util) => {
  const { operands } = util;
  if (operands.length === 0) await util.missingOperand();
  const many = util.has("a", "s");
  if (!many && operands.length > 2) await util.misused(`extra operand ${quote(operands[2] ?? "")}`);
  const suffix = many ? (util.value("s") ?? "") : (operands[1] ?? "");
  for (const path of many ? operands : operands.slice(0, 1)) {
    const name = lastPart(path);
    const shown = suffix !== "" && name !== suffix && name.endsWith(suffix) ? name.slice(0, -suffix.length) : name;
    await util.out(shown + (util.has("z") ? "\0" : "\n"));
  }
});

export const dirname = utility({ usage: "[OPTION] NAME...", short: "z", long: { zero: "z" } }, async (util) => {
  if (util.operands.length === 0) await util.missingOperand();
  for (const path of util.operands) {
    const trimmed = path.replace(/\/+$/, "");
    const folder = trimmed.replace(/\/*[^/]*$/, "");
    const shown = folder !== "" ? folder : path.startsWith("/") ? "/" : ".";
    await util.out(shown + (util.has("z") ? "\0" : "\n"));
  }
});
