import { type Key, lastKeys, readKeys } from './keys.ts';

/** Milliseconds for the rest of a key's sequence to come; a hand needs longer for the next key. */
const sequenceMsMax = 40;
/** Characters of one read that are looked at: more is no hand but a paste. */
const charactersMax = 4096;

/** Turns what a terminal sends, in whatever pieces, into keys. */
export class KeyReader {
  readonly #tell: (key: Key) => void;
  #rest = '';
  #timer: NodeJS.Timeout | undefined;

  constructor(tell: (key: Key) => void) {
    this.#tell = tell;
  }

  readonly take = (bytes: Buffer): void => {
    clearTimeout(this.#timer);
    const text = this.#rest + bytes.toString('utf8').slice(0, charactersMax);
    const { keys, rest } = readKeys(text);
    this.#rest = rest;
    for (const key of keys) this.#tell(key);
    if (rest !== '') this.#timer = setTimeout(this.#flush, sequenceMsMax);
  };

  forget(): void {
    clearTimeout(this.#timer);
    this.#rest = '';
  }

  readonly #flush = (): void => {
    const keys = lastKeys(this.#rest);
    this.#rest = '';
    for (const key of keys) this.#tell(key);
  };
}
