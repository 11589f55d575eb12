/** true(1), false(1), sync(1). */
import { strerror } from "../../kernel/index.ts";
import { O_RDONLY, type Program } from "../../syscall/index.ts";
import { quote } from "./quote.ts";
import { utility } from "./utility.ts";

export const succeed: Program = async () => 0;

export const fail: Program = async () => 1;

const syncManual = {
  usage: "[OPTION] [FILE]...",
  short: "df",
  long: { data: "d", "file-system": "f" },
};

/** There is no disk; only a file that is not there is an error. */
export const sync = utility(syncManual, async (util) => {
  if (util.has("d") && util.operands.length === 0) await util.die("--data needs at least one argument");
  for (const path of util.operands) {
    const fd = await util.process.open(path, O_RDONLY);
    if (fd < 0) await util.fail(`error opening ${quote(path)}: ${strerror(fd)}`);
    else await util.process.close(fd);
  }
});
