import { UserError } from '../../base/errors.ts';
import type { ExchangeView } from '../recorder/view.ts';
import { asCurl } from './as-curl.ts';
import { asFetch } from './as-fetch.ts';
import { asHar } from './as-har.ts';
import { asK6 } from './as-k6.ts';
import { asVitest } from './as-vitest.ts';
import { type ExportedRequest, exportedRequest } from './exported-request.ts';

export const exportFormats = ['curl', 'har', 'fetch', 'vitest', 'k6'] as const;

export type ExportFormat = (typeof exportFormats)[number];

const writers: Readonly<
  Record<Exclude<ExportFormat, 'har'>, (requests: readonly ExportedRequest[]) => string>
> = { curl: asCurl, fetch: asFetch, vitest: asVitest, k6: asK6 };

/**
 * Recorded requests as text for another program. `url` is where they go instead of the local port. Throws
 * a `UserError` for what was not recorded whole.
 */
export const exportRequests = (
  views: readonly ExchangeView[],
  format: ExportFormat,
  url?: string,
): string => {
  if (format === 'har') return asHar(views);
  const base = url === undefined ? undefined : baseOf(url);
  return writers[format](views.map((view) => exportedRequest(view, base)));
};

const baseOf = (text: string): string => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol) && url.search + url.hash === '') {
    return url.href.replace(/\/$/, '');
  }
  throw new UserError('--url takes an address such as https://shop.example.com.', {
    kind: 'usage',
  });
};
