import { UserError } from '../../base/errors.ts';

const form = /^[\x21-\x7e]{1,4096}$/;

/** The token without blanks around it. Throws a usage error that says where it came from. */
export const assertToken = (text: string, from: string): string => {
  const token = text.trim();
  if (form.test(token)) return token;
  throw new UserError(`${from} holds no token: one line of visible characters is expected.`, {
    kind: 'usage',
  });
};
