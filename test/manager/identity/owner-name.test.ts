import * as v from 'valibot';
import { expect, test } from 'vitest';
import { nameFrom } from '../../../src/manager/identity/owner-name.ts';
import { nameSchema } from '../../../src/protocol/workload.ts';

test.each([
  ['ada', 'ada'],
  ['Ada Lovelace', 'Ada-Lovelace'],
  ['CORP\\ada', 'CORP-ada'],
  ['.ada-', 'ada'],
  ['', 'owner'],
  ['愛', 'owner'],
  [`${'a'.repeat(127)}--b`, 'a'.repeat(127)],
])('the system’s "%s" is the owner "%s"', (system, owner) => {
  expect(nameFrom(system)).toBe(owner);
  expect(v.is(nameSchema, nameFrom(system))).toBe(true);
});
