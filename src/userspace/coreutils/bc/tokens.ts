/** The words of a bc(1) program as its grammar takes them, and how mistakes are told of. */
import type { Lexer, Token } from "./lexer.ts";

/** The program does not go on as the grammar wants. */
export class Misplaced extends Error {}

export class Tokens {
  private readonly lexer: Lexer;
  private readonly report: (message: string) => Promise<void>;
  private ahead: Token | null = null;
  /** Tokens to go until mistakes are told of again. */
  protected quiet = 0;
  protected failed = false;

  constructor(lexer: Lexer, report: (message: string) => Promise<void>) {
    this.lexer = lexer;
    this.report = report;
  }

  /** Something was wrong; what is being read is not run. */
  async complain(message: string): Promise<void> {
    this.failed = true;
    await this.report(message);
  }

  protected async peek(): Promise<Token> {
    this.ahead ??= await this.lexer.next();
    return this.ahead;
  }

  protected async take(): Promise<Token> {
    const token = await this.peek();
    this.ahead = null;
    if (this.quiet > 0) this.quiet -= 1;
    return token;
  }

  protected async at(...symbols: readonly string[]): Promise<boolean> {
    const token = await this.peek();
    return token.kind === "symbol" && symbols.includes(token.text);
  }

  protected async accept(symbol: string): Promise<boolean> {
    if (!(await this.at(symbol))) return false;
    await this.take();
    return true;
  }

  protected async expect(symbol: string): Promise<void> {
    if (!(await this.accept(symbol))) throw new Misplaced();
  }

  protected async name(): Promise<string> {
    const token = await this.peek();
    if (token.kind !== "name") throw new Misplaced();
    await this.take();
    return token.text;
  }

  /** Passes over a token that has no place. */
  protected drop(): void {
    this.ahead = null;
  }
}
