import type { Context } from '../context.ts';
import type { Connection } from '../manager-client/exchange.ts';
import { startBackground } from './background.ts';
import type { InterceptPlan } from './plan.ts';
import { readyAsJson } from './report-json.ts';
import { reportToPeople } from './report-people.ts';
import type { Subject } from './subject.ts';

/** Starts a session in the background and says, once it is ready, how to end it. */
export const detach = async (
  context: Context,
  connection: Connection,
  user: string,
  plan: InterceptPlan,
  subjectOf: (port: number) => Subject,
  json: boolean,
): Promise<void> => {
  const { io } = context;
  const { pid, log, ready } = await startBackground(context, connection, user, plan);
  const subject = subjectOf(ready.port);
  const event = { ...ready, type: 'ready', again: false } as const;
  if (json) io.printJson({ ...readyAsJson(subject, event), pid, log });
  const people = reportToPeople(io, subject);
  people.event(event);
  if (ready.legsMs.local === null) people.event({ type: 'port', listening: false });
  io.say(
    `It goes on in the background, as process ${pid}.   byway leave ${plan.name}\nlog  ${log}`,
  );
};
