import { login, logout, tokenCreate, tokenList, tokenRevoke, whoami } from './account.ts';
import type { Documented } from './documented.ts';
import { intercept, up } from './events.ts';
import { failure } from './failure.ts';
import { doctor } from './health.ts';
import { changed, left, list, status } from './intercepts.ts';
import { diff, exported, inspect, replay } from './requests.ts';
import { asserted, explained, wait } from './verdicts.ts';

/** By command, its words joined by `-`; `error` is what each of them prints when it fails. */
export const documentedOutput: Readonly<Record<string, Documented>> = {
  login,
  logout,
  whoami,
  intercept,
  leave: left,
  up,
  down: left,
  pause: changed,
  resume: changed,
  extend: changed,
  list,
  status,
  inspect,
  replay,
  diff,
  export: exported,
  explain: explained,
  assert: asserted,
  wait,
  'token-create': tokenCreate,
  'token-list': tokenList,
  'token-revoke': tokenRevoke,
  doctor,
  error: failure,
};
