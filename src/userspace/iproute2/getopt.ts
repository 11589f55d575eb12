/** getopt_long(3), as the other programs have it. */
export { type OptionSpec, type OptionStep, type ScannedOptions, scanOptions } from "../lib/index.ts";
