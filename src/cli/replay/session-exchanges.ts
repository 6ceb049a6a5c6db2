import { UserError } from '../../base/errors.ts';
import { watchChanges } from '../recorder/changes.ts';
import { replaysAtOnceMax } from '../recorder/limits.ts';
import type { RecordedExchange, Recorder } from '../recorder/recorder.ts';
import type { Recording } from '../recorder/recording.ts';
import { readReveal, revealNothing } from '../recorder/redaction/reveal.ts';
import type { ExchangeSource, ReplayOptions } from '../recorder/source.ts';
import type { ExchangeView } from '../recorder/view.ts';
import { summaryOf, viewOf } from '../recorder/view-of.ts';
import type { LocalPort } from '../session/local-port.ts';
import { Observer } from '../session/observe.ts';
import { type OutgoingRequest, outgoingRequest } from './request-text.ts';
import { assertSafe } from './safe-method.ts';
import { sendLocal } from './send-local.ts';

export type ExchangesOptions = {
  readonly recorder: Recorder;
  readonly findPort: (intercept: string) => Promise<LocalPort | undefined>;
  /** Sends a request to the pod of an intercept's workload; resolves with the answer's bytes. */
  readonly sendToPod: (
    intercept: string,
    request: OutgoingRequest,
    unsafe: boolean,
  ) => Promise<Buffer>;
};

/** The requests of the session that this process is. */
export const sessionExchanges = (options: ExchangesOptions): ExchangeSource => {
  const { recorder } = options;
  let running = 0;
  return {
    list: async () => recorder.list().map(summaryOf),
    get: async (id, reveal = []) => {
      const wanted = readReveal(reveal);
      const recorded = recorder.get(id);
      return recorded === undefined ? undefined : (await viewOf(recorded, wanted)).view;
    },
    replay: async (id, wanted) => {
      const recorded = recorder.get(id);
      if (recorded === undefined) throw unknownRequest(id);
      if (running >= replaysAtOnceMax) throw tooMany();
      running += 1;
      try {
        return await replay(options, recorded, wanted);
      } finally {
        running -= 1;
      }
    },
    subscribe: (listener) => watchChanges(recorder, listener),
  };
};

export const unknownRequest = (id: string): UserError =>
  new UserError(`There is no request ${id}, or no longer: they are kept for an hour.`, {
    kind: 'not_found',
    hint: 'See those that are there   byway inspect',
  });

const tooMany = (): UserError =>
  new UserError(`${replaysAtOnceMax} requests of this session are sent again at this moment.`);

const replay = async (
  options: ExchangesOptions,
  recorded: RecordedExchange,
  { against, unsafe, edited }: ReplayOptions,
): Promise<ExchangeView> => {
  const { recorder, findPort, sendToPod } = options;
  const exchange = recorded.recording.exchange();
  const { secrets } = await viewOf(recorded, revealNothing);
  const request = outgoingRequest(exchange, secrets, edited);
  if (against === 'cluster') assertSafe(request.method, unsafe);
  const port = await findPort(exchange.intercept);
  if (port === undefined) throw over(exchange.name);
  let recording: Recording | undefined;
  const { intercept, name } = exchange;
  const origin = { intercept, name, port: port.port, rules: recorded.rules };
  const servedBy = against === 'local' ? 'local' : 'pod';
  const observer = new Observer(
    () => {},
    (head) => {
      recording = recorder.begin(origin, head, { of: exchange.id, servedBy });
      return recording;
    },
  );
  if (against === 'local') await sendLocal(port, request, observer);
  else {
    observer.toApp(Buffer.concat([request.head, request.body]));
    try {
      observer.fromApp(await sendToPod(intercept, request, unsafe));
    } finally {
      observer.closed(true);
    }
  }
  if (recording === undefined) throw new Error('A request that was sent was not recorded.');
  return await answered(recorded, recording);
};

const answered = async (
  { rules }: RecordedExchange,
  recording: Recording,
): Promise<ExchangeView> => {
  const { view } = await viewOf({ recording, rules }, revealNothing);
  if (view.response !== null) return view;
  throw new UserError(`The app gave no answer to ${recording.id} that could be read.`, {
    kind: view.state === 'running' ? 'not_ready' : 'error',
  });
};

const over = (name: string): UserError =>
  new UserError(`The intercept of ${name} is over, so nothing was sent.`, { kind: 'not_found' });
