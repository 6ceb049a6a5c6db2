import { expect, test } from 'vitest';
import { type Observation, Observer } from '../../../src/cli/session/observe.ts';

const observe = () => {
  const seen: string[] = [];
  const observer = new Observer(({ method, path, status }: Observation) => {
    seen.push(`${method} ${path} ${status}`);
  });
  return { seen, observer };
};

const get = 'GET /a?b=1 HTTP/1.1\r\nHost: x\r\n\r\n';
const post =
  'POST /p HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n';
const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi';
const created =
  'HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\nhi\r\n0\r\nT: 1\r\n\r\n';

test('requests and answers on one connection are paired, wherever the bytes are split', () => {
  const requests = Buffer.from(get + post + get);
  const answers = Buffer.from(`HTTP/1.1 100 Continue\r\n\r\n${ok}${created}${ok}`);
  for (let split = 0; split <= Math.max(requests.length, answers.length); split++) {
    const { seen, observer } = observe();
    observer.toApp(requests.subarray(0, split));
    observer.toApp(requests.subarray(split));
    expect(observer.state).toBe('busy');
    observer.fromApp(answers.subarray(0, split));
    observer.fromApp(answers.subarray(split));
    expect(seen).toEqual(['GET /a?b=1 200', 'POST /p 201', 'GET /a?b=1 200']);
    expect(observer.state).toBe('idle');
  }
});

test('what it tells does not change with the memory that the bytes lay in', () => {
  const { seen, observer } = observe();
  const memory = Buffer.from(get);
  observer.toApp(memory);
  memory.fill('x');
  observer.fromApp(Buffer.from(ok));
  expect(seen).toEqual(['GET /a?b=1 200']);
});

test('the state tells a whole exchange from one in the middle', () => {
  const { observer } = observe();
  expect(observer.state).toBe('idle');
  observer.toApp(Buffer.from('POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nab'));
  expect(observer.state).toBe('busy');
  observer.fromApp(Buffer.from('HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n'));
  expect(observer.state).toBe('busy');
  observer.toApp(Buffer.from('cd'));
  expect(observer.state).toBe('idle');
});

test('an answer that ends with its connection is busy until then', () => {
  const { seen, observer } = observe();
  observer.toApp(Buffer.from(get));
  observer.fromApp(Buffer.from('HTTP/1.0 200 OK\r\n\r\nhello'));
  expect(seen).toEqual(['GET /a?b=1 200']);
  expect(observer.state).toBe('busy');
});

test.each([
  ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', ''],
  ['a binary protocol', '\u0000\u0001\u0002', ''],
  ['an answer without a request', '', ok],
  ['a malformed answer', get, 'HTTP/9\r\n\r\n'],
])('%s is not observed, and nothing is thrown', (_, request, answer) => {
  const { seen, observer } = observe();
  observer.toApp(Buffer.from(request, 'latin1'));
  observer.fromApp(Buffer.from(answer, 'latin1'));
  observer.toApp(Buffer.from(get));
  observer.fromApp(Buffer.from(ok));
  expect(seen).toEqual([]);
  expect(observer.state).toBe('unknown');
});

test('a WebSocket is told once and then not looked at', () => {
  const { seen, observer } = observe();
  observer.toApp(
    Buffer.from('GET /ws HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n'),
  );
  observer.fromApp(
    Buffer.from('HTTP/1.1 101 S\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n\u0081\u0001x'),
  );
  expect(seen).toEqual(['GET /ws 101']);
  expect(observer.state).toBe('unknown');
});

test('an endless head is not kept', () => {
  const { observer } = observe();
  for (let piece = 0; piece < 40 && observer.state !== 'unknown'; piece++) {
    observer.toApp(Buffer.alloc(4096, 'a'));
  }
  expect(observer.state).toBe('unknown');
});
