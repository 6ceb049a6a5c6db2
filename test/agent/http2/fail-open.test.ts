import { createServer as createHttpServer } from 'node:http';
import { constants, type OutgoingHttpHeaders } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { countsInWords } from '../../../src/cli/wording/counts.ts';
import type { RuleCounts } from '../../../src/protocol/reports.ts';
import { startRawServer } from '../../support/raw-server.ts';
import { until } from '../../support/until.ts';
import { key, laptopOn, rule } from '../start-agent.ts';
import {
  afterwards,
  agentBefore,
  answerTo,
  ask,
  endWorld,
  type OnStream,
  openClient,
  startServer,
} from './world.ts';

afterEach(endWorld);

const marked = { 'x-byway-id': key };
const grpc = { ':method': 'POST', 'content-type': 'application/grpc', te: 'trailers', ...marked };

const world = async (laptop: Parameters<typeof agentBefore>[1], more = {}) => {
  const service = await startServer('pod');
  const agent = await agentBefore(service.port, laptop);
  agent.rules(rule(service.port, undefined, more));
  const client = await openClient(agent.port);
  const counts = () => [...agent.table.all()][0]?.counter.snapshot(0);
  return { service, agent, client, counts };
};

const withApp = async (onStream: OnStream, more = {}) => {
  const app = await startServer('laptop', onStream);
  return { app, ...(await world(app.port, more)) };
};

describe('before anything was sent to the local app the pod answers', () => {
  test.each(['manager_gone', 'laptop_gone', 'local_refused', 'tunnel_refused'] as const)(
    'when the way to it is refused: %s',
    async (reason) => {
      const { client, counts } = await world(async () => ({ ok: false, reason }));
      const answer = await ask(client, { ':method': 'POST', ...marked }, 'body');
      expect(answer.body.toString()).toBe('body');
      expect(answer.headers['x-byway-served-by']).toBe(`pod; reason=${reason}`);
      expect(counts()).toMatchObject({ matched: 1, diverted: 1, passed: { [reason]: 1 } });
    },
  );

  test('when the laptop is known to be gone', async () => {
    const { client, counts } = await world(undefined, { state: 'disconnected' });
    const answer = await ask(client, grpc, 'body');
    expect(answer.headers['x-byway-served-by']).toBe('pod; reason=laptop_gone');
    expect(counts()).toMatchObject({ diverted: 0, passed: { laptop_gone: 1 } });
  });

  test('while it is paused, even where a lost laptop would be an error', async () => {
    const { client, counts } = await world(undefined, {
      state: 'paused',
      guards: { whenDown: 'error' },
    });
    const answer = await ask(client, grpc, 'body');
    expect(answer.headers['x-byway-served-by']).toBe('pod; reason=paused');
    expect(counts()).toMatchObject({ diverted: 0, passed: { paused: 1 } });
  });

  test.each([
    ['local_http1', 'HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n'],
    ['local_http1', 'HTTP/1.0 505 No\r\n\r\n'],
    ['local_invalid', '220 mail ready, HTTP/1.1 not\r\n'],
    ['local_invalid', 'HTTP/2.0 200 OK\r\n\r\n'],
  ])('when the app speaks another protocol, and gets no request: %s', async (reason, text) => {
    for (const first of [text.length, 1, 3, 6]) {
      const app = await startRawServer(
        (socket) => void socket.end(text.slice(first)),
        (socket) => void socket.write(text.slice(0, first)),
      );
      afterwards(app.close);
      const { client } = await world(app.port);
      const answer = await ask(client, grpc, 'body');
      expect(answer.headers['x-byway-served-by']).toBe(`pod; reason=${reason}`);
      expect(Buffer.concat(app.received).includes('body')).toBe(false);
    }
  });

  test('when the app is a real one of HTTP/1, which the user is told to mend', async () => {
    const app = createHttpServer((_, response) => void response.end('never'));
    await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve));
    afterwards(() => void app.close());
    const { port } = app.address() as AddressInfo;
    const { client, counts } = await world(port);
    const answer = await ask(client, { ':method': 'POST', ...marked }, 'body');
    expect(answer.body.toString()).toBe('body');
    expect(answer.headers['x-byway-served-by']).toBe('pod; reason=local_http1');
    expect(counts()).toMatchObject({ matched: 1, passed: { local_http1: 1 }, failed: {} });
    expect(countsInWords(counts() as RuleCounts)).toContain('let it serve h2c');
    const strict = await world(port, { guards: { whenDown: 'error' } });
    const refused = await ask(strict.client, { ':method': 'POST', ...marked }, 'body');
    expect(refused.headers['x-byway-error']).toBe('local_http1');
    expect(refused.body.toString()).toContain('let it serve HTTP/2 with prior knowledge');
  });

  test('when the app closes without a word', async () => {
    const app = await startRawServer((socket) => void socket.end());
    afterwards(app.close);
    const { client } = await world(app.port);
    const answer = await ask(client, grpc, 'body');
    expect(answer.headers['x-byway-served-by']).toBe('pod; reason=local_closed');
  });

  test('when the app refuses the stream', async () => {
    const { client } = await withApp((stream) => stream.close(constants.NGHTTP2_REFUSED_STREAM));
    const answer = await ask(client, grpc, 'body');
    expect(answer.body.toString()).toBe('body');
    expect(answer.headers['x-byway-served-by']).toBe('pod; reason=local_closed');
  });

  test('and the next request tries the laptop again', async () => {
    const app = await startServer('laptop');
    let isThere = false;
    const way = laptopOn(app.port);
    const { client } = await world(async (intercept, signal) =>
      isThere ? await way(intercept, signal) : { ok: false, reason: 'laptop_gone' },
    );
    expect((await ask(client, marked)).headers['x-from']).toBe('pod');
    isThere = true;
    expect((await ask(client, marked)).headers['x-from']).toBe('laptop');
  });
});

