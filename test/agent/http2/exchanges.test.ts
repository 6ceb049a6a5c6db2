import {
  constants,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  sensitiveHeaders,
} from 'node:http2';
import { afterEach, describe, expect, test } from 'vitest';
import { until } from '../../support/until.ts';
import { key, rule } from '../start-agent.ts';
import { agentBefore, answerTo, ask, endWorld, openClient, startServer } from './world.ts';

afterEach(endWorld);

const marked = { 'x-byway-id': key };

/** A pod, a laptop, an agent with one rule, and a client. */
const world = async (
  pod: Parameters<typeof startServer>[1] = undefined,
  laptop: Parameters<typeof startServer>[1] = undefined,
) => {
  const service = await startServer('pod', pod);
  const app = await startServer('laptop', laptop);
  const agent = await agentBefore(service.port, app.port);
  agent.rules(rule(service.port));
  return { service, app, agent, client: await openClient(agent.port) };
};

describe('each stream of a connection is decided on its own', () => {
  test('with the key to the laptop, without to the pod, and only the matched one is marked', async () => {
    const { client, service, app } = await world();
    const answers = await Promise.all([
      ask(client, { ':path': '/a' }),
      ask(client, { ':path': '/b', ...marked }),
      ask(client, { ':path': '/c', ':method': 'POST' }, 'body'),
      ask(client, { ':path': '/d', ':method': 'POST', ...marked }, 'body'),
    ]);
    expect(answers.map(({ headers }) => headers['x-from'])).toEqual([
      'pod',
      'laptop',
      'pod',
      'laptop',
    ]);
    expect(answers.map(({ headers }) => headers['x-byway-served-by'])).toEqual([
      undefined,
      'pricing@ada-laptop',
      undefined,
      'pricing@ada-laptop',
    ]);
    expect(answers.map(({ body }) => body.toString())).toEqual(['', '', 'body', 'body']);
    expect([service.sessions.length, app.sessions.length]).toEqual([1, 1]);
  });

  test('also on a connection that was open before the rule', async () => {
    const service = await startServer('pod');
    const app = await startServer('laptop');
    const agent = await agentBefore(service.port, app.port);
    const client = await openClient(agent.port);
    expect((await ask(client, marked)).headers['x-from']).toBe('pod');
    agent.rules(rule(service.port));
    expect((await ask(client, marked)).headers['x-from']).toBe('laptop');
    agent.rules();
    expect((await ask(client, marked)).headers['x-from']).toBe('pod');
  });

  test('by a host that came as :authority', async () => {
    const { agent, service, client } = await world();
    agent.rules(rule(service.port, { all: [{ header: 'Host', equals: 'shop.example' }] }));
    const answer = await ask(client, { ':authority': 'shop.example' });
    expect(answer.headers['x-from']).toBe('laptop');
  });

  test('by several lines of one field, joined', async () => {
    const { agent, service, client } = await world();
    agent.rules(rule(service.port, { all: [{ header: 'x-a', equals: 'one, two' }] }));
    expect((await ask(client, { 'x-a': ['one', 'two'] })).headers['x-from']).toBe('laptop');
    expect((await ask(client, { 'x-a': ['two', 'one'] })).headers['x-from']).toBe('pod');
  });

  test('and counted', async () => {
    const { agent, client } = await world();
    await ask(client, {});
    await ask(client, marked);
    const [applied] = [...agent.table.all()];
    expect(
      applied?.counter.snapshot(applied === undefined ? 0 : agent.table.seenBy(applied)),
    ).toEqual({
      seen: 2,
      matched: 1,
      diverted: 1,
      answered: 1,
      passed: {},
      failed: {},
    });
  });
});

