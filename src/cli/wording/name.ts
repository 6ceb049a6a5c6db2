import type { Intercept } from '../../protocol/intercepts.ts';

/** Whether a user may call an intercept that: by workload name, `kind/name` or id. */
export const isCalled = ({ id, workload }: Intercept, name: string): boolean =>
  name === workload.name || name === `${workload.kind}/${workload.name}` || name === id;
