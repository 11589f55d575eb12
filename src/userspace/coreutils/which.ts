/** which(1) of Debian: -a. */
import { type Process, type Program, S_IFMT, S_IFREG } from "../../syscall/index.ts";
import { complain, print, scanOptions } from "../lib/index.ts";

export const which: Program = async (process) => {
  const { steps, operands } = scanOptions(process.argv.slice(1), { short: "as", long: new Map(), stopAtOperand: true });
  const bad = steps.find((step) => step.kind === "bad");
  if (bad !== undefined) {
    const letter = /'(.)'/.exec(bad.complaint)?.[1] ?? "-";
    await complain(process, `Illegal option -${letter}\n`);
    await print(process, "Usage: /usr/bin/which [-a] args\n");
    return 2;
  }
  const has = (letter: string): boolean => steps.some((step) => step.kind === "option" && step.letter === letter);
  const folders = (process.env.get("PATH") ?? "").split(":").map((folder) => (folder === "" ? "." : folder));
  let status = operands.length === 0 ? 1 : 0;
  for (const name of operands) {
    const found: string[] = [];
    for (const path of name.includes("/") ? [name] : folders.map((folder) => `${folder}/${name}`)) {
      if (!(await isExecutable(process, path))) continue;
      found.push(path);
      if (!has("a")) break;
    }
    if (found.length === 0) status = 1;
    else if (!has("s")) await print(process, found.map((path) => `${path}\n`).join(""));
  }
  return status;
};

const X_OK = 1;

async function isExecutable(process: Process, path: string): Promise<boolean> {
  const stat = await process.stat(path);
  return typeof stat !== "number" && (stat.mode & S_IFMT) === S_IFREG && (await process.access(path, X_OK)) === 0;
}
