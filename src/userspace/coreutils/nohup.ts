/** nohup(1): runs a command that SIGHUP does not end; what is a terminal of its three descriptors is taken from it. */
import { ENOENT, SIGHUP, strerror } from "../../kernel/index.ts";
import { O_APPEND, O_CREAT, O_WRONLY, type Process } from "../../syscall/index.ts";
import { complain, execvp, STDIN, STDOUT } from "../lib/index.ts";
import { quote } from "./quote.ts";
import { type Utility, utility } from "./utility.ts";

const EXIT_CANCELED = 125;
const EXIT_CANNOT_INVOKE = 126;
const EXIT_ENOENT = 127;
const STDERR = 2;
const OUTPUT_FILE = "nohup.out";

const manual = { usage: "COMMAND [ARG]...", short: "", long: {}, stopAtOperand: true, trouble: EXIT_CANCELED };

export const nohup = utility(manual, async (util) => {
  const { process } = util;
  if (util.operands.length === 0) return await util.missingOperand("operand");
  const [input, output, errors] = [STDIN, STDOUT, STDERR].map((fd) => process.isatty(fd));
  // Write only, so that a command that reads does not find an endless empty input.
  if (input === true) await become(process, await process.open("/dev/null", O_WRONLY), STDIN);
  if (output === true) await appendOutput(util, input === true);
  else if (input === true) await complain(process, `nohup: ignoring input${errors === true ? " and redirecting stderr to stdout" : ""}\n`);
  if (errors === true) await process.dup2(STDOUT, STDERR);
  process.sigaction(SIGHUP, "ignore");
  const error = await execvp(process, util.operands, process.env);
  await util.die(
    `failed to run command ${quote(util.operands[0] ?? "")}: ${strerror(error)}`,
    error === -ENOENT ? EXIT_ENOENT : EXIT_CANNOT_INVOKE,
  );
});

async function appendOutput(util: Utility, ignoresInput: boolean): Promise<void> {
  const fd = await util.process.open(OUTPUT_FILE, O_WRONLY | O_CREAT | O_APPEND, 0o600);
  if (fd < 0) await util.die(`failed to open ${quote(OUTPUT_FILE)}: ${strerror(fd)}`, EXIT_CANCELED);
  await complain(util.process, `nohup: ${ignoresInput ? "ignoring input and " : ""}appending output to ${quote(OUTPUT_FILE)}\n`);
  await become(util.process, fd, STDOUT);
}

async function become(process: Process, fd: number, wanted: number): Promise<void> {
  if (fd < 0 || fd === wanted) return;
  await process.dup2(fd, wanted);
  await process.close(fd);
}
