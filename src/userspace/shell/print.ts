/**
 * Commands as bash writes them: in `jobs`, in BASH_COMMAND, in messages about killed children, and in `declare -f`. Text is only ever added at
 * the end, and a here-document's text follows the operator behind its command, so that what is printed means the same when it is read again.
 */
import type {
  AndOr,
  ArithmeticFor,
  Assignment,
  Case,
  Command,
  CommandNode,
  CompoundList,
  For,
  HereDoc,
  If,
  Pipeline,
  PipelineNode,
  Redirection,
  Select,
  Statement,
  TestExpression,
  Word,
} from "unbash";
import type { ShellFunction } from "./functions.ts";
import { documentText, printRedirection, printWord, type WordPrinting } from "./print-words.ts";
import type { Source } from "./source.ts";
import { KEYWORDS } from "./syntax-words.ts";

const STEP = 4;

export function commandText(source: Source, node: PipelineNode | AndOr): string {
  const printer = new Printer(source);
  printer.node(node);
  return printer.text;
}

/** A word or an assignment as bash keeps it. */
export function wordText(source: Source, word: Word | Assignment): string {
  return printWord(printingOf(source), word);
}

/** The commands of a substitution are on one line as far as they go. */
function printingOf(source: Source): WordPrinting {
  const list = (statements: readonly Statement[]): string => {
    const printer = new Printer(source, true);
    printer.list(statements);
    return printer.text;
  };
  return { source, list };
}

/** The same for when somebody asks: of most jobs nobody does. */
export function textLater({ source }: { readonly source: Source }, node: PipelineNode | AndOr): () => string {
  return () => commandText(source, node);
}

/** name () { ... } over several lines. */
export function functionText(called: ShellFunction): string {
  const printer = new Printer(called.source);
  printer.definition(`${KEYWORDS.has(called.name) ? "function " : ""}${called.name} () \n`, called.body);
  return printer.text;
}

class Printer {
  text = "";
  private readonly source: Source;
  private readonly printing: WordPrinting;
  private readonly keepsLines: boolean;
  private indentation = 0;
  /** Commands that go on in the line that has been begun, instead of beginning one of their own. */
  private inline = 0;
  /** Above 0 within a list or pipeline: a here-document waits for the next operator. */
  private connected = 0;
  /** Above 0 within a function, where each command has a line. */
  private functions = 0;
  private waiting: HereDoc[] = [];
  /** A here-document has just ended the line: no ; follows. */
  private afterDocument = false;

  /** @param keepsLines within a substitution: what a newline ended ends with one again */
  constructor(source: Source, keepsLines = false) {
    this.source = source;
    this.keepsLines = keepsLines;
    this.printing = printingOf(source);
  }

  node(node: PipelineNode | AndOr): void {
    this.begin();
    switch (node.type) {
      case "AndOr":
        this.connection(node.commands, (i) => this.flush(` ${node.operators[i]} `));
        break;
      case "Pipeline":
        this.pipeline(node);
        break;
      default:
        this.command(node);
        break;
    }
  }

  list(statements: readonly Statement[]): void {
    const [first] = statements;
    const background = statements.at(-1)?.background === true;
    if (first === undefined) return;
    if (statements.length === 1 && !background) {
      this.node(first.command);
      return;
    }
    this.begin();
    this.connected++;
    this.inline++;
    for (let i = 0; i < statements.length; i++) {
      const statement = statements[i] as Statement;
      if (i > 0) this.separator(statements[i - 1] as Statement);
      this.node(statement.command);
      if (i > 0) this.flush("");
    }
    if (background) this.flush(" &");
    this.connected--;
  }

  /** `head`, and the body as a group, behind which its redirections stand. */
  definition(head: string, body: ShellFunction["body"]): void {
    const group = body.type === "Redirected" && body.command.type === "BraceGroup" ? body.command : body;
    this.text += `${head}${this.margin()}{ \n`;
    this.functions++;
    this.indentation += STEP;
    if (group.type === "BraceGroup") this.list(group.body.commands);
    else if (group.type === "CompoundList") this.list(group.commands);
    else this.node(group);
    this.flush("");
    this.functions--;
    this.indentation -= STEP;
    this.newline("}");
    this.afterDocument = false;
    if (body.type === "Redirected" && group !== body) this.redirections(body.redirects, " ");
  }

