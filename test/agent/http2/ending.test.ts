import { afterEach, describe, expect, test } from 'vitest';
import { connectionPreface } from '../../../src/protocol/http2/constants.ts';
import { Bench, getRequest } from '../../protocol/http2/bench.ts';
import { emptySettings, type Frame, frame, framesOf } from '../../protocol/http2/frames.ts';
import { openRawClient } from '../../support/raw-client.ts';
import { startRawServer } from '../../support/raw-server.ts';
import { until } from '../../support/until.ts';
import { key, rule } from '../start-agent.ts';
import { afterwards, agentBefore, ask, endWorld, openClient, startServer } from './world.ts';

afterEach(endWorld);

const hello = Buffer.concat([connectionPreface, emptySettings]);

describe('a connection to the service', () => {
  test('ends with a client that broke the rules', async () => {
    const service = await startServer('pod');
    const app = await startServer('laptop');
    const agent = await agentBefore(service.port, app.port);
    agent.rules(rule(service.port));
    const bench = new Bench('client');
    const client = await openRawClient(agent.port);
    client.write(Buffer.concat([hello, bench.headers(1, getRequest, true)]));
    client.write(bench.headers(3, [...getRequest, `x-byway-id=${key}`], true));
    await until(() => service.heads.length + app.heads.length === 2);
    client.write(frame(0, 0, 0, '61'));
    await client.until((text) => text.includes('DATA on the connection'));
    client.socket.end();
    await client.closed;
    await until(() => [service, app].every(({ sessions }) => sessions[0]?.destroyed === true));
  });

  test('ends with a client that was told to go', async () => {
    const service = await startServer('pod');
    const agent = await agentBefore(service.port);
    const client = await openClient(agent.port);
    await ask(client, {});
    await agent.server.drain(0, 10_000);
    await until(() => service.sessions[0]?.destroyed === true);
  });

  test('that says GOAWAY before it was used is ended, and another one takes its place', async () => {
    let [said, ended] = [0, 0];
    const pod = await startRawServer(
      (socket, all) => {
        if (!all.includes(hello.subarray(0, 24)) || said > 0) return;
        said += 1;
        socket.write(Buffer.concat([emptySettings, frame(7, 0, 0, Buffer.alloc(8))]));
      },
      (socket) =>
        void socket.once('end', () => {
          ended += 1;
          socket.end();
        }),
    );
    afterwards(pod.close);
    const agent = await agentBefore(pod.port);
    const client = await openRawClient(agent.port);
    client.write(hello);
    await until(() => ended === 1);
    client.write(new Bench('client').headers(1, getRequest, true));
    await until(() => pod.sockets.length === 2);
    client.socket.destroy();
  });
});

test('requests that come together while the agent drains are all answered', async () => {
  const service = await startServer('pod', (stream) => {
    stream.respond({ ':status': 204 }, { endStream: true });
  });
  const agent = await agentBefore(service.port);
  const client = await openRawClient(agent.port);
  const bench = new Bench('client');
  client.write(hello);
  void agent.server.drain(60_000, 60_000);
  const ids = [1, 3, 5, 7];
  client.write(Buffer.concat(ids.map((id) => bench.headers(id, getRequest, true))));
  const sent = (): readonly Frame[] => framesOf(whole(client.bytes()));
  await client.until(() => sent().filter(({ type }) => type === 1 || type === 3).length === 4);
  expect(sent().filter(({ type }) => type === 3)).toEqual([]);
  const goaways = sent().filter(({ type }) => type === 7);
  expect(goaways.map(({ payload }) => payload.readUInt32BE(0))).toEqual([0x7fff_ffff]);
  client.socket.destroy();
});

// Without the part of a frame that has only begun to come.
const whole = (bytes: Buffer): Buffer => {
  let at = 0;
  while (at + 9 <= bytes.length && at + 9 + bytes.readUIntBE(at, 3) <= bytes.length) {
    at += 9 + bytes.readUIntBE(at, 3);
  }
  return bytes.subarray(0, at);
};
