/** How control leaves a command other than by reaching its end. These are thrown; everything on the way restores its redirections. */

/** break N, continue N. */
export class LoopJump {
  readonly kind: "break" | "continue";
  levels: number;
  /** The status of the loop that it ends. */
  readonly status: number;
  constructor(kind: "break" | "continue", levels: number, status = 0) {
    this.kind = kind;
    this.levels = levels;
    this.status = status;
  }
}

/** `return`: ends the function or the sourced script. */
export class FunctionReturn {
  readonly status: number;
  constructor(status: number) {
    this.status = status;
  }
}

/** `exit`, `set -e`, errors that end a script. */
export class ShellExit {
  readonly status: number;
  constructor(status: number) {
    this.status = status;
  }
}

/** An error that ends the rest of the complete command (its line); the script goes on with the next. */
export class Discard {
  readonly status: number;
  constructor(status: number) {
    this.status = status;
  }
}

/** An expansion that failed, before its message has been printed. `fatal` ones end the shell, others the complete command. */
export class ExpansionError {
  readonly message: string;
  readonly fatal: boolean;
  constructor(message: string, fatal = false) {
    this.message = message;
    this.fatal = fatal;
  }
}

/** An expression in it could not be evaluated: also a builtin gives up the rest of the line. `named`: its message begins with the builtin's name. */
export class EvaluationError extends ExpansionError {
  readonly named: boolean;
  constructor(message: string, named: boolean) {
    super(message);
    this.named = named;
  }
}
