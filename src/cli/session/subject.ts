import type { Match } from '../../protocol/match.ts';

/** What a session is about, as far as people and programs are told. */
export type Subject = {
  /** The workload's name. */
  readonly name: string;
  /** The port on this machine. */
  readonly port: number;
  readonly match: Match;
  /** The user's routing key; a secret. */
  readonly key: string | null;
};
