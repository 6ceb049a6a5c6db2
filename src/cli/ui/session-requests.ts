import { UserError } from '../../base/errors.ts';
import { compareRequest } from '../diff/compare-request.ts';
import { comparisonText } from '../diff/comparison-text.ts';
import { exportRequests } from '../export/export-requests.ts';
import type { Environment } from '../folders.ts';
import { plainPaint } from '../paint.ts';
import type { ExchangeSource } from '../recorder/source.ts';
import { editRequest } from '../replay/edit.ts';
import type { Requests } from './live-source.ts';
import type { Line, Tone } from './model/model.ts';

/** What a view does with the requests of a session, in the same way as the commands of that name. */
export const requestsOf = (source: ExchangeSource, environment: Environment): Requests => ({
  source,
  diff: async (id) => {
    const view = await source.get(id);
    if (view === undefined) {
      throw new UserError(`${id} is no longer kept.`, { kind: 'not_found' });
    }
    const options = { unsafe: false, recorded: false, ignore: [] };
    const { comparison } = await compareRequest(source, view, options);
    return comparisonText(comparison, plainPaint).split('\n').map(lineOf);
  },
  curl: (view) => exportRequests([view], 'curl'),
  edit: (view) => editRequest(environment, view),
});

const lineOf = (text: string): Line => ({ text, tone: toneOf(text) });

const toneOf = (text: string): Tone => {
  if (text.startsWith('- cluster')) return 'faint';
  if (text.startsWith('+')) return 'good';
  return text.startsWith('-') ? 'bad' : 'plain';
};
