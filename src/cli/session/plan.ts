import { hostname } from 'node:os';
import * as v from 'valibot';
import { type Guards, guardsSchema } from '../../protocol/guards.ts';
import { nameCharactersMax } from '../../protocol/limits.ts';
import { type Match, matchSchema } from '../../protocol/match.ts';
import { type RedactionPlan, redactionPlanSchema } from '../recorder/redaction/rules.ts';

/** What `byway intercept` was asked for. */
export type InterceptPlan = {
  /** `NAME` or `KIND/NAME`. */
  readonly name: string;
  /** The port on this machine; undefined to let the system choose one for the command. */
  readonly localPort: number | undefined;
  readonly remotePort: number | undefined;
  readonly match: Match;
  readonly forSeconds: number | undefined;
  readonly guards: Guards | undefined;
  /** Hidden in recordings besides what is hidden anyway. */
  readonly redact?: RedactionPlan | undefined;
  /** The user's own program with its arguments; empty without. */
  readonly command: readonly string[];
};

const port = v.optional(v.number());

/** For plans that travel to a session in the background. */
export const planSchema: v.GenericSchema<unknown, InterceptPlan> = v.pipe(
  v.object({
    name: v.string(),
    localPort: port,
    remotePort: port,
    match: matchSchema,
    forSeconds: v.optional(v.number()),
    guards: v.optional(guardsSchema),
    redact: v.optional(redactionPlanSchema),
    command: v.array(v.string()),
  }),
  v.transform(({ name, localPort, remotePort, match, forSeconds, guards, redact, command }) => ({
    name,
    localPort,
    remotePort,
    match,
    forSeconds,
    guards,
    redact,
    command,
  })),
);

/** This machine's name in a form that fits a header: others see who serves their request. */
export const laptopName = (): string => {
  const [first = ''] = hostname().split('.');
  const name = first
    .replace(/[^A-Za-z0-9_-]/g, '-')
    .replace(/^[-_]+/, '')
    .slice(0, nameCharactersMax)
    .replace(/[-_]+$/, '');
  return name === '' ? 'laptop' : name;
};
