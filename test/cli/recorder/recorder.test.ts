import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { Recorder } from '../../../src/cli/recorder/recorder.ts';
import { redactionRules } from '../../../src/cli/recorder/redaction/rules.ts';
import { Observer } from '../../../src/cli/session/observe.ts';
import { answerOf, viewOfBytes } from '../export/view.ts';

const rules = redactionRules(undefined, null);
const recorded = { intercept: 'ic_a', name: 'pricing', port: 1, rules };

const observe = (limits: ConstructorParameters<typeof Recorder>[0] = {}) => {
  const recorder = new Recorder(limits);
  const observer = new Observer(
    () => {},
    (head) => recorder.begin(recorded, head),
  );
  const states = () =>
    [...recorder.list()].reverse().map(({ recording }) => {
      const { path, status, state, request, response } = recording.exchange();
      return [path, status, state, request?.body.bytes.toString(), response?.body.bytes.toString()];
    });
  const exchange = (path: string, body = ''): void => {
    observer.toApp(Buffer.from(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`));
    observer.fromApp(Buffer.from(answerOf(body, 'text/plain')));
  };
  return { recorder, observer, states, exchange };
};

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

test('pipelined requests, interim answers, HEAD and chunks are recorded right, wherever they are cut', () => {
  const requests = bytes(
    'POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=1\r\nde\r\n0\r\n\r\n' +
      'HEAD /b HTTP/1.1\r\nHost: a\r\n\r\nPUT /c HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi',
  );
  const answers = bytes(
    'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n0\r\nT: 1\r\n\r\n' +
      'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 3\r\n\r\nend',
  );
  for (let cut = 0; cut <= Math.max(requests.length, answers.length); cut++) {
    const { observer, states } = observe();
    observer.toApp(requests.subarray(0, cut));
    observer.toApp(requests.subarray(cut));
    observer.fromApp(answers.subarray(0, cut));
    observer.fromApp(answers.subarray(cut));
    expect(states()).toEqual([
      ['/a', 200, 'complete', 'abcde', 'abcd'],
      ['/b', 200, 'complete', '', ''],
      ['/c', 201, 'complete', 'hi', 'end'],
    ]);
  }
});

test('what ends early is aborted, and what ends with its connection is whole', () => {
  const cut = observe();
  cut.observer.toApp(bytes('GET /a HTTP/1.1\r\nHost: a\r\n\r\n'));
  cut.observer.fromApp(bytes('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab'));
  expect(cut.states()).toEqual([['/a', 200, 'running', '', 'ab']]);
  cut.observer.closed(true);
  expect(cut.states()).toEqual([['/a', 200, 'aborted', '', 'ab']]);
  const open = observe();
  open.observer.toApp(
    bytes('GET /a HTTP/1.1\r\nHost: a\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\n'),
  );
  open.observer.fromApp(bytes('HTTP/1.1 200 OK\r\n\r\nab'));
  open.observer.closed(true);
  expect(open.states()).toEqual([
    ['/a', 200, 'complete', '', 'ab'],
    ['/b', null, 'aborted', '', undefined],
  ]);
  const reset = observe();
  reset.observer.toApp(bytes('GET /a HTTP/1.1\r\nHost: a\r\n\r\n'));
  reset.observer.fromApp(bytes('HTTP/1.1 200 OK\r\n\r\nab'));
  reset.observer.closed(false);
  expect(reset.states()).toEqual([['/a', 200, 'aborted', '', 'ab']]);
});

test('an upgrade ends the recording, and what is no HTTP is marked', () => {
  const upgrade = observe();
  upgrade.observer.toApp(
    bytes('GET /ws HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n'),
  );
  upgrade.observer.fromApp(
    bytes(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\nframes',
    ),
  );
  upgrade.observer.toApp(bytes('frames'));
  expect(upgrade.states()).toEqual([['/ws', 101, 'upgraded', '', '']]);
  const nonsense = observe();
  nonsense.observer.toApp(bytes('GET /a HTTP/1.1\r\nHost: a\r\n\r\n'));
  nonsense.observer.fromApp(bytes('220 mail\r\n'));
  expect(nonsense.states()).toEqual([['/a', null, 'unreadable', '', undefined]]);
});

test('what is recorded is a copy: memory that is used again changes nothing', () => {
  const { observer, states } = observe();
  const memory = bytes('POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi');
  observer.toApp(memory);
  memory.fill('x');
  observer.fromApp(bytes(answerOf('ok')));
  expect(states()).toEqual([['/a', 200, 'complete', 'hi', 'ok']]);
});

test('bodies, bytes in all, count and age are bounded, the oldest go first', () => {
  const { recorder, exchange } = observe({ exchangesMax: 3 });
  exchange('/large', 'x'.repeat(300_000));
  const large = recorder.get('rq_1')?.recording.exchange().response?.body;
  expect(large).toMatchObject({ totalBytes: 300_000, truncated: true });
  expect(large?.bytes.length).toBe(256 * 1024);
  for (const path of ['/2', '/3', '/4']) exchange(path);
  expect(recorder.list().map(({ recording }) => recording.id)).toEqual(['rq_4', 'rq_3', 'rq_2']);
  expect(recorder.bytes).toBeLessThan(1_000);
  const full = observe({ bytesMax: 10_000 });
  for (let index = 0; index < 50; index++) full.exchange(`/${index}`, 'x'.repeat(900));
  expect(full.recorder.bytes).toBeLessThanOrEqual(10_000);
  expect(full.recorder.list().length).toBeGreaterThan(5);
  expect(full.recorder.list()[0]?.recording.id).toBe('rq_50');
  const old = observe({ ageMsMax: -1 });
  old.exchange('/old');
  expect(old.recorder.list()).toEqual([]);
  expect(old.recorder.bytes).toBe(0);
});

test('one that had to go while it ran takes no more memory, and harms nothing', () => {
  const { recorder, observer, exchange } = observe({ exchangesMax: 1 });
  observer.toApp(bytes('POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc'));
  const second = new Observer(
    () => {},
    (head) => recorder.begin(recorded, head),
  );
  second.toApp(bytes('GET /b HTTP/1.1\r\nHost: a\r\n\r\n'));
  const before = recorder.bytes;
  observer.toApp(bytes('defghi'));
  observer.fromApp(bytes(answerOf('ok')));
  expect(recorder.bytes).toBe(before);
  expect(recorder.get('rq_1')).toBeUndefined();
  exchange('/c');
});

test('subscribers are told of each beginning, answer and end, until they have enough', () => {
  const { recorder, exchange } = observe();
  const told: string[] = [];
  const stop = recorder.subscribe((id) => told.push(id));
  exchange('/a');
  expect(told).toEqual(['rq_1', 'rq_1', 'rq_1']);
  stop();
  exchange('/b');
  expect(told).toHaveLength(3);
});

test('a bomb of an encoding is shown in part only', async () => {
  const bomb = gzipSync(Buffer.alloc(50 * 1024 * 1024, 'a'));
  const head = `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Encoding: gzip\r\nContent-Length: ${bomb.length}\r\n\r\n`;
  const view = await viewOfBytes(
    'GET / HTTP/1.1\r\nHost: a\r\n\r\n',
    Buffer.concat([bytes(head), bomb]),
  );
  expect(view.response?.body).toMatchObject({ kind: 'text', truncated: true, encoding: 'gzip' });
  expect(view.response?.body.text?.length).toBe(1024 * 1024);
});
