import type { ReactElement } from 'react';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadPaint, type Paint, plainPaint } from '../../../src/cli/paint.ts';
import { ChoiceList } from '../../../src/cli/ui/components/choice-list.tsx';
import { View } from '../../../src/cli/ui/components/view.tsx';
import { type Frames, openFrames } from '../../../src/cli/ui/frames.tsx';
import { change } from '../../../src/cli/ui/model/change.ts';
import type { Model, Page } from '../../../src/cli/ui/model/model.ts';
import type { Size } from '../../../src/cli/ui/terminal/screen.ts';
import { widthOf } from '../../../src/cli/ui/text/width.ts';
import { exchangeLines } from '../../../src/cli/ui/words/exchange-lines.ts';
import { helpLines } from '../../../src/cli/ui/words/help-lines.ts';
import type { Intercept } from '../../../src/protocol/intercepts.ts';
import { head, model, now, row, rows } from './rows.ts';

let frames: Frames;
let colours: Paint;
beforeAll(async () => {
  frames = openFrames();
  colours = await loadPaint();
});
afterAll(() => frames.end());

const draw = (tree: ReactElement, size: Size): readonly string[] =>
  frames.draw(tree, size).map((line) => line.trimEnd());

const shown = (some: Model, paint: Paint = plainPaint): readonly string[] =>
  draw(<View model={some} now={now} paint={paint} />, some.size);

const withRows = (more: Partial<Model> = {}): Model =>
  change(model(more), {
    type: 'rows',
    rows: [
      ...rows(1, 30),
      row(31, { status: 500, method: 'POST' }),
      row(32, {
        state: 'passed',
        method: null,
        path: null,
        status: null,
        ms: null,
        servedBy: 'pod',
        passReason: 'local_refused',
      }),
      row(33, { state: 'running', status: null, ms: null }),
      row(34, { state: 'aborted', status: null, ms: 3 }),
      row(35, { path: '/price/\u001b[2J\u001b]0;title\u0007/東京/😀' }),
      row(36, { path: `/${'long/'.repeat(100)}` }),
    ],
  });

const wide = { columns: 200, rows: 50 };
const narrow = { columns: 80, rows: 24 };

describe.each([
  ['80 × 24', narrow],
  ['200 × 50', wide],
  ['40 × 12', { columns: 40, rows: 12 }],
])('at %s', (_, size) => {
  const pages: readonly (Page | null)[] = [
    null,
    { kind: 'help', title: 'Keys', id: null, lines: helpLines(true), scroll: 0 },
    { kind: 'detail', title: 'rq_1', id: 'rq_1', lines: undefined, scroll: 0 },
  ];
  const views: readonly (readonly [string, Model])[] = [
    ['requests', withRows({ size })],
    ['nothing', model({ size })],
    ['a choice', withRows({ size, selected: 'rq_20', line: 5 })],
    ['a question', withRows({ size, leaving: true })],
    ['a filter', withRows({ size, typing: '5xx' })],
    ...pages.map((page) => [`a page ${page?.kind}`, withRows({ size, page })] as const),
  ];
  test.each(views)('%s fill the terminal and never more', (_name, some) => {
    const lines = frames.draw(<View model={some} now={now} paint={plainPaint} />, size);
    expect(lines).toHaveLength(size.rows);
    for (const line of lines) {
      expect(widthOf(line)).toBeLessThanOrEqual(size.columns);
      expect(line).not.toMatch(/\p{Cc}/u);
    }
  });

  test('colours change no text', () => {
    const some = withRows({ size, selected: 'rq_31' });
    const plain = shown(some);
    const painted = shown(some, colours);
    // Sequences of colours only, which are taken out again.
    const sequences = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g');
    expect(painted.map((line) => line.replace(sequences, '').trimEnd())).toEqual(plain);
    expect(painted).not.toEqual(plain);
  });
});

test('the head says what goes where, how that is, and how many there were', () => {
  expect(shown(withRows()).slice(0, 5)).toEqual([
    ' pricing → localhost:4000                          ● active   23 m left of 45 m',
    ' match   your key (x-byway-id or baggage byway)             tunnel h2/tls 12 ms',
    ' seen 4,102  matched 37  you 35  passed 2 (local port refused)  failed 0',
    '',
    '   time      method path                       status     ms  served by',
  ]);
});

test('what became of a request is told without colours', () => {
  const lines = shown(withRows());
  const line = (text: string): string => lines.find((each) => each.includes(text)) ?? '';
  expect(line('pod: port')).toMatch(/^ ▲ .*\(not seen here\).* - .*pod: port refused$/);
  expect(line(' 500 ')).toMatch(/^ ✗ .* POST .* 500 .*you$/);
  expect(line('cut off')).toMatch(/^ ✗ .* cut .*you, cut off$/);
  expect(line('…         you') || line('…          you')).toContain('/price/33');
});

test('a path with the sequences of a terminal is text', () => {
  const line = shown(withRows({ size: wide })).find((each) => each.includes('東京'));
  expect(line).toContain('/price/\ufffd[2J\ufffd]0;title\ufffd/東京/😀');
});

test('the selected request is marked', () => {
  const lines = shown(withRows({ selected: 'rq_31' }));
  expect(lines.filter((line) => line.startsWith('›'))).toEqual([expect.stringContaining(' 500 ')]);
});

test('wide terminals show by which name a request is known', () => {
  expect(shown(withRows({ size: wide })).join('\n')).toContain('rq_36');
  expect(shown(withRows()).join('\n')).not.toContain('rq_36');
});

