import type { CreatedToken, NewToken, TokenInfo } from '../../protocol/api.ts';
import { ApiProblem } from '../http/api-problem.ts';
import { tokensMax } from '../limits.ts';
import type { Collection } from '../store/collection.ts';
import type { TokenRecord } from '../store/records.ts';
import type { Principal } from './principal.ts';
import { equalInConstantTime, newTokenText, parseToken } from './token-text.ts';

/** The tokens that this manager accepts. Secrets are held as SHA-256 only. */
export type Tokens = {
  /** Throws `not_logged_in` or `token_expired`. `header` is the whole Authorization value. */
  readonly authenticate: (header: string | undefined) => Principal;
  /** Durable when it resolves; the answer is the only place where the secret ever appears. */
  readonly create: (wanted: NewToken) => Promise<CreatedToken>;
  readonly list: () => readonly TokenInfo[];
  /** Resolves with false when there is no such token. */
  readonly remove: (id: string) => Promise<boolean>;
  readonly expired: (now: number) => readonly string[];
};

export type TokensOptions = {
  readonly ownerToken: string;
  readonly ownerName: string;
  readonly records: Collection<TokenRecord>;
};

export const holdTokens = ({ ownerToken, ownerName, records }: TokensOptions): Tokens => {
  const owner = ownerRecord(ownerToken, ownerName);
  return {
    authenticate: (header) =>
      authenticate(header, (id) => (id === owner.id ? owner : records.get(id))),
    create: async (wanted) => {
      if (records.size() >= tokensMax) {
        throw new ApiProblem('too_many', `There are ${tokensMax} tokens already.`, {
          hint: 'byway token list, then byway token revoke ID',
        });
      }
      const token = newTokenText();
      const record = recordOf(token, wanted);
      await records.put(record);
      return { ...infoOf(record), token };
    },
    list: () => [...records.values()].map(infoOf),
    remove: async (id) => {
      if (records.get(id) === undefined) return false;
      await records.remove(id);
      return true;
    },
    expired: (now) =>
      [...records.values()]
        .filter(({ expiresAt }) => expiresAt !== null && Date.parse(expiresAt) <= now)
        .map(({ id }) => id),
  };
};

const authenticate = (
  header: string | undefined,
  find: (id: string) => TokenRecord | undefined,
): Principal => {
  const [, text] = /^Bearer +(\S+) *$/i.exec(header ?? '') ?? [];
  if (text === undefined) {
    throw new ApiProblem('not_logged_in', 'The request has no token.', { hint: 'byway login' });
  }
  const parts = parseToken(text);
  const record = parts === undefined ? undefined : find(parts.id);
  if (
    parts === undefined ||
    record === undefined ||
    !equalInConstantTime(parts.secretSha256, record.secretSha256)
  ) {
    throw new ApiProblem('not_logged_in', 'This manager does not know the token.', {
      hint: 'byway login',
    });
  }
  const { id: tokenId, role, user, workload, expiresAt } = record;
  if (expiresAt !== null && Date.parse(expiresAt) <= Date.now()) {
    throw new ApiProblem('token_expired', `The token expired at ${expiresAt}.`, {
      hint: 'Ask for a new one, then: byway login',
    });
  }
  return { tokenId, role, user, workload, expiresAt };
};

const ownerRecord = (token: string, user: string): TokenRecord => {
  const parts = parseToken(token);
  if (parts === undefined) throw new TypeError('The owner token has not the form of a token.');
  return { ...parts, role: 'owner', user, workload: null, createdAt: '', expiresAt: null };
};

const recordOf = (token: string, wanted: NewToken): TokenRecord => {
  const parts = parseToken(token);
  if (parts === undefined) throw new TypeError('A new token has not the form of a token.');
  const now = Date.now();
  const { role, forSeconds } = wanted;
  return {
    ...parts,
    role,
    user: role === 'user' ? wanted.user : `${role}-${parts.id.slice(3, 9)}`,
    workload: role === 'user' ? null : wanted.workload,
    createdAt: new Date(now).toISOString(),
    expiresAt: forSeconds === undefined ? null : new Date(now + forSeconds * 1000).toISOString(),
  };
};

const infoOf = ({ secretSha256: _, ...info }: TokenRecord): TokenInfo => info;
