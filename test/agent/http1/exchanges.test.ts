import { afterEach, describe, expect, test } from 'vitest';
import { openRawClient } from '../../support/raw-client.ts';
import { type RawServer, startRawServer } from '../../support/raw-server.ts';
import { until } from '../../support/until.ts';
import { key, laptopOn, rule, startAgent, type TestAgent } from '../start-agent.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const count = (all: Buffer, text: string): number => all.toString('latin1').split(text).length - 1;

/** A server that answers every complete bodiless request, naming itself and the target. */
const answering = async (name: string): Promise<RawServer> => {
  const answered = new WeakMap<object, number>();
  const server = await startRawServer((socket, all) => {
    const heads = all.toString('latin1').split('\r\n\r\n').slice(0, -1);
    for (const head of heads.slice(answered.get(socket) ?? 0)) {
      const body = `${name} ${head.split(' ')[1]}`;
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    }
    answered.set(socket, heads.length);
  });
  closers.push(server.close);
  return server;
};

const setup = async (
  pod: RawServer,
  laptop?: RawServer,
): Promise<{ agent: TestAgent; client: Awaited<ReturnType<typeof openRawClient>> }> => {
  const agent = await startAgent(pod.port, laptop && laptopOn(laptop.port));
  closers.push(agent.server.close);
  return { agent, client: await openRawClient(agent.port) };
};

const get = (target: string, ...lines: readonly string[]): string =>
  [`GET ${target} HTTP/1.1`, 'Host: shop', ...lines, '', ''].join('\r\n');
const mine = `x-byway-id: ${key}`;

