import { expect, test } from 'vitest';
import { ArrivalLog } from '../../../src/cli/assertion/arrival-log.ts';
import type { ArrivalsQuestion } from '../../../src/cli/assertion/arrivals-question.ts';
import { arrivalsMax, headOctetsMax } from '../../../src/cli/assertion/limits.ts';
import type { SessionEvent } from '../../../src/cli/session/session-event.ts';
import type { Subject } from '../../../src/cli/session/subject.ts';

const key = 'abcdefghijklmnopqrstuvwxyz';
const pricing: Subject = { name: 'pricing', port: 1, match: { key: 'personal' }, key };
const everything: ArrivalsQuestion = {
  intercepts: [],
  conditions: [],
  statuses: [],
  since: null,
  after: 0,
};

const request = (
  id: string,
  path: string,
  status = 200,
  ...lines: readonly string[]
): SessionEvent => ({
  type: 'request',
  id,
  observation: {
    method: 'GET',
    path,
    status,
    milliseconds: 1,
    head: Buffer.from([`GET ${path} HTTP/1.1`, 'Host: a', ...lines, '', ''].join('\r\n'), 'latin1'),
  },
});

const logOf = (...events: readonly SessionEvent[]): ArrivalLog => {
  const log = new ArrivalLog();
  events.forEach((event, index) => {
    log.event('ic_a', pricing, event, 1000 + index);
  });
  return log;
};

test('requests are told apart by the rules of intercepts, and by their status', () => {
  const log = logOf(
    request('rq_1', '/x?debug=1', 200, 'X-Tenant: acme'),
    request('rq_2', '/x', 404, 'x-tenant: a', 'x-tenant: cme'),
    request('rq_3', '/y'),
  );
  const ids = (more: Partial<ArrivalsQuestion>): readonly string[] =>
    log.answer({ ...everything, ...more }).matching.map(({ id }) => id);
  expect(ids({})).toEqual(['rq_1', 'rq_2', 'rq_3']);
  expect(ids({ conditions: [{ on: 'path', equals: '/x' }] })).toEqual(['rq_1', 'rq_2']);
  expect(ids({ conditions: [{ query: 'debug', equals: '1' }] })).toEqual(['rq_1']);
  expect(ids({ conditions: [{ header: 'x-tenant', equals: 'acme' }] })).toEqual(['rq_1']);
  expect(ids({ conditions: [{ header: 'x-tenant', equals: 'a, cme' }] })).toEqual(['rq_2']);
  expect(
    ids({ conditions: [{ header: 'x-tenant', present: true }], statuses: [[200, 299]] }),
  ).toEqual(['rq_1']);
  expect(
    ids({
      statuses: [
        [404, 404],
        [500, 599],
      ],
    }),
  ).toEqual(['rq_2']);
  expect(ids({ since: 1001 })).toEqual(['rq_2', 'rq_3']);
  expect(ids({ intercepts: ['ic_b'] })).toEqual([]);
  expect(log.answer({ ...everything, statuses: [[404, 404]] })).toMatchObject({
    matched: 1,
    others: 2,
    differing: [{ id: 'rq_1' }, { id: 'rq_3' }],
  });
});

test('a later question is answered by what came since', () => {
  const log = logOf(request('rq_1', '/a'));
  const { last } = log.answer(everything);
  log.event('ic_a', pricing, request('rq_2', '/b'), 2000);
  log.event('ic_a', pricing, { type: 'passed', id: 'rq_3' }, 2001);
  const later = log.answer({ ...everything, after: last });
  expect(later).toMatchObject({ matched: 1, others: 0, passed: 1, forgotten: 0 });
  expect(log.answer({ ...everything, after: later.last })).toMatchObject({ matched: 0, passed: 0 });
});

test('no answer holds a key or a header', () => {
  const log = logOf(request('rq_1', `/a?k=${key}`, 200, `x-byway-id: ${key}`, 'cookie: s=secret'));
  const text = JSON.stringify(log.answer(everything));
  expect(text).toContain('/a?k=abcd…xyz');
  expect(text).not.toMatch(/abcdefghij|secret|cookie/i);
});

test('it forgets the oldest, and says how many', () => {
  const log = new ArrivalLog();
  for (let number = 1; number <= arrivalsMax + 5; number++) {
    log.event('ic_a', pricing, request(`rq_${number}`, '/a'));
  }
  const answer = log.answer(everything);
  expect(answer).toMatchObject({ matched: arrivalsMax, forgotten: 5, last: arrivalsMax + 5 });
  expect(answer.matching).toHaveLength(20);
  expect(answer.matching.at(-1)?.id).toBe(`rq_${arrivalsMax + 5}`);
});

test('heads take no more than 16 MiB', () => {
  const log = new ArrivalLog();
  const large = request('rq_1', '/a', 200, `x-large: ${'x'.repeat(60 * 1024)}`);
  const octets = large.type === 'request' ? (large.observation.head?.length ?? 0) : 0;
  for (let number = 0; number < 400; number++) log.event('ic_a', pricing, large);
  expect(log.answer(everything).matched).toBe(Math.floor(headOctetsMax / octets));
});

test('what was not read as HTTP/1 is judged by method and path', () => {
  const log = new ArrivalLog();
  const observation = { method: 'POST', path: '/a.B/C', status: 200, milliseconds: 1 };
  log.event('ic_a', pricing, { type: 'request', id: 'rq_1', observation });
  const conditions = [{ on: 'method', equals: 'POST' } as const];
  expect(log.answer({ ...everything, conditions }).matched).toBe(1);
  expect(log.answer({ ...everything, conditions: [{ header: 'x', present: true }] }).matched).toBe(
    0,
  );
});

test('it tells of what came close, as it was said last', () => {
  const miss = {
    at: '',
    method: 'GET',
    path: '/x',
    reason: 'absent',
    detail: 'd',
    advice: 'a',
  } as const;
  const log = logOf(
    { type: 'near_misses', misses: [miss, miss] },
    { type: 'near_misses', misses: [miss] },
  );
  expect(log.answer(everything).close).toEqual([
    { method: 'GET', path: '/x', detail: 'd', advice: 'a' },
  ]);
  expect(log.answer({ ...everything, intercepts: ['ic_b'] }).close).toEqual([]);
});
