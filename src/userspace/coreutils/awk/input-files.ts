/** The records that a program gets without asking: of the files in ARGV, or of standard input; assignments among the operands. */
import type { RecordReader, Streams } from "./streams.ts";
import { AwkError } from "./syntax.ts";
import type { TextRules } from "./text-rules.ts";
import { toNumber } from "./value.ts";

/** `name=text` among the operands. */
export const ASSIGNMENT = /^([A-Za-z_]\w*)=(.*)$/s;

export interface InputRules extends TextRules {
  readonly streams: Streams;
  /** Carries out an assignment of the command line. */
  assignText(name: string, text: string): void;
}

export class InputFiles {
  private readonly awk: InputRules;
  private reader: RecordReader | null = null;
  private argument = 1;
  private usedFile = false;

  constructor(awk: InputRules) {
    this.awk = awk;
  }

  /** The next record, null behind the last; counts it. */
  async next(): Promise<string | null> {
    for (;;) {
      if (this.reader === null && !(await this.openNext())) return null;
      const text = await this.reader?.next(this.awk.separator());
      if (typeof text === "string") {
        this.count("NR");
        this.count("FNR");
        return text;
      }
      this.reader = null;
    }
  }

  /** Leaves the rest of the file out. */
  nextFile(): void {
    this.reader = null;
  }

  private count(name: string): void {
    const cell = this.awk.variables.global(name);
    cell.value = toNumber(cell.value) + 1;
  }

  private async openNext(): Promise<boolean> {
    const { variables } = this.awk;
    const argv = variables.global("ARGV").elements();
    for (;;) {
      if (this.argument >= toNumber(variables.global("ARGC").value)) {
        if (this.usedFile) return false;
        return await this.open("-", "");
      }
      const index = this.argument++;
      const word = argv.has(index) ? this.awk.text(argv.get(index)) : "";
      const assignment = ASSIGNMENT.exec(word);
      if (assignment !== null) this.awk.assignText(assignment[1] ?? "", assignment[2] ?? "");
      else if (word !== "") return await this.open(word, word);
    }
  }

  private async open(path: string, name: string): Promise<boolean> {
    this.usedFile = true;
    const reader = await this.awk.streams.open(path);
    if (typeof reader === "string") throw new AwkError(`cannot open ${path} (${reader})`);
    this.reader = reader;
    this.awk.variables.global("FILENAME").value = name;
    this.awk.variables.global("FNR").value = 0;
    return true;
  }
}
