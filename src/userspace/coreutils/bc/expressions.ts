/**
 * The expressions of bc(1). From loosest to tightest: || && ! relations assignments + * ^ and the sign; `!` and assignments may stand
 * wherever an operand may.
 */
import { type Binary, type Builtin, CodeBuffer, newLabel, type Place } from "./code.ts";
import type { Lexer } from "./lexer.ts";
import { Misplaced, Tokens } from "./tokens.ts";

interface Expression {
  readonly isAssignment: boolean;
  readonly isVoid: boolean;
}

const VALUE: Expression = { isAssignment: false, isVoid: false };

const PRECEDENCE: Readonly<Record<string, number>> = {
  ...{ "||": 1, "&&": 2, "==": 4, "!=": 4, "<": 4, "<=": 4, ">": 4, ">=": 4 },
  ...{ "+": 6, "-": 6, "*": 7, "/": 7, "%": 7, "^": 8 },
};
const NOT_OPERAND = 4;
const ASSIGNED = 5;
const POWER = 8;
const TIGHTEST = 10;

const ASSIGNMENTS: ReadonlySet<string> = new Set(["=", "+=", "-=", "*=", "/=", "%=", "^="]);
const SPECIAL: ReadonlySet<string> = new Set(["ibase", "obase", "scale", "last", "history"]);
const BUILTINS: ReadonlySet<string> = new Set<Builtin>(["length", "sqrt", "read", "random"]);

export class Expressions extends Tokens {
  protected code = new CodeBuffer();
  /** Asks whether a function that was defined before returns nothing. */
  private readonly returnsNothing: (name: string) => boolean;

  constructor(lexer: Lexer, report: (message: string) => Promise<void>, returnsNothing: (name: string) => boolean) {
    super(lexer, report);
    this.returnsNothing = returnsNothing;
  }

  protected async value(): Promise<void> {
    const { isVoid } = await this.expression(0);
    if (isVoid) await this.complain("void expression");
  }

  /** An expression of operators that bind as `least` or tighter. */
  protected async expression(least: number): Promise<Expression> {
    return await this.continued(await this.prefix(), least);
  }

  private async continued(first: Expression, least: number): Promise<Expression> {
    let left = first;
    for (;;) {
      const token = await this.peek();
      const precedence = token.kind === "symbol" ? PRECEDENCE[token.text] : undefined;
      if (precedence === undefined || precedence < least) return left;
      await this.take();
      left = await this.infix(left, token.text, precedence);
    }
  }

  private async infix(left: Expression, operator: string, precedence: number): Promise<Expression> {
    const end = newLabel();
    const yes = newLabel();
    if (operator === "&&") {
      this.code.add({ op: "duplicate" });
      this.code.add({ op: "ifZero", label: end });
      this.code.add({ op: "pop" });
    } else if (operator === "||") this.code.add({ op: "ifNotZero", label: yes });
    const right = await this.expression(operator === "^" ? POWER : precedence + 1);
    if (left.isVoid || right.isVoid) await this.complain(`void expression with ${operator}`);
    if (operator === "&&") {
      this.code.add({ op: "duplicate" });
      this.code.add({ op: "ifZero", label: end });
      this.code.add({ op: "pop" });
      this.code.add({ op: "constant", text: "1" });
    } else if (operator === "||") {
      this.code.add({ op: "ifNotZero", label: yes });
      this.code.add({ op: "constant", text: "0" });
      this.code.add({ op: "jump", label: end });
      this.code.mark(yes);
      this.code.add({ op: "constant", text: "1" });
    } else this.code.add({ op: "binary", operator: operator as Binary });
    this.code.mark(end);
    return VALUE;
  }

  private async prefix(): Promise<Expression> {
    const token = await this.peek();
    if (token.kind === "number") {
      await this.take();
      this.code.add({ op: "constant", text: normal(token.text) });
      if (!isNumber(token.text)) throw new Misplaced();
      return VALUE;
    }
    if (token.kind === "name") {
      await this.take();
      return await this.named(token.text);
    }
    if (token.kind === "string") throw new Misplaced();
    return await this.prefixSymbol(token.text);
  }

