/** How to get to a manager. */
export type Way = {
  /** Base address of the API, `http:` or `https:`; a path in it is kept as a prefix. */
  readonly manager: URL;
  /** PEM certificates of authorities that are trusted besides those that Node brings. */
  readonly ca?: string | undefined;
  /** An HTTP proxy, `http:` or `https:`, with its user and password if it wants them: a secret. */
  readonly proxy?: URL | undefined;
};

/** The address of something below the manager's own path; `path` begins with a slash. */
export const below = (manager: URL, path: string): URL => {
  const url = new URL(manager);
  url.pathname = manager.pathname.replace(/\/$/, '') + path;
  return url;
};
