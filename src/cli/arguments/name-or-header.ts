import { automatic, everything } from './header-words.ts';

export type NameAndHeaders = {
  readonly name: string | undefined;
  readonly headers: readonly string[];
};

/**
 * A word right after `--http-header` is its value, as with every option. Where that leaves no
 * NAME, as in `intercept --http-header checkout --port 3000`, the one bare word was meant as NAME.
 */
export const settleName = (
  name: string | undefined,
  headers: readonly string[],
): NameAndHeaders => {
  if (name !== undefined) return { name, headers };
  const bare = headers.filter((header) => isBare(header));
  const [only] = bare;
  if (only === undefined || bare.length > 1) return { name, headers };
  return { name: only, headers: headers.filter((header) => header !== only) };
};

const isBare = (header: string): boolean =>
  header !== automatic && header !== everything && !/[=~:]/.test(header);
