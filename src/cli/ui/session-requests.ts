import { UserError } from '../../base/errors.ts';
import type { ExchangeSource } from '../recorder/source.ts';
import { sessionExchanges } from '../replay/session-exchanges.ts';
import type { OpenSession } from '../session/open-session.ts';
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

export const sourceOf = (session: OpenSession): ExchangeSource =>
  sessionExchanges({
    recorder: session.host.recorder,
    findPort: session.host.ports.find,
    sendToPod: async () => notYet(),
  });