  /** Begins a command: in a line of its own, or in the one that has been begun. */
  private begin(): void {
    if (this.inline > 0) this.inline--;
    else this.text += this.margin();
  }

  private connection(nodes: readonly PipelineNode[], operator: (i: number) => void): void {
    this.connected++;
    for (let i = 0; i < nodes.length; i++) {
      if (i > 0) operator(i - 1);
      this.inline++;
      this.node(nodes[i] as PipelineNode);
    }
    this.flush("");
    this.connected--;
  }

  /** What stands behind a statement that another one follows. */
  private separator(before: Statement): void {
    if (before.background === true) {
      this.flush(" &");
      this.text += " ";
      this.inline++;
      return;
    }
    const newline = this.keepsLines && this.functions === 0 && /^[ \t]*(?:#|\n)/.test(this.source.text.slice(before.end));
    if (this.waiting.length > 0) this.flush("");
    else if (this.afterDocument) this.afterDocument = false;
    else this.text += newline ? "\n" : ";";
    if (newline) {
      this.inline++;
    } else if (this.functions > 0) {
      this.text += "\n";
    } else {
      this.text += " ";
      this.inline++;
    }
  }

  /** The operator, and behind it the here-documents that have waited for it. */
  private flush(operator: string): void {
    this.text += operator;
    if (this.waiting.length === 0) return;
    this.documents(this.waiting.splice(0));
    if (operator !== "") this.text += " ";
  }

  private documents(documents: readonly HereDoc[]): void {
    this.text += `\n${documents.map(documentText).join("\n")}\n`;
    this.afterDocument = true;
  }

  private pipeline(node: Pipeline): void {
    const time = node.prefixes.find((prefix) => prefix.type === "Time");
    const negations = node.prefixes.filter(({ type }) => type === "Negation").length;
    if (time !== undefined) this.text += time.posix === undefined ? "time " : "time -p ";
    if (negations % 2 === 1) this.text += "! ";
    const [only] = node.commands;
    if (node.commands.length === 1 && only !== undefined) this.command(only);
    else
      this.connection(node.commands, (i) => {
        if (node.operators[i] === "|&") this.text += " 2>&1";
        this.flush(" |");
        this.text += " ";
      });
  }

  private command(node: CommandNode): void {
    switch (node.type) {
      case "Command":
        this.simple(node);
        break;
      case "Redirected":
        this.command(node.command);
        this.redirections(node.redirects, " ");
        break;
      case "BraceGroup":
        this.group(node.body);
        break;
      case "Subshell":
        this.text += "( ";
        this.rest(node.body);
        this.text += " )";
        break;
      case "If":
        this.conditional("if ", node.clause, node.then, node.elif, node.else);
        break;
      case "While":
        this.text += `${node.kind} `;
        this.rest(node.clause);
        this.semicolon();
        this.text += " do\n";
        this.body(node.body, "done");
        break;
      case "For":
      case "Select":
        this.iteration(node);
        break;
      case "ArithmeticFor":
        this.text += `for ((${arithmeticHeader(this.source, node)
          .map((part) => part.trimStart() || "1")
          .join("; ")}))`;
        this.newline("do\n");
        this.body(node.body, "done");
        break;
      case "Case":
        this.choice(node);
        break;
      case "ArithmeticCommand":
        this.text += `((${node.body}))`;
        break;
      case "TestCommand":
        this.text += `[[ ${testText(node.expression, (word) => printWord(this.printing, word))} ]]`;
        break;
      case "Function":
        this.definition(`function ${node.name.value} () \n`, node.body);
        break;
      case "Coproc":
        this.text += `coproc ${node.name?.value ?? "COPROC"} `;
        this.inline++;
        if (node.body.type === "CompoundList") this.list(node.body.commands);
        else this.node(node.body);
        break;
    }
  }

  private simple(node: Command): void {
    const before = node.prefix.filter((element) => element.type === "Assignment");
    const words = [...before, ...(node.name === undefined ? [] : [node.name]), ...node.args];
    this.text += words.map((word) => printWord(this.printing, word)).join(" ");
    this.redirections(node.redirects, words.length > 0 ? " " : "");
  }

  private redirections(redirections: readonly Redirection[], before: string): void {
    if (redirections.length === 0) return;
    this.afterDocument = false;
    this.text += before + redirections.map((redirection) => printRedirection(this.printing, redirection)).join(" ");
    const documents = redirections.filter((redirection): redirection is HereDoc => redirection.type === "HereDoc");
    if (this.connected > 0) this.waiting.push(...documents);
    else if (documents.length > 0) this.documents(documents);
  }

  private group(list: CompoundList): void {
    this.text += "{ ";
    if (this.functions === 0) {
      this.rest(list);
      this.semicolon();
      this.text += " }";
      return;
    }
    this.text += "\n";
    this.indentation += STEP;
    this.list(list.commands);
    this.flush("");
    this.indentation -= STEP;
    this.newline("}");
  }

  private conditional(keyword: string, clause: CompoundList, then: CompoundList, elif: If["elif"], last: CompoundList | undefined): void {
    this.text += keyword;
    this.inline++;
    this.list(clause.commands);
    this.semicolon();
    this.text += " then\n";
    this.indented(then);
    const [next, ...more] = elif;
    if (next !== undefined || last !== undefined) {
      this.semicolon();
      this.newline("else\n");
    }
    if (next !== undefined) {
      this.indentation += STEP;
      this.begin();
      this.conditional("if ", next.clause, next.then, more, last);
      this.indentation -= STEP;
    } else if (last !== undefined) {
      this.indented(last);
    }
    this.semicolon();
    this.newline("fi");
  }

  private iteration(node: For | Select): void {
    const words = node.wordlist === undefined ? '"$@"' : node.wordlist.map((word) => printWord(this.printing, word)).join(" ");
    this.text += `${node.type === "For" ? "for" : "select"} ${node.name.text} in ${words};`;
    this.newline("do\n");
    this.body(node.body, "done");
  }

  private choice(node: Case): void {
    this.text += `case ${printWord(this.printing, node.word)} in `;
    this.indentation += STEP;
    for (const item of node.items) {
      this.newline(`${item.pattern.map((word) => printWord(this.printing, word)).join(" | ")})\n`);
      this.indented(item.body);
      this.newline(item.terminator ?? ";;");
    }
    this.indentation -= STEP;
    this.newline("esac");
  }

  /** The body of a loop and the word that ends it. */
  private body(list: CompoundList, end: string): void {
    this.indented(list);
    this.semicolon();
    this.newline(end);
  }

  private indented(list: CompoundList): void {
    this.indentation += STEP;
    this.list(list.commands);
    this.flush("");
    this.indentation -= STEP;
  }

  /** A list that goes on in the same line. */
  private rest(list: CompoundList): void {
    this.inline++;
    this.list(list.commands);
    this.flush("");
  }

  /** A ; unless something else has ended the command. */
  private semicolon(): void {
    if (!/[&\n]$/.test(this.text)) this.text += ";";
  }

  private newline(text: string): void {
    this.text += `\n${this.margin()}${text}`;
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
export function testText(expression: TestExpression, show: (word: Word) => string): string {
  switch (expression.type) {
    case "TestUnary":
      return `${expression.operator} ${show(expression.operand)}`;
    case "TestBinary":
      return `${show(expression.left)} ${expression.operator} ${show(expression.right)}`;
    case "TestLogical":
      return expression.operands.map((operand) => testText(operand, show)).join(` ${expression.operator} `);
    case "TestNot":
      return `${expression.negations.length % 2 === 1 ? "! " : ""}${testText(expression.operand, show)}`;
    case "TestGroup":
      return `( ${testText(expression.expression, show)} )`;
  }
}
