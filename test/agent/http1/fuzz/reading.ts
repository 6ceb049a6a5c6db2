/** One message as a reader understands it; strings are latin1. */
export type Message = {
  /** The first line with single spaces: method, target, version, or version, status, reason. */
  readonly first: string;
  /** Names and values of the field lines, one after the other, as they came. */
  readonly fields: readonly string[];
  /** The content after chunks are decoded, as far as it has come. */
  readonly content: string;
  readonly trailers: readonly string[];
  readonly complete: boolean;
};

/** What a reader makes of the bytes of one connection. */
export type Reading = {
  readonly messages: readonly Message[];
  /** Why it read no further, if it met a fault. */
  readonly fault: string | undefined;
};
