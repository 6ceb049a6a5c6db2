import type { Context } from '../context.ts';
import { type BackgroundOptions, startBackground } from './background.ts';
import type { Report } from './report.ts';
import { readyAsJson } from './report-json.ts';
import type { Subject } from './subject.ts';

export type DetachOptions = BackgroundOptions & {
  readonly context: Context;
  readonly subjectOf: (port: number) => Subject;
  readonly json: boolean;
  /** How whoever is no program is told. */
  readonly tellAs: (subject: Subject) => Report;
};

/** Starts an intercept in the background and says, once it is ready, how to end it. Returns its id. */
export const detach = async (options: DetachOptions): Promise<string> => {
  const { context, plan, subjectOf, json, tellAs } = options;
  const { io } = context;
  const { pid, log, ready, shared } = await startBackground(options);
  const subject = subjectOf(ready.port);
  const event = { ...ready, type: 'ready', again: false } as const;
  if (json) io.printJson({ ...readyAsJson(subject, event), pid, log });
  const people = tellAs(subject);
  people.event(event);
  if (ready.legsMs.local === null) people.event({ type: 'port', listening: false });
  const how = shared ? `with your others, in process ${pid}` : `as process ${pid}`;
  io.say(`It goes on in the background, ${how}.   byway leave ${plan.name}\nlog  ${log}`);
  return ready.intercept.id;
};
