/** What programs share: text and bytes, reading and writing, the form of the registry. */

export { exponentialText, fixedText, generalText } from "./c-float.ts";
export { execvp } from "./execvp.ts";
export { fileComparison, fileTest, numberComparison } from "./file-tests.ts";
export { type OptionSpec, scanOptions } from "./getopt.ts";
export { complain, LineReader, print, readToEnd, STDIN, STDOUT, writeAll } from "./io.ts";
export { late } from "./late.ts";
export * from "./posix.ts";
export type { InstalledProgram } from "./program.ts";
export { bootTime, type Moment, momentOf, strftime } from "./strftime.ts";
export { byteString, decode, encode, fromByteString, joinBytes, rawByte } from "./text.ts";
