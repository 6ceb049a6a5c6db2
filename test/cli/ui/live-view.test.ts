import { expect, test } from 'vitest';
import { plainPaint } from '../../../src/cli/paint.ts';
import type { ExchangeSummary } from '../../../src/cli/recorder/view.ts';
import { LiveView } from '../../../src/cli/ui/live-view.tsx';
import type { Terminal } from '../../../src/cli/ui/terminal/screen.ts';
import { until } from '../../support/until.ts';
import { head, row, rows } from './rows.ts';

const terminal: Terminal = {
  input: { setRawMode: () => {}, on: () => {}, off: () => {}, resume: () => {}, pause: () => {} },
  size: () => ({ columns: 80, rows: 24 }),
  onResize: () => () => {},
  write: (_text, written) => written(),
  writeNow: () => {},
};

const refuse = async (): Promise<never> => {
  throw new Error('not asked here');
};

test('after a flood, of which a source leaves some out, the list is asked for all', async () => {
  let kept: readonly ExchangeSummary[] = [];
  let tell = (_changed: ExchangeSummary): void => {};
  const view = new LiveView({
    terminal,
    paint: plainPaint,
    head,
    serves: false,
    hasChoice: false,
    source: {
      requests: {
        source: {
          list: async () => kept,
          get: async () => undefined,
          replay: refuse,
          subscribe: (listener) => {
            tell = listener;
            return () => {};
          },
        },
        diff: refuse,
        curl: () => '',
        edit: refuse,
      },
      tunnel: () => head.tunnel,
      pause: refuse,
      leave: refuse,
      quit: () => {},
      interrupt: () => {},
      back: () => {},
    },
  });
  view.open();
  try {
    kept = [...rows(1, 200)].reverse();
    for (let number = 101; number <= 200; number++) tell(row(number, { state: 'running' }));
    await until(() => view.model.rows.length === 100, 'the running ones');
    expect(view.model.rows[0]?.state).toBe('running');
    await until(() => view.model.rows.length === 200, 'those left out', 20_000);
    expect(view.model.rows.every(({ state }) => state === 'complete')).toBe(true);
  } finally {
    await view.close();
  }
});
