import type { ExchangeSummary } from '../recorder/view.ts';
import { clock, duration } from '../wording/figures.ts';
import { plain } from '../wording/plain.ts';
import { reasonInWords } from './reason.ts';

const pathWidth = 36;

/** One line of a list: id, time, method, path, status, time taken, who answered. */
export const exchangeLine = (exchange: ExchangeSummary, columns: number | undefined): string => {
  const { id, at, method, path, status, ms } = exchange;
  const room = columns === undefined ? pathWidth : Math.max(16, Math.min(columns, 120) - 44);
  const shown = plain(path ?? '(not seen here)');
  const cut = columns !== undefined && shown.length > room;
  return [
    id.padEnd(6),
    clock(new Date(at)),
    plain(method ?? '?').padEnd(6),
    cut ? `${shown.slice(0, room - 1)}…` : shown.padEnd(room),
    String(status ?? '…').padStart(3),
    (ms === null ? '' : duration(ms)).padStart(7),
    ` ${servedBy(exchange)}`,
  ]
    .join(' ')
    .trimEnd();
};

const servedBy = ({ servedBy, passReason, state, replayOf }: ExchangeSummary): string => {
  const who = servedBy === 'local' ? 'you' : 'pod';
  const why = passReason === undefined ? '' : `: ${reasonInWords(passReason)}`;
  const how = ['aborted', 'unreadable', 'upgraded'].includes(state) ? `, ${state}` : '';
  return `${who}${why}${how}${replayOf === undefined ? '' : `, again ${replayOf}`}`;
};
