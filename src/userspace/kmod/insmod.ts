/** insmod(8), rmmod(8) and lsmod(8) of kmod 30. Left out: rmmod -f, -s. */
import { EINVAL, ENOENT, ENOEXEC, strerror } from "../../kernel/index.ts";
import { O_CLOEXEC, O_NONBLOCK, O_RDONLY, type Process, type Program } from "../../syscall/index.ts";
import { complain, type OptionSpec, print, scanOptions } from "../lib/index.ts";
import { loaded, underscores } from "./module-index.ts";

export const insmod: Program = async (process) => {
  const [path, ...parameters] = process.argv.slice(1);
  if (path === undefined) {
    await complain(process, "insmod: ERROR: missing filename.\n");
    return 1;
  }
  const fd = await process.open(path, O_RDONLY | O_CLOEXEC);
  const error = fd < 0 ? fd : await process.finit_module(fd, parameters.join(" "));
  if (fd < 0) await complain(process, `insmod: ERROR: could not load module ${path}: ${strerror(error)}\n`);
  else if (error < 0) await complain(process, `insmod: ERROR: could not insert module ${path}: ${insertError(error)}\n`);
  return error === 0 ? 0 : 1;
};

/** mod_strerror() of libkmod. */
function insertError(error: number): string {
  switch (error) {
    case -ENOEXEC:
      return "Invalid module format";
    case -ENOENT:
      return "Unknown symbol in module";
    case -EINVAL:
      return "Invalid parameters";
    default:
      return strerror(error);
  }
}

const RMMOD: OptionSpec = {
  short: "fsvVhw",
  long: new Map([
    ["force", "f"],
    ["syslog", "s"],
    ["verbose", "v"],
    ["version", "V"],
    ["help", "h"],
  ]),
};

export const rmmod: Program = async (process) => {
  const { steps, operands } = scanOptions(process.argv.slice(1), RMMOD);
  for (const step of steps) {
    if (step.kind === "option" && (step.letter === "h" || step.letter === "V")) {
      await print(process, step.letter === "h" ? "Usage: rmmod MODULE...\n" : "kmod version 30, as modelled by mlx5-emu\n");
      return 0;
    }
    await complain(process, `rmmod: ${step.kind === "bad" ? step.complaint : `option '${step.word}' is not modelled by this emulator`}\n`);
    return 1;
  }
  if (operands.length === 0) {
    await complain(process, "rmmod: ERROR: missing module name.\n");
    return 1;
  }
  let status = 0;
  for (const operand of operands) if ((await removeOne(process, nameOf(operand))) !== 0) status = 1;
  return status;
};

/** A path of a module's file stands for its name. */
function nameOf(operand: string): string {
  return underscores(operand.replace(/^.*\//, "").replace(/\.ko$/, ""));
}

async function removeOne(process: Process, name: string): Promise<number> {
  const own = (await loaded(process))?.find((module) => module.name === name);
  const refused =
    own === undefined
      ? `Module ${name} is not currently loaded`
      : own.holders.some((holder) => holder !== "[permanent]")
        ? `Module ${name} is in use by: ${own.holders.join(" ")}`
        : own.refcnt > 0
          ? `Module ${name} is in use`
          : null;
  if (refused !== null) {
    await complain(process, `rmmod: ERROR: ${refused}\n`);
    return 1;
  }
  const error = await process.delete_module(name, O_NONBLOCK);
  if (error === 0) return 0;
  await complain(
    process,
    `rmmod: ERROR: could not remove '${name}': ${strerror(error)}\nrmmod: ERROR: could not remove module ${name}: ${strerror(error)}\n`,
  );
  return 1;
}

export const lsmod: Program = async (process) => {
  if (process.argv.length > 1) {
    await complain(process, "Usage: lsmod\n");
    return 1;
  }
  const modules = await loaded(process);
  if (modules === null) {
    await complain(process, "lsmod: ERROR: could not get list of modules: No such file or directory\n");
    return 1;
  }
  const rows = modules.map(
    ({ name, size, refcnt, holders }) =>
      `${name.padEnd(19)} ${String(size).padStart(8)}  ${refcnt}${holders.length === 0 ? "" : ` ${holders.join(",")}`}\n`,
  );
  await print(process, `Module                  Size  Used by\n${rows.join("")}`);
  return 0;
};
