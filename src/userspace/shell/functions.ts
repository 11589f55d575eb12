/** A function of the shell: its body and where it was written. */
import type { Function as FunctionNode } from "unbash";
import type { Source } from "./source.ts";

export interface ShellFunction {
  readonly name: string;
  readonly body: FunctionNode["body"];
  readonly source: Source;
  /** BASH_SOURCE while it runs. */
  readonly sourceName: string;
  readonly exported: boolean;
  /** readonly -f */
  readonly readonly: boolean;
  /** declare -t: DEBUG and RETURN hold in it. */
  readonly traced: boolean;
}
