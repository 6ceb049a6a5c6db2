import { hostname } from 'node:os';
import * as v from 'valibot';
import { type Guards, guardsSchema } from '../../protocol/guards.ts';
import { nameCharactersMax } from '../../protocol/limits.ts';
import { type Match, matchSchema } from '../../protocol/match.ts';

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
  /** What it asks for beyond its rule; nothing without. */
  readonly demands?: Demands | undefined;
  /** The user's own program with its arguments; empty without. */
  readonly command: readonly string[];
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
    demands: v.optional(demandsSchema),
    command: v.array(v.string()),
  }),
  v.transform(({ name, localPort, remotePort, match, forSeconds, guards, demands, command }) => ({
    name,
    localPort,
    remotePort,
    match,
    forSeconds,
    guards,
    demands,
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
