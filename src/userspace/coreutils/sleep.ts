/** sleep(1): the sum of its operands, in virtual time. */
import { parseDuration } from "./duration.ts";
import { quote } from "./quote.ts";
import { utility } from "./utility.ts";

export const sleep = utility({ usage: "NUMBER[SUFFIX]...", short: "" }, async (util) => {
  const { operands, process } = util;
  if (operands.length === 0) await util.missingOperand();
  let total = 0;
  for (const operand of operands) {
    const ns = parseDuration(operand);
    if (ns === null) await util.fail(`invalid time interval ${quote(operand)}`);
    else total += ns;
  }
  if (util.status !== 0) await util.misused(null);
  const end = process.clockMonotonic() + total;
  for (let rest = total; rest > 0; rest = end - process.clockMonotonic()) {
    if (rest === Infinity) await process.pause();
    else await process.nanosleep(rest);
  }
});
