/** What happens on a wire; the owner swaps the whole object when its view of the wire changes. */
export type WireHandler = {
  /** The memory of `bytes` is only ours until the call returns, or until they are written. */
  readonly bytes: (bytes: Buffer) => void;
  /** The other side has sent its last byte. */
  readonly end: () => void;
  /** After a `write` that returned false: there is room again. */
  readonly drain: () => void;
  /** Comes exactly once, last. `clean` is false when the connection broke. */
  readonly closed: (clean: boolean) => void;
};

/** One connection with bytes in both directions: a socket, or a stream of the tunnel. */
export type Wire = {
  handler: WireHandler;
  /** Some of what was written is still read from its memory. */
  readonly busy: boolean;
  /** Our side has ended, or will behind what is still to be written. */
  readonly isEnded: boolean;
  /** It is over, or about to be. */
  readonly isClosed: boolean;
  /** False when the peer reads slower than we write: stop the source until `drain`. */
  readonly write: (bytes: Buffer) => boolean;
  /** Sends the end of our side; the other side may go on. */
  readonly end: () => void;
  readonly pause: () => void;
  readonly resume: () => void;
  /** Ends our side and drops what still comes, for at most two seconds. */
  readonly discard: () => void;
  /** Ends at once in a way that the peer can't mistake for a proper end. */
  readonly abort: () => void;
  /** Calls once when it is closed, however late that is asked for. */
  readonly whenClosed: (act: () => void) => void;
  /** Calls once when all up to the end of our side is written. */
  readonly whenEnded: (act: () => void) => void;
};

/** For a wire whose owner does not want to hear of it any more. */
export const nobody: WireHandler = {
  bytes: () => {},
  end: () => {},
  drain: () => {},
  closed: () => {},
};
