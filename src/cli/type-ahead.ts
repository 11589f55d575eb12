/**
 * What is typed or pasted while nobody waits for a line is held back and given out line by line, so that each line is shown
 * once and behind its own prompt. Ctrl-C and Ctrl-Z do not wait; what was typed before them is gone.
 */
import { PassThrough } from "node:stream";
import type { SignalKey } from "../machine.ts";

const CTRL_C = "\x03";
const CTRL_Z = "\x1a";

export class TypeAhead {
  /** What may be read now. */
  readonly input = new PassThrough();
  private held = "";
  private readonly pressed: (key: SignalKey) => void;

  constructor(pressed: (key: SignalKey) => void) {
    this.pressed = pressed;
  }

  /** Keys have come. `wanted`: somebody waits for a line. */
  receive(text: string, wanted: boolean): void {
    const last = Math.max(text.lastIndexOf(CTRL_C), text.lastIndexOf(CTRL_Z));
    if (!wanted && last >= 0) {
      this.held = text.slice(last + 1);
      this.pressed(text.charAt(last) === CTRL_C ? "^C" : "^Z");
      return;
    }
    this.held += text;
    if (wanted) this.nextLine();
  }

  /** Lets the next line pass, or what there is of it; the rest of it follows as it is typed. */
  nextLine(): void {
    if (this.held === "") return;
    const end = this.held.search(/[\r\n]/);
    const piece = end < 0 ? this.held : this.held.slice(0, end + 1);
    this.held = this.held.slice(piece.length);
    this.input.write(piece);
  }
}
