import type { Intercept, NewIntercept } from '../../protocol/intercepts.ts';
import { type InterceptPlan, laptopName } from './plan.ts';

/** What the manager is asked for; `inTheWay` are the intercepts whose place it takes. */
export const wantedOf = (
  plan: InterceptPlan,
  inTheWay: readonly Pick<Intercept, 'id'>[],
): Omit<NewIntercept, 'session'> => {
  const { remotePort, forSeconds, guards, demands = {} } = plan;
  const { takeOver: _, ...others } = demands;
  return {
    workload: plan.name,
    laptop: laptopName(),
    match: plan.match,
    ...(remotePort === undefined ? {} : { port: remotePort }),
    ...(forSeconds === undefined ? {} : { forSeconds }),
    ...(guards === undefined ? {} : { guards }),
    ...others,
    ...(inTheWay.length === 0 ? {} : { takeOver: inTheWay.map(({ id }) => id) }),
  };
};
