import { expect, test } from 'vitest';
import {
  type InterceptArguments,
  readInterceptPlan,
} from '../../../src/cli/arguments/intercept-plan.ts';

const read = (given: Partial<InterceptArguments>) =>
  readInterceptPlan({
    names: [],
    command: [],
    port: undefined,
    matching: {},
    for: undefined,
    guards: {},
    ...given,
  });

test('all that can be said arrives in the plan', async () => {
  const plan = await read({
    names: ['process/checkout'],
    port: '3000:8080',
    matching: { httpHeader: ['x-tenant=acme'] },
    for: '45m',
    guards: { maxInFlight: '3' },
    command: ['node', 'app.js', '--', '--port'],
  });
  expect(plan).toEqual({
    name: 'process/checkout',
    localPort: 3000,
    remotePort: 8080,
    match: { all: [{ header: 'x-tenant', equals: 'acme' }] },
    forSeconds: 2700,
    guards: { maxInFlight: 3 },
    command: ['node', 'app.js', '--', '--port'],
  });
});

test('without --http-header it is the personal key', async () => {
  expect((await read({ names: ['checkout'], port: '3000' })).match).toEqual({ key: 'personal' });
});

test('a bare word after --http-header is the name when there is no other', async () => {
  const plan = await read({ matching: { httpHeader: ['checkout'] }, port: '3000' });
  expect(plan).toMatchObject({ name: 'checkout', match: { key: 'personal' } });
});

test('beside other headers the bare word is the name, and the rest stays', async () => {
  const plan = await read({ matching: { httpHeader: ['checkout', 'x=1'] }, port: '3000' });
  expect(plan).toMatchObject({ name: 'checkout', match: { all: [{ header: 'x', equals: '1' }] } });
});

test('with a name the bare word is a header that must be present', async () => {
  const plan = await read({
    names: ['checkout'],
    matching: { httpHeader: ['x-tenant'] },
    port: '3000',
  });
  expect(plan.match).toEqual({ all: [{ header: 'x-tenant', present: true }] });
});

test.each([
  ['no name', { port: '3000' }, 'Which service?'],
  [
    'two bare words and no name',
    { port: '1', matching: { httpHeader: ['a', 'b'] } },
    'Which service?',
  ],
  ['auto is no name', { port: '1', matching: { httpHeader: ['auto'] } }, 'Which service?'],
  ['two names', { names: ['a', 'b'], port: '3000' }, 'not also "b"'],
  ['neither a port nor a command', { names: ['a'] }, 'On which port'],
  ['more than a day', { names: ['a'], port: '1', for: '2d' }, 'at most 1d'],
])('%s is a usage error', async (_, given, message) => {
  await expect(read(given)).rejects.toMatchObject({
    kind: 'usage',
    message: expect.stringContaining(message),
  });
});
