/** How a field may travel (RFC 7541 6.2): `add` to the table, `plain` not, `never` by anybody on the way. */
export type Indexing = 'add' | 'plain' | 'never';

/** What an entry of a table counts for besides its name and value, in octets (RFC 7541 4.1). */
export const entryBytes = 32;

/**
 * One field line. Name and value are latin1 text: one character an octet. What it says never
 * changes, so that one object can lie in the tables of several connections and be found by identity.
 */
export class Field {
  readonly name: string;
  readonly value: string;
  readonly indexing: Indexing;
  /** 1 to 61 when this object is an entry of the static table, else 0. */
  readonly staticIndex: number;
  /** What it counts for in a table, in octets (RFC 7541 4.1). */
  readonly size: number;
  /** Which insertion an encoder's table had it by last, or -1; only a guess, because there are many encoders. */
  lastInsertion: number = -1;
  /** Name and value were found to be in order, so that nobody has to look again; its place is asked each time. */
  isProper: boolean = false;

  /**
   * `staticIndex` is for the static table alone. A character above U+00FF is refused by the encoder.
   */
  constructor(name: string, value: string, indexing: Indexing = 'add', staticIndex: number = 0) {
    this.name = name;
    this.value = value;
    this.indexing = indexing;
    this.staticIndex = staticIndex;
    this.size = name.length + value.length + entryBytes;
  }
}
