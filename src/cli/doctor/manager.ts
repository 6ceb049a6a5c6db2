import { isLoopback } from '../../base/address.ts';
import { newIdentifier } from '../../base/identifier.ts';
import { programVersion } from '../../base/version.ts';
import { transportOf } from '../../tunnel/carrier.ts';
import { dialTunnel } from '../../tunnel/dial.ts';
import { sessionHeader } from '../../tunnel/wire.ts';
import type { Endpoint } from '../configuration.ts';
import { askTime } from '../manager-client/ask-time.ts';
import { unreachable } from '../manager-client/unreachable.ts';
import { proxyFor } from '../proxy-for.ts';
import { wayTo } from '../way-to.ts';
import { duration } from '../wording/figures.ts';
import { plain } from '../wording/plain.ts';
import { certificateOf } from './certificate.ts';
import { checkMsMax, failureOf, pass, type Result, skip, warn } from './check.ts';
import { orUndefined, type Patient } from './patient.ts';

/** Milliseconds by which two clocks may differ without anyone noticing. */
const skewMsMax = 30_000;
/** Milliseconds before its end at which a certificate is worth a word. */
const certificateMsMin: number = 14 * 24 * 60 * 60 * 1000;
const sources: Readonly<Record<Endpoint['source'], string>> = {
  flag: 'from --manager',
  environment: 'from BYWAY_MANAGER',
  project: 'from byway.yaml',
  file: 'from your login',
  playground: 'the playground',
};
const noAddress = 'no manager is known';

/** Whether something answers there, with a token or without. */
export const checkManager = async ({ endpoint, context, version }: Patient): Promise<Result> => {
  const { manager, source } = await endpoint();
  const { environment } = context;
  const startedAt = performance.now();
  try {
    await askTime(await wayTo(manager, environment));
  } catch (error) {
    return failureOf(unreachable(manager, error));
  }
  const ms = duration(performance.now() - startedAt);
  const found = await orUndefined(version());
  const about = `${manager.origin}, ${ms}, ${sources[source]}`;
  if (found === undefined) return pass(about);
  const theirs = plain(found.version);
  return theirs === programVersion()
    ? pass(`v${theirs} at ${about}`)
    : warn(`v${theirs} at ${about}; this is v${programVersion()}`, 'Use the same version in both.');
};

export const checkClock = async ({ endpoint, context }: Patient): Promise<Result> => {
  const found = await orUndefined(endpoint());
  if (found === undefined) return skip(noAddress);
  const way = await wayTo(found.manager, context.environment);
  const theirs = await orUndefined(askTime(way));
  if (theirs === undefined) return skip('the manager says no time');
  const skew = theirs - Date.now();
  // The manager's time comes in whole seconds.
  if (Math.abs(skew) < 1_500) return pass('as the manager’s');
  const off = `${duration(Math.abs(skew))} ${skew > 0 ? 'behind' : 'ahead of'} the manager’s`;
  return Math.abs(skew) <= skewMsMax
    ? pass(off)
    : warn(off, 'Ends of intercepts and tokens look wrong. Set this clock by the network.');
};

export const checkProxy = async ({ endpoint, context }: Patient): Promise<Result> => {
  const found = await orUndefined(endpoint());
  if (found === undefined) return skip(noAddress);
  const proxy = proxyFor(found.manager, context.environment);
  // Without the user and the password that may be in it.
  return proxy === undefined ? skip('none on the way') : pass(`${proxy.protocol}//${proxy.host}`);
};

export const checkCertificate = async ({ endpoint, context }: Patient): Promise<Result> => {
  const found = await orUndefined(endpoint());
  if (found === undefined) return skip(noAddress);
  const { manager } = found;
  if (manager.protocol !== 'https:') {
    return isLoopback(manager.hostname.replace(/^\[|\]$/g, ''))
      ? skip('no TLS, on this machine only')
      : warn('http: sends the token without encryption', 'Give the manager an https: address.');
  }
  const way = await wayTo(manager, context.environment);
  const { issuer, validTo } = await certificateOf(way, AbortSignal.timeout(checkMsMax));
  const until = validTo.toISOString().slice(0, 10);
  const by = `by ${plain(issuer)}, until ${until}${way.ca === undefined ? '' : ', with --ca or BYWAY_CA'}`;
  return validTo.getTime() - Date.now() < certificateMsMin
    ? warn(by, 'Have it renewed before that day.')
    : pass(by);
};

/** Turns a connection round as a session does, and closes it. */
export const checkTunnel = async ({ manager, me }: Patient): Promise<Result> => {
  const client = await orUndefined(manager());
  const user = await orUndefined(me());
  if (client === undefined || user === undefined) return skip('only known after a login');
  if (user.role === 'agent') return skip('an agent’s token opens no session');
  const { connection } = client;
  const carrier = await dialTunnel({
    ...connection,
    role: 'laptop',
    headers: { [sessionHeader]: newIdentifier('se') },
    signal: AbortSignal.timeout(checkMsMax),
  });
  const transport = transportOf(carrier);
  carrier.on('error', () => {});
  carrier.destroy();
  return transport === 'websocket'
    ? warn('over a WebSocket', 'Something on the way lets no Upgrade through; it works, slower.')
    : pass(`an Upgrade goes through, over ${transport}`);
};