describe('after the app may have seen a part', () => {
  const dies: OnStream = (stream, _headers, _raw, cut) => void stream.once('data', cut);

  test.each([
    ['a safe method within 64 KB is answered by the pod', 'GET', 1000, 200],
    ['a safe method beyond 64 KB gets a 502', 'GET', 100_000, 502],
    ['another method gets a 502', 'POST', 1000, 502],
  ])('%s', async (_, method, octets, status) => {
    const { client, counts } = await withApp((stream, _headers, _raw, cut) => {
      let seen = 0;
      stream.on('data', (bytes: Buffer) => {
        seen += bytes.length;
        if (seen === octets) cut();
      });
    });
    const stream = client.request({ ':method': method, ...marked }, { endStream: false });
    const answer = answerTo(stream);
    stream.write(Buffer.alloc(octets, 'a'));
    await new Promise((resolve) => stream.once('response', resolve));
    stream.end('b');
    const { headers, body, ...rest } = await answer;
    expect(rest.status).toBe(status);
    if (status === 200) {
      expect(headers['x-byway-served-by']).toBe('pod; reason=laptop_gone');
      expect(body.toString()).toBe(`${'a'.repeat(octets)}b`);
      expect(counts()?.passed).toEqual({ laptop_gone: 1 });
    } else {
      expect(headers['x-byway-error']).toBe('laptop_gone');
      expect(counts()?.failed).toEqual({ laptop_gone: 1 });
    }
  });

  test('a gRPC call gets UNAVAILABLE with the reason', async () => {
    const { client } = await withApp(dies);
    const { status, headers, body } = await ask(client, grpc, 'call');
    expect({ status, body: body.length }).toEqual({ status: 200, body: 0 });
    expect(headers).toMatchObject({
      'content-type': 'application/grpc',
      'grpc-status': '14',
      'x-byway-error': 'laptop_gone',
    });
    expect(headers['grpc-message']).toContain('the laptop did not answer');
  });

  test('an answer that broke off is reset', async () => {
    const { client, counts } = await withApp((stream, _headers, _raw, cut) => {
      stream.respond({ ':status': 200 }, { waitForTrailers: true });
      stream.write('half', () => setTimeout(cut, 50));
    });
    const answer = await ask(client, marked);
    expect(answer.body.toString()).toBe('half');
    expect({ whole: answer.whole, reset: answer.code !== 0 }).toEqual({
      whole: false,
      reset: true,
    });
    expect(counts()).toMatchObject({ answered: 0, failed: { laptop_gone: 1 } });
  });
});

