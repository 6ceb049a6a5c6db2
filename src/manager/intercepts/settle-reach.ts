import type { NewIntercept } from '../../protocol/intercepts.ts';
import { printCondition } from '../../protocol/match/expression/print.ts';
import type { Match } from '../../protocol/match.ts';
import type { Workload } from '../../protocol/workload.ts';
import { ApiProblem } from '../http/api-problem.ts';
import { mayBy, type Policy, type Right } from '../identity/policy.ts';
import type { Principal } from '../identity/principal.ts';

type Wanting = {
  readonly principal: Principal;
  readonly policy: Policy;
  readonly wanted: NewIntercept;
};

/**
 * Refuses a rule that takes more than requests which ask for it: everybody's, or those with other
 * users' keys. Each needs a right of the policy and the user's own word. Throws `bad_request` for a
 * priority or other keys with a rule on the own key, where they mean nothing.
 */
export const settleReach = (
  { principal, policy, wanted }: Wanting,
  workload: Workload,
  match: Match,
  isUnfiltered: boolean,
): void => {
  const isPersonal = 'key' in match;
  if (isPersonal && (wanted.priority ?? 0) !== 0) throw onOwnKey('--priority');
  if (isPersonal && wanted.otherKeys === true) throw onOwnKey('--other-keys');
  const demand = (right: Right, what: string, instead: string): void => {
    if (!mayBy(policy, right, principal.user, workload)) {
      throw new ApiProblem('refused_by_policy', `${what} Nothing was changed.`, { hint: instead });
    }
    if (wanted.confirmed === true) return;
    throw new ApiProblem('refused_by_policy', `${what} Nothing was changed.`, {
      hint: 'The policy lets you. If you mean it: --yes',
    });
  };
  if (isUnfiltered) {
    demand(
      'unfiltered',
      unfilteredText(match),
      'Leave out --http-header to take only requests with your key.',
    );
  }
  if (wanted.otherKeys === true) {
    demand(
      'otherKeys',
      'The rule would take requests that carry other users’ keys.',
      'Leave out --other-keys: such requests then pass your rule over.',
    );
  }
};

const unfilteredText = ({ all = [] }: Match): string =>
  all.length === 0
    ? 'A rule without any filter would take everyone’s requests.'
    : `Nearly every request matches ${printCondition({ all })}, so it would take everyone’s.`;

const onOwnKey = (flag: string): ApiProblem =>
  new ApiProblem(
    'bad_request',
    `${flag} is for general rules: a rule on your key goes first anyway, and takes nobody else’s requests. Nothing was changed.`,
    { hint: `Leave out ${flag}.` },
  );
