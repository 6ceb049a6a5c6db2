import type { Progress } from '../progress.ts';
import type { ManagerClient } from './client.ts';

/** A client whose single questions are told to whoever waits for them at a terminal. */
export const toldClient = (client: ManagerClient, { during }: Progress): ManagerClient => {
  const what = `Asking ${client.connection.manager.host}`;
  const told = Object.entries(client).map(([name, value]) => [name, tellOf(value, what, during)]);
  return Object.fromEntries(told) as ManagerClient;
};

const tellOf = (value: unknown, what: string, during: Progress['during']): unknown => {
  if (typeof value !== 'function') return value;
  return (...args: readonly unknown[]): unknown => {
    const answer: unknown = value(...args);
    // Streams of events have no end that one would wait for.
    return answer instanceof Promise ? during(what, answer) : answer;
  };
};
