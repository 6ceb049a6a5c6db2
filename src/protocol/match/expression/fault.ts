/** Why an expression can't be read: where, from 0, and what to write instead. */
export class ExpressionFault extends Error {
  override readonly name = 'ExpressionFault';
  readonly at: number;
  readonly suggestion: string | undefined;

  constructor(message: string, at: number, suggestion?: string) {
    super(message);
    this.at = at;
    this.suggestion = suggestion;
  }
}