  private async prefixSymbol(symbol: string): Promise<Expression> {
    if (BUILTINS.has(symbol) || symbol === "." || SPECIAL.has(symbol)) {
      await this.take();
      if (BUILTINS.has(symbol)) return await this.builtin(symbol as Builtin);
      if (symbol === "scale" && (await this.at("("))) return await this.builtin("scale");
      return await this.placed({ name: symbol === "." ? "last" : symbol, element: false });
    }
    if (!["!", "-", "(", "++", "--"].includes(symbol)) throw new Misplaced();
    await this.take();
    if (symbol === "(") {
      const inner = await this.expression(0);
      await this.expect(")");
      return { ...inner, isAssignment: false };
    }
    if (symbol === "!" || symbol === "-") {
      const { isVoid } = await this.expression(symbol === "!" ? NOT_OPERAND : TIGHTEST);
      if (isVoid) await this.complain(`void expression with ${symbol}`);
      this.code.add({ op: symbol === "!" ? "not" : "negate" });
      return VALUE;
    }
    const place = await this.place();
    if (place.element) this.code.add({ op: "duplicate" });
    this.code.add({ op: symbol === "++" ? "increment" : "decrement", place });
    this.code.add({ op: "load", place });
    return VALUE;
  }

  private async builtin(name: Builtin): Promise<Expression> {
    await this.expect("(");
    if (name !== "read" && name !== "random") await this.value();
    await this.expect(")");
    this.code.add({ op: "builtin", name });
    return VALUE;
  }

  private async place(): Promise<Place> {
    const token = await this.peek();
    if (token.kind === "symbol" && (SPECIAL.has(token.text) || token.text === ".")) {
      await this.take();
      return { name: token.text === "." ? "last" : token.text, element: false };
    }
    const name = await this.name();
    return { name, element: await this.subscript() };
  }

  private async subscript(): Promise<boolean> {
    if (!(await this.accept("["))) return false;
    await this.value();
    await this.expect("]");
    return true;
  }

  private async named(name: string): Promise<Expression> {
    if (await this.accept("(")) return await this.call(name);
    return await this.placed({ name, element: await this.subscript() });
  }

  /** A place that is assigned to, counted up or down afterwards, or read. */
  private async placed(place: Place): Promise<Expression> {
    const token = await this.peek();
    const symbol = token.kind === "symbol" ? token.text : "";
    const keeping = place.element ? "loadKeeping" : "load";
    if (ASSIGNMENTS.has(symbol)) {
      await this.take();
      if (symbol !== "=") this.code.add({ op: keeping, place });
      const { isVoid } = await this.expression(ASSIGNED);
      if (isVoid) await this.complain("assignment of a void expression");
      if (symbol !== "=") this.code.add({ op: "binary", operator: symbol.slice(0, -1) as Binary });
      this.code.add({ op: "store", place });
      return { isAssignment: true, isVoid: false };
    }
    if (symbol === "++" || symbol === "--") {
      await this.take();
      this.code.add({ op: keeping, place });
      if (place.element) this.code.add({ op: "swap" });
      this.code.add({ op: symbol === "++" ? "increment" : "decrement", place });
      return VALUE;
    }
    this.code.add({ op: "load", place });
    return VALUE;
  }

  private async call(name: string): Promise<Expression> {
    const args: ("scalar" | "array")[] = [];
    if (!(await this.at(")"))) {
      do args.push(await this.argument());
      while (await this.accept(","));
    }
    await this.expect(")");
    this.code.add({ op: "call", name, args });
    return { isAssignment: false, isVoid: this.returnsNothing(name) };
  }

  private async argument(): Promise<"scalar" | "array"> {
    const token = await this.peek();
    if (token.kind === "name") {
      await this.take();
      if (await this.accept("[")) {
        if (await this.accept("]")) {
          this.code.add({ op: "array", name: token.text });
          return "array";
        }
        await this.value();
        await this.expect("]");
        return await this.rest(await this.placed({ name: token.text, element: true }));
      }
      return await this.rest(await this.named(token.text));
    }
    await this.value();
    return "scalar";
  }

  /** The rest of an argument whose first operand is read. */
  private async rest(first: Expression): Promise<"scalar"> {
    const { isVoid } = await this.continued(first, 0);
    if (isVoid) await this.complain("void argument");
    return "scalar";
  }
}

/** Digits without what does not change the value or the scale. */
function normal(text: string): string {
  return text.replace(/^0+(?=.)/, "").replace(/\.$/, "") || "0";
}

function isNumber(text: string): boolean {
  return /^[0-9A-Z]*\.?[0-9A-Z]*$/.test(text);
}
