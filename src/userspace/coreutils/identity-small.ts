/** Who and what: whoami(1), logname(1), groups(1), users(1), arch(1). Everybody is root, and nobody has logged in. */
import { quote } from "./quote.ts";
import { type Utility, utility } from "./utility.ts";

async function refuseOperands(util: Utility): Promise<void> {
  if (util.operands.length > 0) await util.misused(`extra operand ${quote(util.operands[0] ?? "")}`);
}

export const whoami = utility({ usage: "[OPTION]...", short: "" }, async (util) => {
  await refuseOperands(util);
  await util.out("root\n");
});

export const logname = utility({ usage: "[OPTION]", short: "" }, async (util) => {
  await refuseOperands(util);
  await util.die("no login name");
});

export const groups = utility({ usage: "[OPTION]... [USERNAME]...", short: "" }, async (util) => {
  if (util.operands.length === 0) await util.out("root\n");
  for (const user of util.operands) {
    if (user === "root") await util.out("root : root\n");
    else await util.fail(`${quote(user)}: no such user`);
  }
});

export const users = utility({ usage: "[OPTION]... [FILE]", short: "" }, async () => {});

export const arch = utility({ usage: "[OPTION]...", short: "" }, async (util) => {
  await refuseOperands(util);
  await util.out(`${util.process.uname().machine}\n`);
});
