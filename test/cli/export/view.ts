import { Recorder } from '../../../src/cli/recorder/recorder.ts';
import { redactionRules } from '../../../src/cli/recorder/redaction/rules.ts';
import type { ExchangeView } from '../../../src/cli/recorder/view.ts';
import { sessionExchanges } from '../../../src/cli/replay/session-exchanges.ts';
import { localPort } from '../../../src/cli/session/local-port.ts';
import { Observer } from '../../../src/cli/session/observe.ts';

/** What a recorder shows of one exchange that passed an observer, byte for byte. */
export const viewOfBytes = async (
  request: string | Buffer,
  answer: string | Buffer,
  { port = 1, reveal = [] }: { readonly port?: number; readonly reveal?: readonly string[] } = {},
): Promise<ExchangeView> => {
  const recorder = new Recorder();
  const rules = redactionRules(undefined, 'k3yq5zk3yq5zk3yq5zk3yq5z7a');
  const recorded = { intercept: 'ic_a', name: 'pricing', port, rules };
  const observer = new Observer(
    () => {},
    (head) => recorder.begin(recorded, head),
  );
  observer.toApp(Buffer.from(request as string, 'latin1'));
  observer.fromApp(Buffer.from(answer as string, 'latin1'));
  observer.closed(true);
  const exchanges = sessionExchanges({
    recorder,
    findPort: async () => localPort(port),
    sendToPod: async () => Buffer.alloc(0),
  });
  const view = await exchanges.get('rq_1', reveal);
  recorder.close();
  if (view === undefined) throw new Error('Nothing was recorded.');
  return view;
};

export const answerOf = (body: string, type = 'application/json'): string =>
  `HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\nContent-Length: ${Buffer.byteLength(body, 'latin1')}\r\n\r\n${body}`;