test('a page stands beside the list where there is room', () => {
  const page: Page = { kind: 'detail', title: 'rq_36', id: 'rq_36', lines: undefined, scroll: 0 };
  expect(shown(withRows({ size: wide, page })).join('\n')).toContain('/price/30');
  expect(shown(withRows({ page })).join('\n')).not.toContain('/price/30');
});

test('without requests it says how to send one', () => {
  const text = shown(model()).join('\n');
  expect(text).toContain('byway curl URL');
  expect(text).toContain('x-byway-id: KEY');
});

test('a filter that finds nothing says how to be rid of it', () => {
  const text = shown(withRows({ filter: '/nowhere' })).join('\n');
  expect(text).toContain('No request fits "/nowhere".');
  expect(text).toContain('Esc shows all');
});

test.each([
  [
    { tunnel: { state: 'reconnecting', latencyMs: null, attempt: 3, retryInMs: 1200 } },
    [/▲ reconnecting/, /attempt 3 in 1\.2 s/, /The pod answers your requests meanwhile/],
  ],
  [{ state: 'paused', because: 'mia' }, [/‖ paused by mia/, /p: resume/]],
  [{ listening: false }, [/▲ nothing listens/, /Nothing listens on localhost:4000/]],
  [{ state: 'ending' }, [/○ ending/, /Ctrl-C again stops now/]],
  [
    { state: 'not_ready', because: 'no agent' },
    [/▲ not ready/, /could not be proved again: no agent/],
  ],
  [{ state: 'disconnected' }, [/○ disconnected/, /The pod answers/]],
] as const)('%j is said, with what it means', (more, expected) => {
  const text = shown(withRows({ head: { ...head, ...more } })).join('\n');
  for (const pattern of expected) expect(text).toMatch(pattern);
});

test('near misses are summed up by their reason', () => {
  const miss = (detail: string) =>
    ({ at: '', method: 'GET', path: '/', reason: 'other_value', detail, advice: '' }) as const;
  const misses = [
    miss('path /admin is not in your filter'),
    miss('baggage "byway" had another value'),
    miss('baggage "byway" had another value'),
  ];
  const text = shown(withRows({ misses })).slice(-3).join('\n');
  expect(text).toContain('3 came close in the last minute: baggage "byway" had another value (2),');
  expect(text).toMatch(/path\s+\/admin is not in your filter \(1\)\./);
});

test('newer ones than those that are shown are counted', () => {
  const text = shown(withRows({ selected: 'rq_5', line: 3 })).join('\n');
  expect(text).toMatch(/20 newer above, g: newest/);
});

test('all keys have their place in 80 columns', () => {
  const keys = shown(withRows()).at(-1) ?? '';
  for (const key of [
    '↑↓',
    '⏎',
    'r replay',
    'd diff',
    '/ filter',
    'p pause',
    'x leave',
    '  ?  q',
    'e edit',
  ]) {
    expect(keys).toContain(key);
  }
});

test('a terminal that is too small says so', () => {
  expect(shown(model({ size: { columns: 30, rows: 8 } }))[0]).toContain('Too small');
});

test('a request in full: headers, bodies as JSON, sizes, timing, and no way to steer the terminal', () => {
  const body = { base64: null, decoded: true, sha256: 'abc', truncated: false, encoding: null };
  const lines = exchangeLines({
    ...row(7),
    timing: { requestBodyMs: 0.2, firstByteMs: 8, totalMs: 9 },
    redacted: [{ name: 'authorization', where: 'header:authorization' }],
    request: {
      startLine: 'POST /price/7 HTTP/1.1',
      headers: [
        ['Authorization', '[redacted:authorization]'],
        ['x-evil', '\u001b[2J'],
      ],
      body: { ...body, kind: 'json', text: '{"a":[1]}', totalBytes: 9, keptBytes: 9 },
    },
    response: {
      startLine: 'HTTP/1.1 200 OK',
      headers: [],
      body: { ...body, kind: 'binary', text: null, totalBytes: 4096, keptBytes: 4096 },
    },
  });
  const page: Page = { kind: 'detail', title: 'rq_7', id: 'rq_7', lines, scroll: 0 };
  const text = shown(withRows({ size: { columns: 80, rows: 60 }, page })).join('\n');
  for (const part of [
    'request: 9 bytes',
    'Authorization: [redacted:authorization]',
    'x-evil: \ufffd[2J',
    '    "a": [',
    '(not readable)',
    'first byte 8 ms',
    "byway inspect rq_7 --reveal 'header:authorization'",
  ]) {
    expect(text).toContain(part);
  }
});

test('a choice of several intercepts fits and marks the selected one', () => {
  const intercept = {
    id: 'ic_a',
    workload: { kind: 'process', name: 'pricing' },
    match: { key: 'personal' },
    state: 'active',
    createdAt: new Date(now).toISOString(),
    expiresAt: null,
    counts: head.counts,
  } as unknown as Intercept;
  const items = Array.from({ length: 40 }, (_, index) => ({
    id: `ic_${index}`,
    intercept,
    target: `localhost:${4000 + index}`,
  }));
  const lines = draw(
    <ChoiceList choice={{ items, selected: 30 }} size={narrow} paint={plainPaint} />,
    narrow,
  );
  expect(lines).toHaveLength(24);
  expect(lines.filter((line) => line.startsWith('›'))).toEqual([
    expect.stringContaining('localhost:4030'),
  ]);
});
