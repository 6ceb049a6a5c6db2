import type { Intercept, NewIntercept } from '../../protocol/intercepts.ts';
import { withoutSessionSeconds } from '../pipeline/limits.ts';
import { type InterceptPlan, laptopName } from './plan.ts';

/** What the manager is asked for; `inTheWay` are the intercepts whose place it takes. */
export const wantedOf = (
  plan: InterceptPlan,
  inTheWay: readonly Pick<Intercept, 'id'>[],
): Omit<NewIntercept, 'session'> => {
  const { remotePort, forSeconds, guards, run, demands = {} } = plan;
  const { takeOver: _, ...others } = demands;
  return {
    workload: plan.name,
    laptop: laptopName(),
    match: plan.match,
    ...(remotePort === undefined ? {} : { port: remotePort }),
    ...(forSeconds === undefined ? {} : { forSeconds }),
    ...(guards === undefined ? {} : { guards }),
    ...(run === undefined ? {} : { run, withoutSessionSeconds }),
    ...others,
    ...(inTheWay.length === 0 ? {} : { takeOver: inTheWay.map(({ id }) => id) }),
  };
};
