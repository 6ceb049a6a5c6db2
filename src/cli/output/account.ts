import * as v from 'valibot';
import { createdTokenSchema, tokenInfoSchema } from '../../protocol/api.ts';
import type { Documented } from './documented.ts';
import { text, textOrNull } from './parts.ts';

const role = v.picklist(['owner', 'user', 'ci', 'agent']);

export const login: Documented = {
  form: 'document',
  description: 'Where one is logged in now, and where the token is kept.',
  schema: v.object({ user: text, role, manager: text, store: v.picklist(['keychain', 'file']) }),
};

export const logout: Documented = {
  form: 'document',
  description: 'Whether a token was kept for that manager.',
  schema: v.object({ manager: text, forgotten: v.boolean() }),
};

export const whoami: Documented = {
  form: 'document',
  description: 'The user of the token. The key is shortened.',
  schema: v.object({
    user: text,
    role,
    key: textOrNull,
    run: v.exactOptional(text),
    workload: textOrNull,
    tokenExpiresAt: textOrNull,
    manager: text,
  }),
};

export const tokenCreate: Documented = {
  form: 'document',
  description: 'The new token. It is a secret, and not shown again.',
  schema: createdTokenSchema,
};

export const tokenList: Documented = {
  form: 'document',
  description: 'Tokens without their secrets.',
  schema: v.object({ tokens: v.array(tokenInfoSchema) }),
};

export const tokenRevoke: Documented = {
  form: 'document',
  description: 'The id of the token that is no longer valid.',
  schema: v.object({ revoked: text }),
};
