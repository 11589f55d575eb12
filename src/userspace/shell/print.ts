/** Commands as bash writes them: in `jobs`, in messages about killed children, and in `declare -f`. */
import type {
  AndOr,
  ArithmeticFor,
  Case,
  Command,
  CommandNode,
  CompoundList,
  If,
  PipelineNode,
  Redirection,
  Statement,
  TestExpression,
  Word,
} from "unbash";
import type { ShellFunction } from "./functions.ts";
import type { Source } from "./source.ts";

const STEP = 4;

export function commandText(source: Source, node: PipelineNode | AndOr): string {
  return new Printer(source, false).node(node);
}

/** The same for when somebody asks: of most jobs nobody does. */
export function textLater({ source }: { readonly source: Source }, node: PipelineNode | AndOr): () => string {
  return () => commandText(source, node);
}

/** name () { ... } over several lines. */
export function functionText(called: ShellFunction): string {
  return `${called.name} () \n${new Printer(called.source, true).body(called.body)}`;
}

class Printer {
  private readonly source: Source;
  private readonly inFunction: boolean;
  private indentation = 0;
  /** Here-documents of the statement that is being written; their text follows it. */
  private documents: string[] = [];

  constructor(source: Source, inFunction: boolean) {
    this.source = source;
    this.inFunction = inFunction;
  }

  list(list: CompoundList): string {
    return list.commands.map((statement, i) => this.statement(statement, i === list.commands.length - 1)).join("");
  }

  node(node: PipelineNode | AndOr): string {
    switch (node.type) {
      case "AndOr":
        return node.commands.map((command, i) => (i === 0 ? "" : ` ${node.operators[i - 1]} `) + this.node(command)).join("");
      case "Pipeline": {
        const prefixes = node.prefixes.map(({ type }) => (type === "Negation" ? "! " : "time ")).join("");
        return (
          prefixes +
          node.commands
            .map((command, i) => (i === 0 ? "" : node.operators[i - 1] === "|&" ? " 2>&1 | " : " | ") + this.node(command))
            .join("")
        );
      }
      default:
        return this.command(node);
    }
  }

  /** A function's body, always as a group. */
  body(body: ShellFunction["body"]): string {
    if (body.type === "BraceGroup") return this.group(body.body);
    const inside = this.indented(() => this.margin() + (body.type === "CompoundList" ? this.list(body) : this.node(body)));
    return `{ \n${inside}\n}`;
  }

  private group(list: CompoundList): string {
    if (!this.inFunction) return `{ ${this.list(list)}; }`;
    const inside = this.indented(() => this.margin() + this.list(list));
    return `{ \n${inside}\n${this.margin()}}`;
  }

  private statement(statement: Statement, last: boolean): string {
    const line = this.node(statement.command);
    const text = this.documents.length === 0 ? line : `${line}\n${this.documents.splice(0).join("")}`;
    if (text.endsWith("\n")) return last ? text : `${text}\n${this.margin()}`;
    if (statement.background === true) return last ? `${text} &` : `${text} & `;
    if (last) return text;
    return this.inFunction ? `${text};\n${this.margin()}` : `${text}; `;
  }

  private command(node: CommandNode): string {
    switch (node.type) {
      case "Command":
        return this.simple(node);
      case "Redirected":
        return [this.command(node.command), ...node.redirects.map((redirection) => this.redirection(redirection))].join(" ");
      case "BraceGroup":
        return this.group(node.body);
      case "Subshell":
        return `( ${this.list(node.body)} )`;
      case "If":
        return this.conditional(node);
      case "While":
        return `${node.kind} ${this.list(node.clause)}; do\n${this.block(node.body)}\n${this.margin()}done`;
      case "For":
      case "Select": {
        const words = node.wordlist === undefined ? '"$@"' : node.wordlist.map(({ text }) => text).join(" ");
        return `${node.type === "For" ? "for" : "select"} ${node.name.text} in ${words};\n${this.margin()}do\n${this.block(node.body)}\n${this.margin()}done`;
      }
      case "ArithmeticFor":
        return `for ((${arithmeticHeader(this.source, node)
          .map((part) => part.trim())
          .join("; ")}))\n${this.margin()}do\n${this.block(node.body)}\n${this.margin()}done`;
      case "Case":
        return this.choice(node);
      case "ArithmeticCommand":
        return `((${node.body}))`;
      case "TestCommand":
        return `[[ ${testText(node.expression)} ]]`;
      case "Function":
        return `function ${node.name.value} () \n${this.margin()}${this.body(node.body)}`;
      case "Coproc":
        return `coproc ${node.name?.value ?? "COPROC"} ${node.body.type === "CompoundList" ? this.list(node.body) : this.command(node.body)}`;
    }
  }

