import { hostname } from 'node:os';
import * as v from 'valibot';
import { type Guards, guardsSchema } from '../../protocol/guards.ts';
import { nameCharactersMax } from '../../protocol/limits.ts';
import { type Match, matchSchema } from '../../protocol/match.ts';
import { runSchema } from '../../protocol/run.ts';
import { type RedactionPlan, redactionPlanSchema } from '../recorder/redaction/rules.ts';

/** Flags about other rules and other users, each only when it was given. */
export type Demands = {
  readonly priority?: number;
  readonly otherKeys?: boolean;
  /** `--yes`. */
  readonly confirmed?: boolean;
  /** Ends what is in the way. */
  readonly takeOver?: boolean;
};

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
  /** What it asks for beyond its rule; nothing without. */
  readonly demands?: Demands | undefined;
  /** Whether requests are kept, for others to look at and to send again; they are without it. */
  readonly record?: boolean | undefined;
  /** The user's own program with its arguments; empty without. */
  readonly command: readonly string[];
  /** The run of a pipeline that it is for: with a key of its own, and strict about its port. */
  readonly run?: string | undefined;
  /** Path of a file that holds the routing key while the intercept is there. */
  readonly keyFile?: string | undefined;
  /** Where its command runs, when a file of the project names it: without the user's own token. */
  readonly folder?: string | undefined;
};

const port = v.optional(v.number());
const demandsSchema: v.GenericSchema<unknown, Demands> = v.object({
  priority: v.exactOptional(v.number()),
  otherKeys: v.exactOptional(v.boolean()),
  confirmed: v.exactOptional(v.boolean()),
  takeOver: v.exactOptional(v.boolean()),
});

/** ` --port 4000`, as the plan says it; empty when it leaves the port open. */
export const portFlag = ({ localPort, remotePort }: InterceptPlan): string => {
  if (localPort === undefined) return '';
  return ` --port ${localPort}${remotePort === undefined ? '' : `:${remotePort}`}`;
};

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
    record: v.optional(v.boolean()),
    demands: v.optional(demandsSchema),
    command: v.array(v.string()),
    run: v.optional(runSchema),
    keyFile: v.optional(v.string()),
    folder: v.optional(v.string()),
  }),
  // What is not there is undefined, in a plan.
  v.transform(({ localPort, remotePort, forSeconds, guards, ...others }) => ({
    ...others,
    localPort,
    remotePort,
    forSeconds,
    guards,
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
