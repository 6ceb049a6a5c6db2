/** Why a regular expression can't be used, and at which of its characters, from 0. */
export class PatternFault extends Error {
  override readonly name = 'PatternFault';
  readonly at: number;

  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}