describe.each([
  ['to the pod', {}],
  ['to the laptop', marked],
])('a request %s', (_, extra: OutgoingHttpHeaders) => {
  const both = (onStream: Parameters<typeof startServer>[1]) => world(onStream, onStream);
  const headsAt = ({ service, app }: Awaited<ReturnType<typeof world>>) => [
    ...service.heads,
    ...app.heads,
  ];

  test('keeps its fields with their values and their order within a name', async () => {
    const { client, ...there } = await both(undefined);
    await ask(client, {
      ':path': '/a%2F..//b?c=d&&e',
      ':method': 'WEIRD-method',
      'x-a': ['one', '', 'three; "q", r'],
      cookie: ['a=1', 'b=2'],
      te: 'trailers',
      'x-octets': '\u00e9\u00ff\t.',
      __proto__x: '1',
      [sensitiveHeaders]: ['cookie'],
      ...extra,
    });
    const [raw = []] = headsAt({ client, ...there });
    const pairs = raw.flatMap((text, at) => (at % 2 === 0 ? [[text, raw[at + 1]]] : []));
    expect(pairs.filter(([name]) => name !== 'x-byway-id')).toEqual(
      expect.arrayContaining([
        [':path', '/a%2F..//b?c=d&&e'],
        [':method', 'WEIRD-method'],
        [':scheme', 'http'],
        ['te', 'trailers'],
        ['x-octets', '\u00e9\u00ff\t.'],
        ['__proto__x', '1'],
      ]),
    );
    expect(pairs.filter(([name]) => name === 'x-a').map(([, value]) => value)).toEqual([
      'one',
      '',
      'three; "q", r',
    ]);
    expect(pairs.filter(([name]) => name === 'cookie').map(([, value]) => value)).toEqual([
      'a=1',
      'b=2',
    ]);
    expect(pairs.filter(([name]) => name !== 'x-byway-id')).toHaveLength(12);
  });

  test('gets its answer with fields, data and trailers, and nothing besides the mark', async () => {
    const { client } = await both((stream) => {
      stream.respond(
        { ':status': 418, 'x-a': ['1', '2'], 'set-cookie': ['a=1', 'b=2'], date: 'whenever' },
        { waitForTrailers: true },
      );
      stream.on('wantTrailers', () => stream.sendTrailers({ 'x-sum': ['a', 'b'] }));
      stream.end('data');
      stream.resume();
    });
    const answer = await ask(client, extra);
    const fields = answer.raw.filter((_text, at) => at % 2 === 0);
    expect(answer).toMatchObject({ status: 418, whole: true, code: 0 });
    expect(answer.body.toString()).toBe('data');
    expect(answer.trailers).toEqual(['x-sum', 'a', 'x-sum', 'b']);
    expect(fields.filter((name) => name !== 'x-byway-served-by')).toEqual([
      ':status',
      'x-a',
      'x-a',
      'set-cookie',
      'set-cookie',
      'date',
    ]);
  });

  test('gets an answer without a date when none came', async () => {
    const { client } = await both((stream) => {
      const options = { endStream: true, sendDate: false };
      stream.respond({ ':status': 204 }, options);
    });
    expect((await ask(client, extra)).headers).not.toHaveProperty('date');
  });

  test('sends trailers', async () => {
    let seen: readonly string[] = [];
    const { client } = await both((stream) => {
      stream.on(
        'trailers',
        (_headers: IncomingHttpHeaders, _flags: number, raw: readonly string[]) => {
          seen = raw;
        },
      );
      stream.resume();
      stream.on('end', () => stream.respond({ ':status': 200 }, { endStream: true }));
    });
    const stream = client.request({ ':method': 'POST', ...extra }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'x-sum': 'abc' }));
    stream.end('data');
    expect((await answerTo(stream)).status).toBe(200);
    expect(seen).toEqual(['x-sum', 'abc']);
  });

  test('gets interim answers first', async () => {
    const { client } = await both((stream) => {
      stream.additionalHeaders({ ':status': 100 });
      stream.additionalHeaders({ ':status': 103, link: '</a.css>' });
      stream.respond({ ':status': 200 }, { endStream: true });
    });
    const stream = client.request({ ':method': 'POST', expect: '100-continue', ...extra });
    const answer = answerTo(stream);
    stream.end('data');
    const { interim, status } = await answer;
    expect(interim.map((headers) => headers[':status'])).toEqual([100, 103]);
    expect(interim[1]).toHaveProperty('link', '</a.css>');
    expect(status).toBe(200);
  });

  test('to HEAD gets a length and no body', async () => {
    const { client } = await both((stream) => {
      stream.respond({ ':status': 200, 'content-length': 42 }, { endStream: true });
    });
    const answer = await ask(client, { ':method': 'HEAD', ...extra });
    expect(answer).toMatchObject({ status: 200, whole: true, code: 0 });
    expect(answer.headers['content-length']).toBe('42');
  });

  test('answered before it is complete gets the whole answer and is told to stop', async () => {
    const { client } = await both((stream) => {
      stream.respond({ ':status': 413 });
      stream.end('too much', () => setImmediate(() => stream.close(constants.NGHTTP2_NO_ERROR)));
    });
    const stream = client.request({ ':method': 'POST', ...extra });
    stream.write('some');
    const answer = await answerTo(stream);
    expect(answer).toMatchObject({ status: 413, code: 0 });
    expect(answer.body.toString()).toBe('too much');
  });

  test.each([
    ['before its answer', false],
    ['in the middle of its answer', true],
  ])('is reset with the same code %s', async (_when, answering) => {
    const { client } = await both((stream) => {
      if (!answering) {
        stream.close(constants.NGHTTP2_ENHANCE_YOUR_CALM);
        return;
      }
      stream.respond({ ':status': 200 }, { waitForTrailers: true });
      stream.write('half', () =>
        setTimeout(() => stream.close(constants.NGHTTP2_ENHANCE_YOUR_CALM), 50),
      );
    });
    const answer = await ask(client, { ':method': 'POST', ...extra }, 'body');
    expect(answer.code).toBe(constants.NGHTTP2_ENHANCE_YOUR_CALM);
    expect(answer.body.toString()).toBe(answering ? 'half' : '');
    expect(answer.whole).toBe(false);
  });

  test('cancelled by the caller is cancelled with the same code', async () => {
    let code: number | undefined;
    const { client } = await both((stream) => {
      stream.respond({ ':status': 200 });
      stream.write('half');
      stream.on('close', () => {
        code = stream.rstCode;
      });
    });
    const stream = client.request({ ':method': 'POST', ...extra });
    const answer = answerTo(stream);
    stream.once('data', () => stream.close(constants.NGHTTP2_REFUSED_STREAM));
    await answer;
    await until(() => code !== undefined);
    expect(code).toBe(constants.NGHTTP2_REFUSED_STREAM);
  });

  test('is cancelled when the caller is gone', async () => {
    let closed = false;
    const { client } = await both((stream) => {
      stream.on('close', () => {
        closed = true;
      });
      stream.respond({ ':status': 200 });
      stream.write('half');
    });
    const stream = client.request({ ':method': 'POST', ...extra });
    const answer = answerTo(stream);
    stream.once('data', () => client.destroy());
    await answer;
    await until(() => closed);
  });

  test('flows both ways at once', async () => {
    const { client } = await both((stream) => {
      stream.respond({ ':status': 200 });
      stream.on('data', (bytes: Buffer) => stream.write(`<${bytes.toString()}>`));
      stream.on('end', () => stream.end('bye'));
    });
    const stream = client.request({ ':method': 'POST', ...extra });
    const answer = answerTo(stream);
    const heard: string[] = [];
    stream.on('data', (bytes: Buffer) => heard.push(bytes.toString()));
    for (const word of ['one', 'two', 'three']) {
      stream.write(word);
      await until(() => heard.at(-1) === `<${word}>`);
    }
    stream.end();
    expect((await answer).body.toString()).toBe('<one><two><three>bye');
  });

  test('of 8 MB comes back whole', async () => {
    const { client } = await both(undefined);
    const body = Buffer.alloc(8 * 1024 * 1024, 'abcdefghijklmnopqrstuvwxyz');
    const answer = await ask(client, { ':method': 'POST', ...extra }, body);
    expect(answer.body.equals(body)).toBe(true);
  });

  test('whose answer nobody reads holds up its own stream only', async () => {
    let written = 0;
    const { client } = await both((stream, headers) => {
      stream.respond({ ':status': 200 });
      if (headers[':path'] === '/quick') {
        stream.end('quick');
        return;
      }
      const chunk = Buffer.alloc(64 * 1024);
      const more = (): void => {
        let room = true;
        while (room && written < 64 * 1024 * 1024) {
          written += chunk.length;
          room = stream.write(chunk);
        }
      };
      stream.on('drain', more);
      more();
    });
    const slow = client.request({ ':path': '/slow', ...extra });
    slow.on('error', () => {});
    await new Promise((resolve) => slow.once('response', resolve));
    expect((await ask(client, { ':path': '/quick', ...extra })).body.toString()).toBe('quick');
    let before = -1;
    await until(() => {
      const still = written === before;
      before = written;
      return still;
    });
    expect(written).toBeLessThan(16 * 1024 * 1024);
    slow.close();
  });
});
