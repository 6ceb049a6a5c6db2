import type { ExchangeView, MessageView } from '../../recorder/view.ts';
import { hiddenText, messageText, timingText } from '../../requests/message-text.ts';
import { reasonInWords } from '../../requests/reason.ts';
import { clock, count } from '../../wording/figures.ts';
import type { Line } from '../model/model.ts';

/** Lines of one message that are shown. */
const messageLinesMax = 2_000;

/** One request with its answer, in full: headers, body, sizes, and where the time went. */
export const exchangeLines = (exchange: ExchangeView): readonly Line[] => {
  const { request, response, state } = exchange;
  const hidden = hiddenText(exchange).map(faint);
  return [
    plain(summary(exchange)),
    plain(timingText(exchange)),
    plain(''),
    ...message('request', request),
    plain(''),
    ...(state === 'passed' ? [faint('The pod answered it.')] : message('answer', response)),
    ...(hidden.length === 0 ? [] : [plain(''), ...hidden]),
  ];
};

const plain = (text: string): Line => ({ text, tone: 'plain' });
const faint = (text: string): Line => ({ text, tone: 'faint' });

const summary = (exchange: ExchangeView): string => {
  const { at, status, state, servedBy, passReason, replayOf, port } = exchange;
  const who = servedBy === 'local' ? `you (localhost:${port})` : 'the pod';
  const why = passReason === undefined ? '' : `: ${reasonInWords(passReason)}`;
  const again = replayOf === undefined ? '' : `, replay of ${replayOf}`;
  const outcome = status === null ? state : `${status}${state === 'complete' ? '' : `, ${state}`}`;
  return `${clock(new Date(at))}   ${outcome}   answered by ${who}${why}${again}`;
};

const message = (what: 'request' | 'answer', content: MessageView | null): readonly Line[] => {
  const [first = '', ...lines] = messageText(what, content).split('\n');
  const shown = lines.slice(0, messageLinesMax).map(plain);
  const rest = lines.length - shown.length;
  const more = rest === 0 ? [] : [faint(`… ${count(rest)} lines more`)];
  const heading = content === null ? [] : [faint(what === 'request' ? 'Request' : 'Answer')];
  return [...heading, plain(first), ...shown, ...more];
};
