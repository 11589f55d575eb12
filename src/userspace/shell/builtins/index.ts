/** All builtins by name. */
import type { Builtin } from "./builtin.ts";
import { compgenBuiltins } from "./compgen.ts";
import { declareBuiltins } from "./declare.ts";
import { directoryBuiltins } from "./directory.ts";
import { directoryStackBuiltins } from "./directory-stack.ts";
import { echoBuiltins } from "./echo.ts";
import { evaluationBuiltins } from "./evaluation.ts";
import { flowBuiltins } from "./flow.ts";
import { getoptsBuiltins } from "./getopts.ts";
import { hashBuiltins } from "./hash.ts";
import { jobBuiltins } from "./jobs.ts";
import { killBuiltins } from "./kill.ts";
import { miscBuiltins } from "./misc.ts";
import { printfBuiltins } from "./printf.ts";
import { readBuiltins } from "./read.ts";
import { setBuiltins } from "./set.ts";
import { testBuiltins } from "./test.ts";
import { trapBuiltins } from "./trap.ts";
import { typeBuiltins } from "./type.ts";
import { ulimitBuiltins } from "./ulimit.ts";
import { umaskBuiltins } from "./umask.ts";
import { unsetBuiltins } from "./unset.ts";

export const BUILTINS: ReadonlyMap<string, Builtin> = new Map(
  Object.entries({
    ...compgenBuiltins,
    ...declareBuiltins,
    ...directoryBuiltins,
    ...directoryStackBuiltins,
    ...echoBuiltins,
    ...evaluationBuiltins,
    ...flowBuiltins,
    ...getoptsBuiltins,
    ...hashBuiltins,
    ...jobBuiltins,
    ...killBuiltins,
    ...miscBuiltins,
    ...printfBuiltins,
    ...readBuiltins,
    ...setBuiltins,
    ...testBuiltins,
    ...trapBuiltins,
    ...typeBuiltins,
    ...ulimitBuiltins,
    ...umaskBuiltins,
    ...unsetBuiltins,
  }),
);