  private simple(node: Command): string {
    const before = node.prefix.filter(({ type }) => type === "Assignment");
    const words = [...before, ...(node.name === undefined ? [] : [node.name]), ...node.args].map((word) =>
      "text" in word ? word.text : "",
    );
    return [...words, ...node.redirects.map((redirection) => this.redirection(redirection))].join(" ");
  }

  private redirection(redirection: Redirection): string {
    const { descriptor, operator } = redirection;
    const fd = descriptor === undefined ? "" : descriptor.type === "FileDescriptor" ? String(descriptor.value) : `{${descriptor.name}}`;
    switch (operator) {
      case "<<":
      case "<<-":
        if (this.inFunction) this.documents.push(`${redirection.body.text}${redirection.delimiter?.value ?? ""}\n`);
        return `${fd}${operator}${redirection.delimiter?.text ?? ""}`;
      case "<<<":
        return `${fd}<<< ${redirection.target?.text ?? ""}`;
      case ">&":
      case "<&":
        return `${fd === "" ? (operator === ">&" ? "1" : "0") : fd}${operator}${redirection.target?.text ?? ""}`;
      default:
        return `${fd}${operator} ${redirection.target?.text ?? ""}`;
    }
  }

  private conditional(node: If): string {
    const otherwise = (rest: If["elif"], last: CompoundList | undefined): string => {
      const [next, ...more] = rest;
      if (next === undefined) return last === undefined ? "" : `${this.margin()}else\n${this.block(last)}\n`;
      const inner = this.indented(() => {
        const margin = this.margin();
        return `${margin}if ${this.list(next.clause)}; then\n${this.block(next.then)}\n${otherwise(more, last)}${margin}fi`;
      });
      return `${this.margin()}else\n${inner};\n`;
    };
    return `if ${this.list(node.clause)}; then\n${this.block(node.then)}\n${otherwise(node.elif, node.else)}${this.margin()}fi`;
  }

  private choice(node: Case): string {
    const items = this.indented(() =>
      node.items.map((item) => {
        const inside = item.body.commands.length === 0 ? "" : this.indented(() => this.margin() + this.list(item.body));
        return `${this.margin()}${item.pattern.map(({ text }) => text).join(" | ")})\n${inside}\n${this.margin()}${item.terminator ?? ";;"}\n`;
      }),
    );
    return `case ${node.word.text} in \n${items.join("")}${this.margin()}esac`;
  }

  /** A body below its keyword, one step further in. */
  private block(list: CompoundList): string {
    return this.indented(() => {
      const text = this.list(list);
      return `${this.margin()}${text}${text.endsWith("\n") ? "" : ";"}`;
    });
  }

  private indented<T>(print: () => T): T {
    this.indentation += STEP;
    const printed = print();
    this.indentation -= STEP;
    return printed;
  }

  private margin(): string {
    return " ".repeat(this.indentation);
  }
}

/** The three parts of for (( ; ; )) as they are written. */
export function arithmeticHeader(source: Source, node: ArithmeticFor): readonly string[] {
  const header = source.text.slice(node.pos, node.body.pos);
  return header.slice(header.indexOf("((") + 2, header.lastIndexOf("))")).split(";");
}

/** The inside of [[ ]] as `set -x` and `declare -f` show it. */
export function testText(expression: TestExpression, show: (word: Word) => string = ({ text }) => text): string {
  switch (expression.type) {
    case "TestUnary":
      return `${expression.operator} ${show(expression.operand)}`;
    case "TestBinary":
      return `${show(expression.left)} ${expression.operator} ${show(expression.right)}`;
    case "TestLogical":
      return expression.operands.map((operand) => testText(operand, show)).join(` ${expression.operator} `);
    case "TestNot":
      return `${"! ".repeat(expression.negations.length)}${testText(expression.operand, show)}`;
    case "TestGroup":
      return `( ${testText(expression.expression, show)} )`;
  }
}
