/** What lives longer than a request and must end with its token: tunnels and event streams. */
export type Attachments = {
  /** Returns the function that takes it off again. */
  readonly attach: (tokenId: string, end: () => void) => () => void;
  readonly count: (tokenId: string) => number;
  /** Ends all that hangs on a token that was revoked or has expired. */
  readonly endAll: (tokenId: string) => void;
};

export const holdAttachments = (): Attachments => {
  const byToken = new Map<string, Set<() => void>>();
  return {
    attach: (tokenId, end) => {
      const ends = byToken.get(tokenId) ?? new Set();
      byToken.set(tokenId, ends.add(end));
      return () => {
        ends.delete(end);
        if (ends.size === 0 && byToken.get(tokenId) === ends) byToken.delete(tokenId);
      };
    },
    count: (tokenId) => byToken.get(tokenId)?.size ?? 0,
    endAll: (tokenId) => {
      for (const end of byToken.get(tokenId) ?? []) end();
    },
  };
};
