import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, constants } from 'node:http2';
import { connect as connectTcp, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { openAgentEnd } from '../../src/tunnel/agent-end.ts';
import { acceptArrival, answerProbe, refuseArrival } from '../../src/tunnel/arrivals.ts';
import { type Carrier, transportOf, transports } from '../../src/tunnel/carrier.ts';
import type { ConnectingEnd } from '../../src/tunnel/connects.ts';
import type { TunnelEnd } from '../../src/tunnel/end.ts';
import type { Heartbeat } from '../../src/tunnel/heartbeat.ts';
import { type Arrival, serveLaptopEnd } from '../../src/tunnel/laptop-end.ts';
import { openRelayToLaptop, serveRelayForAgent } from '../../src/tunnel/relay-end.ts';
import { until } from '../support/until.ts';
import { acceptTunnels, bytesOf, dial } from './accepting.ts';
import { duplexOf, type TunnelDuplex } from './duplex-of.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

type Pair = { readonly relay: ConnectingEnd; readonly laptop: TunnelEnd; readonly raw: Carrier };

/** As a broken machine does it; where there is more than TCP, the connection is destroyed. */
const reset = (carrier: Carrier): void => {
  if (transportOf(carrier) === 'tcp') (carrier as Socket).resetAndDestroy();
  else carrier.destroy();
};

describe.each(transports)('over %s', (transport) => {
  /** A laptop's end and the manager's end of one tunnel over a real connection. */
  const pair = async (
    onArrival: (arrival: Arrival) => void,
    heartbeat?: Heartbeat,
  ): Promise<Pair> => {
    let tell = (_: ConnectingEnd): void => {};
    const accepted = new Promise<ConnectingEnd>((resolve) => {
      tell = resolve;
    });
    const accepting = await acceptTunnels(
      (carrier) => tell(openRelayToLaptop(carrier, heartbeat)),
      transport,
    );
    cleanUps.push(accepting.stop);
    const raw = await dial(accepting.url, undefined, transport);
    const laptop = serveLaptopEnd(raw, onArrival, heartbeat);
    cleanUps.push(laptop.destroy);
    return { relay: await accepted, laptop, raw };
  };

  const echo = (arrival: Arrival): void => {
    acceptArrival(arrival);
    duplexOf(arrival.stream).pipe(duplexOf(arrival.stream));
  };

  const connected = async (relay: ConnectingEnd) => {
    const answer = await relay.connect('ic_a');
    if (!answer.ok) throw new Error(answer.reason);
    return duplexOf(answer.stream);
  };

  test('a megabyte comes back byte for byte, and half-close goes both ways', async () => {
    const { relay } = await pair(echo);
    const sent = randomBytes(1024 * 1024);
    const stream = await connected(relay);
    stream.end(sent);
    expect((await bytesOf(stream)).equals(sent)).toBe(true);
    if (!stream.closed) await once(stream, 'close');
    expect(stream.rstCode).toBe(constants.NGHTTP2_NO_ERROR);
  });

  test('the laptop may end its side first and still receive', async () => {
    const received = new Promise<Buffer>((resolve) => {
      void pair((arrival) => {
        acceptArrival(arrival);
        duplexOf(arrival.stream).end('bye');
        resolve(bytesOf(duplexOf(arrival.stream)));
      }).then(async ({ relay }) => {
        const stream = await connected(relay);
        expect((await bytesOf(stream)).toString()).toBe('bye');
        stream.end('still here');
      });
    });
    expect((await received).toString()).toBe('still here');
  });

  const codes = [
    constants.NGHTTP2_REFUSED_STREAM,
    constants.NGHTTP2_INTERNAL_ERROR,
    constants.NGHTTP2_CANCEL,
  ];

  /** Whether the stream ended as if it were whole, and the code with which it closed. */
  const fateOf = async (stream: TunnelDuplex) => {
    let isWhole = false;
    stream.on('end', () => {
      isWhole = !stream.destroyed; // Node also tells the end of a stream that was cancelled.
    });
    stream.resume();
    if (!stream.closed) await once(stream, 'close').catch(() => {});
    return { isWhole, code: stream.rstCode };
  };

  test.each(codes)('a reset by the laptop with code %i arrives as it is', async (code) => {
    const { relay } = await pair((arrival) => {
      acceptArrival(arrival);
      duplexOf(arrival.stream).write('half');
      duplexOf(arrival.stream).once('data', () => duplexOf(arrival.stream).close(code));
    });
    const stream = await connected(relay);
    stream.end('x');
    expect(await fateOf(stream)).toEqual({ isWhole: false, code });
  });

  test.each(codes)('a reset by the other end with code %i arrives as it is', async (code) => {
    const fates: Promise<unknown>[] = [];
    const { relay } = await pair((arrival) => {
      acceptArrival(arrival);
      fates.push(fateOf(duplexOf(arrival.stream)));
    });
    const stream = await connected(relay);
    stream.write('half');
    stream.close(code);
    expect(await fates[0]).toEqual({ isWhole: false, code });
  });

  test('a refusal says why', async () => {
    const { relay } = await pair((arrival) => refuseArrival(arrival, 'local_refused'));
    expect(await relay.connect('ic_a')).toEqual({ ok: false, reason: 'local_refused' });
  });

  test('a probe carries its nonce one way and the local time back', async () => {
    const { relay } = await pair((arrival) => answerProbe(arrival, `0.8;${arrival.probe}`));
    const answer = await relay.connect('ic_a', { probe: 'n1' });
    expect(answer).toMatchObject({ ok: true, localMs: '0.8;n1' });
  });

  test('nothing but CONNECT is served', async () => {
    const accepting = await acceptTunnels((socket) => {
      const session = connect('http://byway', { createConnection: () => socket });
      session.on('error', () => {}); // Of the end of the connection.
      const get = session.request({ ':path': '/' });
      get.once('response', (headers) => tell(headers[':status']));
    }, transport);
    cleanUps.push(accepting.stop);
    let tell = (_: number | undefined): void => {};
    const status = new Promise<number | undefined>((resolve) => {
      tell = resolve;
    });
    cleanUps.push(serveLaptopEnd(await dial(accepting.url, undefined, transport), echo).destroy);
    expect(await status).toBe(405);
  });

  test('a tunnel that is destroyed in the tick of its birth harms nothing', async () => {
    const ends: TunnelEnd[] = [];
    const accepting = await acceptTunnels((socket) => {
      const end = serveRelayForAgent(socket, () => {});
      end.destroy();
      ends.push(end);
    });
    cleanUps.push(accepting.stop);
    // Frames that come with the request wait in the socket when the session is made.
    const client = connectTcp(Number(accepting.url.port), '127.0.0.1');
    client.on('error', () => {});
    client.resume();
    client.write(
      'POST / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: byway-tunnel/1\r\n\r\n' +
        'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    );
    await once(client, 'close');
    await ends[0]?.closed;
  });

  test('connect answers with the reason when the tunnel is gone, before and during', async () => {
    const arrived: Arrival[] = [];
    const { relay, laptop } = await pair((arrival) => arrived.push(arrival));
    const waiting = relay.connect('ic_a');
    await expect.poll(() => arrived.length).toBe(1);
    laptop.destroy();
    expect(await waiting).toEqual({ ok: false, reason: 'laptop_gone' });
    await relay.closed;
    expect(await relay.connect('ic_a')).toEqual({ ok: false, reason: 'laptop_gone' });
  }, 3_000);

  test('an aborted connect resets its stream', async () => {
    const arrived: Arrival[] = [];
    const { relay } = await pair((arrival) => arrived.push(arrival));
    const controller = new AbortController();
    const waiting = relay.connect('ic_a', { signal: controller.signal });
    await expect.poll(() => arrived.length).toBe(1);
    controller.abort();
    expect(await waiting).toMatchObject({ ok: false });
    await expect.poll(() => arrived[0]?.stream.code).toBe(constants.NGHTTP2_CANCEL);
  });

  test('closing lets a running stream finish and opens no new one', async () => {
    const { relay, laptop } = await pair(echo);
    const stream = await connected(relay);
    laptop.close();
    await relay.draining;
    expect(await relay.connect('ic_b')).toMatchObject({ ok: false });
    stream.end('last words');
    expect((await bytesOf(stream)).toString()).toBe('last words');
    await Promise.all([relay.closed, laptop.closed]);
  });

  test('a peer that stops answering is found dead', async () => {
    const accepting = await acceptTunnels(() => {}, transport); // Accepts, then never says a word.
    cleanUps.push(accepting.stop);
    const laptop = serveLaptopEnd(await dial(accepting.url, undefined, transport), echo, {
      everyMs: 20,
      silenceMs: 60,
    });
    await laptop.closed;
  });

  test('a tunnel without traffic stays up', async () => {
    const { relay, raw } = await pair(echo, { everyMs: 10, silenceMs: 30 });
    // Frames of 17 octets: many more PINGs and answers than fit into the silence that is allowed.
    const before = raw.bytesRead;
    await until(() => raw.bytesRead - before >= 40 * 17, 'the PINGs');
    const stream = await connected(relay);
    stream.end('x');
    expect((await bytesOf(stream)).toString()).toBe('x');
  });

  test('a slow reader stops only its own stream', async () => {
    const { relay } = await pair(echo);
    const slow = await connected(relay);
    slow.on('error', () => {});
    slow.write(randomBytes(32 * 1024 * 1024)); // Nobody reads what comes back.
    const quick = await connected(relay);
    const sent = randomBytes(1024 * 1024);
    quick.end(sent);
    expect((await bytesOf(quick)).equals(sent)).toBe(true);
    slow.close(constants.NGHTTP2_CANCEL);
  });

  test.each([
    ['is destroyed', (carrier: Carrier) => void carrier.destroy()],
    ['is reset', reset],
  ])('when the connection %s, half an answer does not pass for a whole one', async (_, kill) => {
    const { relay, raw } = await pair((arrival) => {
      acceptArrival(arrival);
      duplexOf(arrival.stream).write('half');
    });
    const stream = await connected(relay);
    stream.end();
    let ended = false;
    stream.on('end', () => {
      ended = true;
    });
    await once(stream, 'data');
    kill(raw);
    if (!stream.closed) await once(stream, 'close').catch(() => {});
    expect(ended).toBe(false);
    expect(stream.rstCode).toBe(constants.NGHTTP2_INTERNAL_ERROR);
  });

  test('many streams that are busy both ways at once do not block each other', async () => {
    const bytes = 200_000; // Together more than the connection's buffers on both machines hold.
    const { relay } = await pair((arrival) => {
      acceptArrival(arrival);
      duplexOf(arrival.stream).write(randomBytes(bytes));
      duplexOf(arrival.stream).pipe(duplexOf(arrival.stream));
    });
    const back = Array.from({ length: 200 }, async () => {
      const stream = await connected(relay);
      stream.end(randomBytes(bytes));
      return (await bytesOf(stream)).length;
    });
    expect(new Set(await Promise.all(back))).toEqual(new Set([2 * bytes]));
  });

  test.each([
    ['is destroyed', (carrier: Carrier) => void carrier.destroy()],
    ['is reset', reset],
  ])('when the manager’s connection %s, an agent never takes half for a whole', async (_, kill) => {
    const carriers: Carrier[] = [];
    const accepting = await acceptTunnels((carrier) => {
      carriers.push(carrier);
      serveRelayForAgent(carrier, (arrival) => {
        acceptArrival(arrival);
        duplexOf(arrival.stream).write('half');
      });
    }, transport);
    cleanUps.push(accepting.stop);
    const end = openAgentEnd(await dial(accepting.url, undefined, transport));
    const stream = await connected(end);
    stream.end();
    await once(stream, 'data');
    const fate = fateOf(stream);
    for (const carrier of carriers) kill(carrier);
    expect(await fate).toEqual({ isWhole: false, code: constants.NGHTTP2_INTERNAL_ERROR });
    await end.closed;
    expect(await end.connect('ic_a')).toEqual({ ok: false, reason: 'manager_gone' });
  });
});
