/** Whoever was asked something pressed Ctrl-C instead. */
export class Interrupted extends Error {
  override readonly name: string = 'Interrupted';

  constructor() {
    super('Nothing was changed.');
  }
}