describe("a rule's guards hold", () => {
  const silent: OnStream = (stream) => void stream.resume();
  const slow = { localTimeoutMs: 100 };

  test.each<[string, OutgoingHttpHeaders, object, object]>([
    ['pod', marked, { whenSlow: 'pod' }, { 'x-byway-served-by': 'pod; reason=local_slow' }],
    ['504', marked, { whenSlow: '504' }, { ':status': 504, 'x-byway-error': 'local_slow' }],
    ['504', grpc, { whenSlow: '504' }, { 'grpc-status': '14', 'x-byway-error': 'local_slow' }],
  ])('a slow app, when-slow %s', async (_, headers, guards, expected) => {
    const { client } = await withApp(silent, { guards: { ...slow, ...guards } });
    expect((await ask(client, headers)).headers).toMatchObject(expected);
  });

  test('too many at once go to the pod', async () => {
    const { client, agent } = await withApp(silent, { guards: { maxInFlight: 1 } });
    const waiting = client.request(marked);
    waiting.on('error', () => {});
    await until(() => [...agent.table.all()][0]?.load.inFlight === 1);
    const answer = await ask(client, marked);
    expect(answer.headers['x-byway-served-by']).toBe('pod; reason=too_many');
    waiting.close();
    await until(() => [...agent.table.all()][0]?.load.inFlight === 0);
  });

  test('when-down error is an error', async () => {
    const way = async () => ({ ok: false, reason: 'local_refused' }) as const;
    const { client } = await world(way, { guards: { whenDown: 'error' } });
    const answer = await ask(client, marked);
    expect(answer.status).toBe(502);
    expect(answer.headers['x-byway-error']).toBe('local_refused');
  });
});

describe('a caller without an answer is counted, once', () => {
  const silent: OnStream = (stream) => void stream.resume();

  const asking = async (onStream: OnStream, fields: OutgoingHttpHeaders = {}) => {
    const all = await withApp(onStream);
    const stream = all.client.request({ ':method': 'POST', ...marked, ...fields });
    stream.on('error', () => {});
    stream.write('body');
    await until(() => all.app.heads.length === 1);
    expect(all.counts()).toMatchObject({ matched: 1, answered: 0, passed: {}, failed: {} });
    return { ...all, stream };
  };

  const outcome = { matched: 1, diverted: 1, answered: 0, passed: {} };

  test('who takes the request back', async () => {
    const { stream, counts } = await asking(silent);
    stream.close(constants.NGHTTP2_CANCEL);
    await until(() => Object.keys(counts()?.failed ?? {}).length > 0);
    expect(counts()).toMatchObject({ ...outcome, failed: { caller_left: 1 } });
  });

  test('whose connection is gone', async () => {
    const { client, counts } = await asking(silent);
    client.destroy();
    await until(() => Object.keys(counts()?.failed ?? {}).length > 0);
    expect(counts()).toMatchObject({ ...outcome, failed: { caller_left: 1 } });
  });

  test('who leaves in the middle of the answer', async () => {
    const { stream, counts } = await asking((app) => {
      app.respond({ ':status': 200 });
      app.write('half');
    });
    await new Promise((resolve) => stream.once('data', resolve));
    stream.close(constants.NGHTTP2_CANCEL);
    await until(() => Object.keys(counts()?.failed ?? {}).length > 0);
    expect(counts()).toMatchObject({ ...outcome, failed: { caller_left: 1 } });
  });

  test('whose body is longer than its length', async () => {
    const { stream, counts } = await asking(silent, { 'content-length': '6' });
    stream.write('too long');
    await until(() => Object.keys(counts()?.failed ?? {}).length > 0);
    expect(counts()).toMatchObject({ ...outcome, failed: { caller_invalid: 1 } });
  });
});
