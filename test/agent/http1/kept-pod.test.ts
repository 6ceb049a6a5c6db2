import { afterEach, expect, test, vi } from 'vitest';
import type { Diversion, Divert } from '../../../src/agent/divert.ts';
import { openRawClient } from '../../support/raw-client.ts';
import { type RawServer, startRawServer } from '../../support/raw-server.ts';
import { until } from '../../support/until.ts';
import { key, laptopOn, rule, startAgent } from '../start-agent.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  for (const close of closers.splice(0)) await close();
});

const get = (target: string, mine = false): string =>
  `GET ${target} HTTP/1.1\r\nHost: shop\r\n${mine ? `x-byway-id: ${key}\r\n` : ''}\r\n`;

const answer = (body: string): string =>
  `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

/** Answers one request on each connection, and has closed it when another one comes. */
const closesAfterOne = async (): Promise<RawServer> => {
  const pod = await startRawServer((socket, all) => {
    if (all.toString().split('\r\n\r\n').length > 2) socket.resetAndDestroy();
    else socket.write(answer('pod'));
  });
  closers.push(pod.close);
  return pod;
};

const passTime = (milliseconds: number): void => {
  const now = performance.now.bind(performance);
  vi.spyOn(performance, 'now').mockImplementation(() => now() + milliseconds);
};

const setUp = async (pod: RawServer, divert: Divert) => {
  const agent = await startAgent(pod.port, divert);
  closers.push(agent.server.close);
  agent.rules(rule(pod.port));
  const client = await openRawClient(agent.port);
  closers.push(() => client.socket.destroy());
  client.write(get('/before'));
  await client.until((text) => text.endsWith('pod'));
  return client;
};

test('what waited for the laptop goes to the pod on a new connection', async () => {
  const pod = await closesAfterOne();
  let giveUp = (_diversion: Diversion): void => {};
  let asked = false;
  const client = await setUp(pod, () => {
    asked = true;
    return new Promise((resolve) => {
      giveUp = resolve;
    });
  });
  client.write(get('/mine', true));
  await until(() => asked, 'the question for the laptop');
  passTime(5_000);
  giveUp({ ok: false, reason: 'laptop_gone' });
  await client.until((all) => all.split('HTTP/1.1 200').length === 3 && all.endsWith('pod'));
  expect(pod.received.map(String)).toEqual([get('/before'), get('/mine', true)]);
});

test('what did not wait goes on the connection that is there', async () => {
  const pod = await startRawServer((socket) => socket.write(answer('pod')));
  closers.push(pod.close);
  const client = await setUp(pod, async () => ({ ok: false, reason: 'laptop_gone' }));
  client.write(get('/mine', true));
  await client.until((all) => all.split('HTTP/1.1 200').length === 3 && all.endsWith('pod'));
  expect(pod.received.map(String)).toEqual([get('/before') + get('/mine', true)]);
});

test('nor is a request of somebody else lost because the laptop was answering for a while', async () => {
  const pod = await closesAfterOne();
  const laptop = await startRawServer((socket) => socket.write(answer('you')));
  closers.push(laptop.close);
  const client = await setUp(pod, laptopOn(laptop.port));
  client.write(get('/mine', true));
  await client.until((all) => all.endsWith('you'));
  passTime(5_000);
  client.write(get('/after'));
  await client.until((all) => all.endsWith('pod') && all.split('HTTP/1.1 200').length === 4);
  expect(pod.received.map(String)).toEqual([get('/before'), get('/after')]);
});
