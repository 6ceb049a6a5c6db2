import { UserError } from '../../base/errors.ts';
import type { InterceptPlan } from '../session/plan.ts';
import type { DemandArguments } from './demands.ts';
import { parseDuration } from './duration.ts';
import type { GuardArguments } from './guards.ts';
import { automatic } from './header-words.ts';
import type { MatchArguments } from './match-arguments.ts';
import { settleName } from './name-or-header.ts';
import { parsePorts } from './port.ts';

/** What `byway intercept` is given, as commander reads it. */
export type InterceptArguments = {
  readonly names: readonly string[];
  /** What follows `--`. */
  readonly command: readonly string[];
  readonly port: string | undefined;
  readonly matching: MatchArguments;
  readonly for: string | undefined;
  readonly guards: GuardArguments;
  readonly demands?: DemandArguments;
  /** Then nothing is served, so that it needs no port. */
  readonly dryRun?: boolean;
};

/** Seconds of the longest `--for`. */
const forSecondsMax: number = 24 * 60 * 60;

/** Reads the arguments of an intercept. Throws a usage error that says what is missing. */
export const readInterceptPlan = async (given: InterceptArguments): Promise<InterceptPlan> => {
  const { names, command, port, matching } = given;
  if (names.length > 1) {
    const [, second = ''] = names;
    if (/^[=~:]/.test(second)) {
      throw usage(
        `"${second}" stands alone: a header and its value are one word.`,
        "--http-header NAME=VALUE, or in quotes: --http-header 'NAME: VALUE'",
      );
    }
    throw usage(`One service at a time, not also "${names[1]}".`, 'Your program goes after --.');
  }
  const { name, headers } = settleName(names[0], matching.httpHeader ?? []);
  if (name === undefined) throw usage('Which service?', 'byway intercept NAME --port 3000');
  if (port === undefined && command.length === 0 && given.dryRun !== true) {
    throw usage(
      `On which port of this machine does your ${name} listen?`,
      `byway intercept ${name} --port 3000\nbyway intercept ${name} -- COMMAND   starts it on a free one`,
    );
  }
  const ports = port === undefined ? undefined : parsePorts(port);
  const [{ readMatch }, { readGuards }, { readDemands }] = await Promise.all([
    import('./match-arguments.ts'),
    import('./guards.ts'),
    import('./demands.ts'),
  ]);
  return {
    name,
    localPort: ports?.local,
    remotePort: ports?.remote,
    match: readMatch({ ...matching, httpHeader: headersOf(headers, matching) }),
    forSeconds: given.for === undefined ? undefined : parseDuration(given.for, forSecondsMax),
    guards: readGuards(given.guards),
    demands: readDemands(given.demands ?? {}),
    command,
  };
};

// `--http-header NAME-OF-SERVICE` was meant as `--http-header` alone, which is the key.
const headersOf = (
  headers: readonly string[],
  { httpHeader = [] }: MatchArguments,
): readonly string[] => (headers.length === 0 && httpHeader.length > 0 ? [automatic] : headers);

const usage = (message: string, hint: string): UserError =>
  new UserError(message, { kind: 'usage', hint });
