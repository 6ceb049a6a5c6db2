import type { ExchangeSummary } from '../../recorder/view.ts';
import { reasonInWords } from '../../requests/reason.ts';
import { clock } from '../../wording/figures.ts';
import type { Tone } from '../model/model.ts';
import { fit, fitRight, oneLine } from '../text/width.ts';

/** Columns of the list, apart from the path, which takes what is left. */
const markColumns = 3;
const timeColumns = 8;
const methodColumns = 7;
const statusColumns = 6;
const millisecondsColumns = 7;
const servedColumns = 17;
const idColumns = 8;
/** From this width on, the number by which other commands know a request has a column. */
const idFromColumns = 100;

/** The heading above the list, as wide as its rows. */
export const headingOf = (width: number): string =>
  joined(width, {
    mark: '',
    time: 'time',
    method: 'method',
    path: 'path',
    status: 'status',
    milliseconds: 'ms',
    served: 'served by',
    id: 'id',
  });

/** One request in exactly that many columns. */
export const rowInWords = (row: ExchangeSummary, width: number, selected: boolean): string =>
  joined(width, {
    mark: `${selected ? '›' : ' '}${signOf(row)}`,
    time: clock(new Date(row.at)),
    method: oneLine(row.method ?? '?'),
    path: oneLine(row.path ?? '(not seen here)'),
    status: row.status === null ? waiting(row) : String(row.status),
    milliseconds: row.ms === null ? '' : millisecondsOf(row.ms),
    served: servedBy(row),
    id: row.id,
  });

/** Green served by you, yellow passed, red failed. */
export const toneOf = ({ state, status, servedBy }: ExchangeSummary): Tone => {
  if (servedBy === 'pod') return 'warning';
  if (state === 'aborted' || (status ?? 0) >= 500) return 'bad';
  return state === 'running' ? 'faint' : 'plain';
};

const signOf = ({ state, status, servedBy }: ExchangeSummary): string => {
  if (servedBy === 'pod') return '▲';
  return state === 'aborted' || (status ?? 0) >= 500 ? '✗' : ' ';
};

const waiting = ({ state }: ExchangeSummary): string => {
  if (state === 'running') return '…';
  return state === 'aborted' ? 'cut' : '-';
};

const millisecondsOf = (milliseconds: number): string =>
  milliseconds < 1 ? '<1' : Math.round(milliseconds).toLocaleString('en-US');

const servedBy = ({ servedBy: who, passReason, state, replayOf }: ExchangeSummary): string => {
  if (who === 'pod' && passReason === undefined) return 'pod';
  if (passReason !== undefined) return `pod: ${reasonInWords(passReason)}`;
  const again = replayOf === undefined ? '' : ', again';
  if (state === 'aborted') return `you, cut off${again}`;
  if (state === 'upgraded') return `you, upgraded${again}`;
  return `you${again}`;
};

type Cells = {
  readonly mark: string;
  readonly time: string;
  readonly method: string;
  readonly path: string;
  readonly status: string;
  readonly milliseconds: string;
  readonly served: string;
  readonly id: string;
};

const joined = (width: number, cells: Cells): string => {
  const withId = width >= idFromColumns;
  // A narrow list leaves out who served it: the sign before the row says the same.
  const withServed = width >= 64;
  const right = [
    fitRight(cells.status, statusColumns),
    fitRight(cells.milliseconds, millisecondsColumns),
    ...(withServed ? [`  ${fit(cells.served, servedColumns + (withId ? 8 : 0))}`] : []),
    ...(withId ? [`  ${fit(cells.id, idColumns)}`] : []),
  ].join('');
  const left = `${fit(cells.mark, markColumns)}${withServed ? `${fit(cells.time, timeColumns)}  ` : ''}${fit(cells.method, methodColumns)}`;
  const room = Math.max(1, width - left.length - right.length);
  return `${left}${fit(cells.path, room)}${right}`;
};