describe('unmatched requests', () => {
  test('reach the pod byte for byte, and their answers come back so', async () => {
    const pod = await answering('pod');
    const { client, agent } = await setup(pod);
    agent.rules(rule(pod.port));
    const request = get('/a', 'X-Odd:   spaces  ', 'x-byway-id: somebody-else');
    client.write(request);
    await client.until((text) => text.endsWith('pod /a'));
    expect(pod.received[0]?.toString('latin1')).toBe(request);
    expect(client.text()).toBe('HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npod /a');
  });

  test('pipelined are all forwarded before the first answer', async () => {
    const pod = await startRawServer((socket, all) => {
      if (count(all, '\r\n\r\n') < 3) return;
      for (const body of ['1', '2', '3']) {
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n${body}`);
      }
    });
    closers.push(pod.close);
    const { client } = await setup(pod);
    client.write(get('/1') + get('/2') + get('/3'));
    await client.until((text) => count(Buffer.from(text), 'HTTP/1.1 200') === 3);
    expect(client.text().replace(/HTTP.*?\r\n\r\n/gs, '')).toBe('123');
  });

  test('keep their connection to the pod to themselves', async () => {
    const pod = await answering('pod');
    const { client, agent } = await setup(pod);
    const other = await openRawClient(agent.port);
    client.write(get('/a'));
    other.write(get('/b'));
    await client.until((text) => text.includes('pod /a'));
    await other.until((text) => text.includes('pod /b'));
    expect(pod.received.map(String)).toEqual([get('/a'), get('/b')]);
  });

  test('get the end of the connection as the pod makes it', async () => {
    const pod = await startRawServer((socket) => {
      socket.end('HTTP/1.1 200 OK\r\n\r\nuntil the end');
    });
    closers.push(pod.close);
    const { client } = await setup(pod);
    client.write(get('/'));
    expect(await client.closed).toBe('end');
    expect(client.text()).toBe('HTTP/1.1 200 OK\r\n\r\nuntil the end');
  });

  test('are reset when the pod resets', async () => {
    const pod = await startRawServer((socket) => void socket.resetAndDestroy());
    closers.push(pod.close);
    const { client } = await setup(pod);
    client.write(get('/'));
    expect(await client.closed).toBe('reset');
    expect(client.text()).toBe('');
  });

  test('with a client that ends its side still get their answer', async () => {
    const pod = await startRawServer();
    closers.push(pod.close);
    const { client } = await setup(pod);
    client.socket.end(get('/'), 'latin1');
    await until(() => pod.received[0]?.toString() === get('/'));
    pod.sockets[0]?.end('HTTP/1.1 204 No Content\r\n\r\n');
    await client.closed;
    expect(client.text()).toBe('HTTP/1.1 204 No Content\r\n\r\n');
  });
});

describe('matched requests', () => {
  test('are answered by the laptop, byte for byte but for the mark', async () => {
    const [pod, laptop] = [await answering('pod'), await answering('laptop')];
    const { client, agent } = await setup(pod, laptop);
    agent.rules(rule(pod.port));
    client.write(get('/a', mine));
    await client.until((text) => text.endsWith('laptop /a'));
    expect(laptop.received.map(String)).toEqual([get('/a', mine)]);
    expect(pod.received.map(String)).toEqual(['']);
    expect(client.text()).toBe(
      'HTTP/1.1 200 OK\r\nContent-Length: 9\r\nx-byway-served-by: pricing@ada-laptop\r\n\r\nlaptop /a',
    );
  });

  test.each([
    ['the key in baggage', `baggage: a=1, byway = ${key};p=1`, 'laptop'],
    ['the key in the second baggage line', `baggage: a=1\r\nbaggage: byway=${key}`, 'laptop'],
    ['a longer key', `x-byway-id: ${key}x`, 'pod'],
    ['the key in capitals', `x-byway-id: ${key.toUpperCase()}`, 'pod'],
    ['the key as a property', `baggage: a=1;byway=${key}`, 'pod'],
    ['another member that ends alike', `baggage: xbyway=${key}`, 'pod'],
    ['the header twice', `x-byway-id: ${key}\r\nx-byway-id: ${key}`, 'pod'],
    [
      'another key in the header, ours in baggage',
      `x-byway-id: other\r\nbaggage: byway=${key}`,
      'pod',
    ],
  ])('with %s', async (_, lines, winner) => {
    const [pod, laptop] = [await answering('pod'), await answering('laptop')];
    const { client, agent } = await setup(pod, laptop);
    agent.rules(rule(pod.port));
    client.write(get('/a', lines));
    expect(await client.until((text) => text.endsWith(' /a'))).toMatch(new RegExp(`${winner} /a$`));
  });

  test('alternate with unmatched ones in one pipeline, answers in order', async () => {
    const [pod, laptop] = [await answering('pod'), await answering('laptop')];
    const { client, agent } = await setup(pod, laptop);
    agent.rules(rule(pod.port));
    const requests = Array.from({ length: 20 }, (_, index) =>
      index % 3 === 1 ? get(`/${index}`, mine) : get(`/${index}`),
    );
    client.write(requests.join(''));
    await client.until((text) => text.endsWith(' /19'));
    const bodies = client
      .text()
      .replace(/HTTP.*?\r\n\r\n/gs, ' ')
      .trim();
    expect(bodies).toBe(
      requests.map((_, index) => `${index % 3 === 1 ? 'laptop' : 'pod'} /${index}`).join(' '),
    );
  });

  test('are decided one by one on a connection that was open before the rule', async () => {
    const [pod, laptop] = [await answering('pod'), await answering('laptop')];
    const { client, agent } = await setup(pod, laptop);
    client.write(get('/1', mine));
    await client.until((text) => text.endsWith('pod /1'));
    agent.rules(rule(pod.port));
    client.write(get('/2', mine));
    await client.until((text) => text.endsWith('laptop /2'));
    agent.rules();
    client.write(get('/3', mine));
    await client.until((text) => text.endsWith('pod /3'));
    expect(client.text().match(/x-byway/g)).toHaveLength(1);
  });

  test('by a general rule need all predicates, over joined lines', async () => {
    const [pod, laptop] = [await answering('pod'), await answering('laptop')];
    const { client, agent } = await setup(pod, laptop);
    agent.rules(
      rule(pod.port, {
        all: [
          { header: 'x-t', equals: 'a, b' },
          { header: 'x-u', present: true },
        ],
      }),
    );
    client.write(get('/1', 'X-T: a', 'x-t:b', 'X-U:'));
    await client.until((text) => text.endsWith('laptop /1'));
    client.write(get('/2', 'X-T: a', 'x-t:b'));
    await client.until((text) => text.endsWith('pod /2'));
    client.write(get('/3', 'X-T: a', 'X-U:'));
    await client.until((text) => text.endsWith('pod /3'));
  });
});

describe('matched requests that the laptop can not take', () => {
  test('go to the pod with the reason when nothing listens', async () => {
    const [pod, gone] = [await answering('pod'), await answering('laptop')];
    await gone.close();
    const { client, agent } = await setup(pod, gone);
    agent.rules(rule(pod.port));
    client.write(get('/1', mine));
    const text = await client.until((now) => now.endsWith('pod /1'));
    expect(text).toContain('\r\nx-byway-served-by: pod; reason=local_refused\r\n');
  });

  test('go to the pod at once when the session is disconnected', async () => {
    const [pod, laptop] = [await answering('pod'), await answering('laptop')];
    const { client, agent } = await setup(pod, laptop);
    agent.rules(rule(pod.port, undefined, { state: 'disconnected' }));
    client.write(get('/1', mine));
    const text = await client.until((now) => now.endsWith('pod /1'));
    expect(text).toContain('\r\nx-byway-served-by: pod; reason=laptop_gone\r\n');
  });

  test('go to the pod while it is paused, even where a lost laptop would be an error', async () => {
    const [pod, laptop] = [await answering('pod'), await answering('laptop')];
    const { client, agent } = await setup(pod, laptop);
    agent.rules(rule(pod.port, undefined, { state: 'paused', guards: { whenDown: 'error' } }));
    client.write(get('/1', mine));
    const text = await client.until((now) => now.endsWith('pod /1'));
    expect(text).toContain('\r\nx-byway-served-by: pod; reason=paused\r\n');
    agent.rules(rule(pod.port));
    client.write(get('/2', mine));
    await client.until((now) => now.endsWith('laptop /2'));
  });

  test('are repeated at the pod when safe, and refused when not', async () => {
    const pod = await answering('pod');
    const laptop = await startRawServer((socket) => void socket.destroy());
    closers.push(laptop.close);
    const { client, agent } = await setup(pod, laptop);
    agent.rules(rule(pod.port));
    client.write(get('/1', mine));
    const text = await client.until((now) => now.endsWith('pod /1'));
    expect(text).toContain('x-byway-served-by: pod; reason=local_closed');
    client.write(`POST /2 HTTP/1.1\r\nHost: shop\r\n${mine}\r\nContent-Length: 0\r\n\r\n`);
    await client.closed;
    const refusal = client.text().slice(text.length);
    expect(refusal).toMatch(/^HTTP\/1\.1 502 Bad Gateway\r\n/);
    expect(refusal).toContain('\r\nx-byway-error: local_closed\r\n');
    expect(pod.received.map(String).join('')).not.toContain('POST');
  });

  test('break off visibly when a part of the answer was sent', async () => {
    const pod = await answering('pod');
    const laptop = await startRawServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf', () => socket.destroy());
    });
    closers.push(laptop.close);
    const { client, agent } = await setup(pod, laptop);
    agent.rules(rule(pod.port));
    client.write(get('/1', mine));
    expect(await client.closed).toBe('reset');
    expect(pod.received.map(String)).toEqual(['']);
  });
});

describe('a pod that drops its idle connection', () => {
  test('while the laptop answers does not disturb the answer, and is dialled again', async () => {
    const [pod, laptop] = [await answering('pod'), await startRawServer()];
    closers.push(laptop.close);
    const { client, agent } = await setup(pod, laptop);
    agent.rules(rule(pod.port));
    client.write(get('/1', mine));
    await until(() => laptop.received.length === 1);
    pod.sockets[0]?.end();
    await until(() => pod.sockets[0]?.destroyed === true || pod.sockets[0]?.readableEnded === true);
    laptop.sockets[0]?.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    await client.until((text) => text.endsWith('ok'));
    client.write(get('/2'));
    await client.until((text) => text.endsWith('pod /2'));
    expect(pod.sockets).toHaveLength(2);
  });

  test('ends the idle client connection, too', async () => {
    const pod = await answering('pod');
    const { client } = await setup(pod);
    client.write(get('/1'));
    await client.until((text) => text.endsWith('pod /1'));
    pod.sockets[0]?.end();
    expect(await client.closed).toBe('end');
  });
});

describe('bodies larger than every buffer', () => {
  const content = Buffer.from(
    Array.from({ length: 8 * 1024 * 1024 }, (_, at) => (at * 7 + (at >> 11)) & 255),
  );
  const head = 'HTTP/1.1 200 OK\r\nContent-Length: 8388608\r\n\r\n';

  test('reach a pod that reads late, byte for byte', async () => {
    const pod = await startRawServer(undefined, (socket) => {
      socket.pause();
    });
    closers.push(pod.close);
    const { client } = await setup(pod);
    client.write('PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 8388608\r\n\r\n');
    client.write(content);
    await until(() => pod.sockets.length === 1 && client.socket.bytesWritten > 1024 * 1024);
    pod.sockets[0]?.resume();
    await until(() => (pod.received[0]?.length ?? 0) >= content.length + 50);
    expect(pod.received[0]?.subarray(-content.length).equals(content)).toBe(true);
  });

  test('reach a client that reads late, from the pod and from the laptop', async () => {
    const answer = Buffer.concat([Buffer.from(head), content]);
    const big = await startRawServer((socket) => void socket.write(answer));
    closers.push(big.close);
    for (const lines of [[], [mine]]) {
      const { client, agent } = await setup(big, big);
      agent.rules(rule(big.port));
      client.socket.pause();
      client.write(get('/', ...lines));
      await until(() => big.received.at(-1)?.length !== 0 || big.received.at(-2)?.length !== 0);
      client.socket.resume();
      await until(() => client.bytes().length >= answer.length);
      expect(client.bytes().subarray(-content.length).equals(content)).toBe(true);
    }
  });
});
