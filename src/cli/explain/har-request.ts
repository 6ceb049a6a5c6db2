import * as v from 'valibot';
import { UserError } from '../../base/errors.ts';
import type { GivenRequest } from '../../protocol/explanation.ts';
import { headerLinesMax } from '../../protocol/limits.ts';
import { plain } from '../wording/plain.ts';
import { requestOf } from './request-parts.ts';

const pair = v.object({ name: v.string(), value: v.string() });

// HAR 1.2; what is not about a request's head is not looked at.
const harSchema = v.object({
  log: v.object({
    entries: v.array(
      v.object({
        request: v.object({
          method: v.string(),
          url: v.string(),
          headers: v.pipe(v.array(pair), v.maxLength(headerLinesMax)),
          cookies: v.optional(v.array(pair), []),
        }),
      }),
    ),
  }),
});

type Entry = v.InferOutput<typeof harSchema>['log']['entries'][number];

/** Entries that are listed when none was chosen. */
const listedMax = 10;

/**
 * The request of one entry of a HAR file, counted from 1; it may be left out when there is only
 * one. Throws a usage error that lists the entries.
 */
export const harRequest = (text: string, entry: number | undefined): GivenRequest => {
  const har = v.safeParse(v.pipe(v.string(), v.parseJson(), harSchema), text);
  if (!har.success) {
    const [issue] = har.issues;
    throw usage(
      `That is no HAR file: ${v.getDotPath(issue) ?? 'the file'}: ${issue.message.slice(0, 200)}.`,
      'Save it in the browser’s network tab: Export HAR.',
    );
  }
  const { entries } = har.output.log;
  const chosen = entries[(entry ?? 1) - 1];
  if (chosen === undefined || (entry === undefined && entries.length > 1)) {
    throw notChosen(entries, entry);
  }
  return requestFrom(chosen.request);
};

const requestFrom = ({ method, url, headers, cookies }: Entry['request']): GivenRequest => {
  const authority = headers.find(({ name }) => name === ':authority')?.value;
  // What HTTP/2 has beside fields is in the method and the URL.
  const fields = headers.filter(({ name }) => !name.startsWith(':'));
  const has = (wanted: string): boolean => fields.some(({ name }) => name.toLowerCase() === wanted);
  const crumbs = cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
  return requestOf({
    method,
    url,
    asIs: true,
    headers: [
      ...(authority === undefined || has('host') ? [] : [['Host', authority] as const]),
      ...fields.map(({ name, value }) => [name, value] as const),
      ...(crumbs === '' || has('cookie') ? [] : [['Cookie', crumbs] as const]),
    ],
  });
};

const notChosen = (entries: readonly Entry[], entry: number | undefined): UserError => {
  if (entries.length === 0) return usage('The HAR file has no entry.', 'Record a request first.');
  const list = entries
    .slice(0, listedMax)
    .map(
      ({ request }, at) =>
        `--entry ${at + 1}   ${plain(request.method)} ${plain(request.url).slice(0, 60)}`,
    );
  const more = entries.length > listedMax ? [`… up to --entry ${entries.length}`] : [];
  const which =
    entry === undefined ? `It has ${entries.length} entries.` : `It has no entry ${entry}.`;
  return usage(`${which} Which one?`, [...list, ...more].join('\n'));
};

const usage = (message: string, hint: string): UserError =>
  new UserError(message, { kind: 'usage', hint });
