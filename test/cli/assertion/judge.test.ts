import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type {
  ArrivalsAnswer,
  ArrivalsQuestion,
} from '../../../src/cli/assertion/arrivals-question.ts';
import { judge } from '../../../src/cli/assertion/judge.ts';
import { verdictInWords } from '../../../src/cli/assertion/words.ts';
import { startControlServer } from '../../../src/cli/control/server.ts';
import { socketPath } from '../../../src/cli/control/socket-path.ts';
import { afterwards, cleanUp, newFolder } from '../folder.ts';

afterEach(cleanUp);

const arrival = { id: 'rq_1', name: 'pricing', at: '', method: 'GET', path: '/y', status: 200 };

/** A session that answers question number N with the Nth answer, and then ends. */
const sessionWith = async (...answers: readonly Partial<ArrivalsAnswer>[]) => {
  const path = await socketPath(join(await newFolder(), 'sessions'), 'se_a');
  const questions: ArrivalsQuestion[] = [];
  const server = await startControlServer(path, {
    status: () => {
      throw new Error('Nobody asks that.');
    },
    leave: async () => false,
    add: async () => ({ type: 'exited', code: 3 }),
    exchanges: {
      list: async () => [],
      get: async () => undefined,
      replay: () => Promise.reject(new Error('Nobody asks that.')),
      subscribe: () => () => {},
    },
    arrivals: (question) => {
      questions.push(question);
      if (questions.length === answers.length) setImmediate(() => setTimeout(server.close, 50));
      const none = { last: 0, matched: 0, others: 0, passed: 0, forgotten: 0 };
      return { ...none, matching: [], differing: [], close: [], ...answers[questions.length - 1] };
    },
  });
  afterwards(server.close);
  return { path, questions };
};

const question = { intercepts: ['ic_a'], conditions: [], statuses: [], since: null };
const assertion = { question, min: 2, max: undefined, withinMs: 60_000 };

test('looks are added up, each at what came since the last one', async () => {
  const { path, questions } = await sessionWith(
    { last: 3, matched: 1, others: 2, differing: [arrival] },
    { last: 3 },
    { last: 5, matched: 1, passed: 1 },
  );
  const verdict = await judge(path, assertion);
  expect(verdict).toMatchObject({
    passed: true,
    gone: false,
    tally: { matched: 2, others: 2, passed: 1, differing: [arrival] },
  });
  expect(questions.map(({ after }) => after)).toEqual([0, 3, 3]);
});

test('a session that ends meanwhile fails the assertion, with what it had', async () => {
  const { path } = await sessionWith({ last: 1, others: 1, differing: [arrival] });
  const verdict = await judge(path, assertion);
  expect(verdict).toMatchObject({ passed: false, gone: true, tally: { others: 1 } });
  expect(verdictInWords(assertion, verdict, undefined).slice(1)).toEqual([
    '1 other arrived: GET /y 200.',
    'The session ended before the time was over.',
  ]);
});

test('one that is not there at all is an error', async () => {
  const { path } = await sessionWith({});
  await judge(path, { ...assertion, withinMs: 0 });
  await expect
    .poll(() =>
      judge(path, assertion).then(
        () => 'judged',
        () => 'error',
      ),
    )
    .toBe('error');
});

test('what is too many fails at once', async () => {
  const { path, questions } = await sessionWith({ last: 3, matched: 3 }, {});
  expect(await judge(path, { ...assertion, max: 2 })).toMatchObject({ passed: false });
  expect(questions).toHaveLength(1);
});

test('what came close is said, with the reason', () => {
  const close = [{ method: 'GET', path: '/a', detail: 'x-byway-id had another value', advice: '' }];
  const tally = {
    matched: 0,
    others: 0,
    passed: 0,
    forgotten: 7,
    matching: [],
    differing: [],
    close,
  };
  const verdict = { passed: false, gone: false, tookMs: 1, tally };
  expect(verdictInWords({ ...assertion, withinMs: 0 }, verdict, { seen: 0, matched: 0 })).toEqual([
    '0 such requests arrived.',
    '7 earlier ones are no longer known.',
    'Close: GET /a: x-byway-id had another value.',
    'No request reached the service at all. Did the test send one, to the right address?',
  ]);
});
