import { expect, test } from 'vitest';
import { nearMissLines } from '../../../src/cli/session/near-miss-lines.ts';
import type { NearMiss } from '../../../src/protocol/near-miss.ts';

const miss = (path: string, reason: NearMiss['reason'] = 'other_value'): NearMiss => ({
  at: '2026-11-21T10:42:07.120Z',
  method: 'GET',
  path,
  reason,
  detail: `path ${path} is not in your filter`,
  advice: 'Change it.',
});

test('each kind of near miss is said once a minute, whatever the path', () => {
  let time = 0;
  const linesOf = nearMissLines(() => time);
  expect(linesOf([])).toBeUndefined();
  expect(linesOf([miss('/a')])).toBe(
    'Came close: GET /a\n  path /a is not in your filter. Change it.',
  );
  expect(linesOf([miss('/a'), miss('/b')])).toBeUndefined();
  expect(linesOf([miss('/a'), miss('/c', 'wrong_case')])).toContain('GET /c\n');
  time = 60_000;
  expect(linesOf([miss('/d'), miss('/e')])).toMatch(
    /^Came close: GET \/e\n.*Change it\.\n {2}1 more: byway status$/,
  );
});
