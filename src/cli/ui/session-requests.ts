import { UserError } from '../../base/errors.ts';
import type { ExchangeSource } from '../recorder/source.ts';
import type { Requests } from './live-source.ts';

const notYet = (): never => {
  throw new UserError('Not here yet.');
};

export const requestsOf = (source: ExchangeSource): Requests => ({
  source,
  diff: async () => notYet(),
  curl: notYet,
  edit: async () => notYet(),
});
