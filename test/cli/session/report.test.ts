import { expect, test } from 'vitest';
import { reportAsJson } from '../../../src/cli/session/report-json.ts';
import { reportToPeople } from '../../../src/cli/session/report-people.ts';
import type { SessionEvent } from '../../../src/cli/session/session-event.ts';
import type { Intercept } from '../../../src/protocol/intercepts.ts';
import { createBuffers } from '../buffers.ts';

const subject = {
  name: 'pricing',
  port: 4000,
  match: { key: 'personal' } as const,
  key: 'k3yqabcdefghijklmnopqrs7fa',
};

const ready: SessionEvent = {
  type: 'ready',
  intercept: { id: 'ic_a' } as Intercept,
  legsMs: { agent: 0.4, tunnel: 2.004, local: 1 },
  tookMs: 38.2,
  again: false,
};

const request = (path: string): SessionEvent => ({
  type: 'request',
  id: 'rq_1',
  observation: { method: 'GET', path, status: 200, milliseconds: 9 },
});

const linesFor = (...events: readonly SessionEvent[]): string[] => {
  const { io, stderr } = createBuffers();
  const report = reportToPeople(io, subject);
  for (const event of events) report.event(event);
  return stderr().split('\n').slice(0, -1);
};

test('ready, as people read it', () => {
  expect(linesFor(ready)).toEqual([
    'ready in 38 ms    your key k3yq…7fa',
    'probe: agent <1 ms, tunnel 2 ms, you 1 ms',
  ]);
  expect(linesFor({ ...ready, again: true, tookMs: 6200 })).toEqual([
    'Back after 6.2 s. You serve again.',
  ]);
});

test('a request is one line of at most 80 columns, without the key', () => {
  const [line = ''] = linesFor(request('/price/42?currency=EUR'));
  expect(line).toMatch(/^ {2}\d\d:\d\d:\d\d {2}GET {4}\/price\/42\?currency=EUR +200 +9 ms$/);
  expect(line.length).toBeLessThanOrEqual(80);
  expect(linesFor(request(`/${subject.key}`))[0]).toContain('/k3yq…7fa ');
});

test('what a lost tunnel means is said at once, and attempts ever more rarely', () => {
  const attempts = Array.from(
    { length: 100 },
    (_, index): SessionEvent => ({
      type: 'reconnecting',
      attempt: index + 1,
      why: 'connection refused',
    }),
  );
  const lines = linesFor(...attempts);
  expect(lines[0]).toBe(
    '▲ Tunnel lost (connection refused). The pod answers your requests meanwhile.',
  );
  expect(lines).toHaveLength(7);
  expect(lines[6]).toContain('attempt 64');
});

test('the port that nobody listens on', () => {
  expect(linesFor({ type: 'port', listening: false })).toEqual([
    '▲ Nothing listens on localhost:4000.',
    "  Your requests get the pod's answers until it does.",
  ]);
});

test('--quiet leaves what needs attention', async () => {
  const { io, stderr } = createBuffers();
  await io.prepare({ quiet: true });
  const report = reportToPeople(io, subject);
  for (const event of [ready, request('/'), { type: 'port', listening: false } as const]) {
    report.event(event);
  }
  expect(stderr()).toMatch(/^▲ Nothing listens/);
});

test('for programs ready comes first, and what came before it follows', () => {
  const { io, stdout } = createBuffers();
  const report = reportAsJson(io, subject);
  report.event({ type: 'passed', id: 'rq_1' });
  report.event({ type: 'reconnecting', attempt: 1, why: 'x' });
  expect(stdout()).toBe('');
  report.event(ready);
  report.event({ type: 'connected', lostMs: 12.6, transport: 'websocket' });
  report.event({ type: 'not_ready', reason: 'r' });
  report.end({ type: 'ended', reason: 'left', by: 'ada' });
  const lines = stdout()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines).toEqual([
    {
      event: 'ready',
      intercept: 'pricing',
      id: 'ic_a',
      port: 4000,
      legsMs: { agent: 0.4, tunnel: 2, local: 1 },
    },
    { event: 'passed', id: 'rq_1', reason: 'local_refused' },
    { event: 'tunnel', state: 'reconnecting', attempt: 1 },
    { event: 'tunnel', state: 'connected', lostMs: 13, transport: 'websocket' },
    { event: 'not_ready', reason: 'r' },
    { event: 'ended', reason: 'left', by: 'ada' },
  ]);
});

test('a session that never was ready prints nothing for programs', () => {
  const { io, stdout } = createBuffers();
  const report = reportAsJson(io, subject);
  report.event({ type: 'passed', id: 'rq_1' });
  report.end({ type: 'stopped', told: true });
  expect(stdout()).toBe('');
});
