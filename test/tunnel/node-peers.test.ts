import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  type ClientHttp2Stream,
  connect as connectHttp2,
  constants,
  performServerHandshake,
  type ServerHttp2Session,
} from 'node:http2';
import { afterEach, describe, expect, test } from 'vitest';
import { type Arrival, acceptArrival, refuseArrival } from '../../src/tunnel/arrivals.ts';
import { type Carrier, transports } from '../../src/tunnel/carrier.ts';
import type { ConnectingEnd } from '../../src/tunnel/connects.ts';
import { serveLaptopEnd } from '../../src/tunnel/laptop-end.ts';
import { openRelayToLaptop } from '../../src/tunnel/relay-end.ts';
import { acceptTunnels, bytesOf, dial } from './accepting.ts';
import { duplexOf } from './duplex-of.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** As ends of version 0.1 of the programs have them. */
const settings = {
  initialWindowSize: 4 * 1024 * 1024,
  maxFrameSize: 256 * 1024,
  maxConcurrentStreams: 10_000,
};

describe.each(transports)('over %s', (transport) => {
  /** Our own end at the manager's side, the other at the laptop's. */
  const carriers = async (): Promise<readonly [Carrier, Carrier]> => {
    let tell = (_: Carrier): void => {};
    const accepted = new Promise<Carrier>((resolve) => {
      tell = resolve;
    });
    const accepting = await acceptTunnels((carrier) => tell(carrier), transport);
    cleanUps.push(accepting.stop);
    const dialled = await dial(accepting.url, undefined, transport);
    return [await accepted, dialled];
  };

  /** Our end that opens streams, and Node's session that serves them. */
  const toNode = async (): Promise<readonly [ConnectingEnd, ServerHttp2Session]> => {
    const [ours, theirs] = await carriers();
    const session = performServerHandshake(theirs, { settings }) as ServerHttp2Session;
    session.on('error', () => {});
    const end = openRelayToLaptop(ours);
    cleanUps.push(end.destroy, () => session.destroy());
    return [end, session];
  };

  test('a laptop with Node’s HTTP/2 serves our streams', async () => {
    const [end, session] = await toNode();
    session.on('stream', (stream, headers) => {
      stream.on('error', () => {});
      if (headers[':authority'] === 'ic_no') {
        stream.respond({ ':status': 503, 'x-byway-refused': 'local_refused' }, { endStream: true });
        return;
      }
      stream.respond({ ':status': 200 });
      stream.pipe(stream);
    });
    expect(await end.connect('ic_no')).toEqual({ ok: false, reason: 'local_refused' });
    const sent = randomBytes(3 * 1024 * 1024);
    const back = [1, 2, 3].map(async () => {
      const answer = await end.connect('ic_a');
      if (!answer.ok) throw new Error(answer.reason);
      duplexOf(answer.stream).end(sent);
      return (await bytesOf(duplexOf(answer.stream))).equals(sent);
    });
    expect(await Promise.all(back)).toEqual([true, true, true]);
    // Its own bound for what is unread made windows smaller while they were in use.
    session.settings({ initialWindowSize: 1_000 });
    const answer = await end.connect('ic_a');
    if (!answer.ok) throw new Error(answer.reason);
    duplexOf(answer.stream).end(sent);
    expect((await bytesOf(duplexOf(answer.stream))).equals(sent)).toBe(true);
    session.close();
    await end.draining;
    expect(await end.connect('ic_a')).toMatchObject({ ok: false });
    await end.closed;
  });

  test('its resets arrive as they are, and ours with it', async () => {
    const [end, session] = await toNode();
    const codes: number[] = [];
    let refuse = (): void => {};
    session.on('stream', (stream, headers) => {
      stream.on('error', () => {});
      stream.respond({ ':status': 200 });
      if (headers[':authority'] === 'ic_theirs') {
        refuse = () => stream.close(constants.NGHTTP2_REFUSED_STREAM);
      }
      stream.once('close', () => codes.push(stream.rstCode ?? -1));
    });
    const theirs = await end.connect('ic_theirs');
    if (!theirs.ok) throw new Error(theirs.reason);
    refuse();
    await expect.poll(() => theirs.stream.code).toBe(constants.NGHTTP2_REFUSED_STREAM);
    const ours = await end.connect('ic_ours');
    if (!ours.ok) throw new Error(ours.reason);
    ours.stream.reset(constants.NGHTTP2_INTERNAL_ERROR);
    await expect.poll(() => codes).toContain(constants.NGHTTP2_INTERNAL_ERROR);
  });

  test('a manager with Node’s HTTP/2 reaches our laptop', async () => {
    const [theirs, ours] = await carriers();
    const laptop = serveLaptopEnd(ours, (arrival: Arrival) => {
      if (arrival.intercept === 'ic_no') refuseArrival(arrival, 'local_refused');
      else {
        acceptArrival(arrival);
        duplexOf(arrival.stream).pipe(duplexOf(arrival.stream));
      }
    });
    const session = connectHttp2('http://byway', {
      settings: { ...settings, enablePush: false },
      createConnection: () => theirs,
    });
    session.on('error', () => {});
    cleanUps.push(laptop.destroy, () => session.destroy());
    const ask = (authority: string): ClientHttp2Stream => {
      const stream = session.request(
        { ':method': 'CONNECT', ':authority': authority },
        { waitForTrailers: true },
      );
      stream.on('error', () => {});
      return stream;
    };
    const [refused] = await once(ask('ic_no').end(), 'response');
    expect(refused).toMatchObject({ ':status': 503, 'x-byway-refused': 'local_refused' });
    const sent = randomBytes(3 * 1024 * 1024);
    const back = [1, 2, 3].map(async () => {
      const stream = ask('ic_a');
      stream.end(sent);
      return (await bytesOf(stream)).equals(sent);
    });
    expect(await Promise.all(back)).toEqual([true, true, true]);
    laptop.close();
    await once(session, 'goaway');
    await laptop.closed;
  });
});
