import type { TlsCounts } from '../tls/counts.ts';
import type { Credentials } from '../tls/credentials.ts';
import { family } from './family.ts';

export type TlsMeasured = {
  readonly counts: TlsCounts;
  readonly credentials: () => Credentials;
  readonly reloaded: () => { readonly reloads: number; readonly failures: number };
};

const prefix = 'byway_agent_tls_';

/** What an agent that has a certificate has measured of TLS. */
export const tlsFamilies = ({ counts, credentials, reloaded }: TlsMeasured): readonly string[] => {
  const { reloads, failures } = reloaded();
  const { server, upstream } = credentials().expiry;
  return [
    family(`${prefix}handshakes_total`, 'counter', 'TLS handshakes that were completed.', [
      { labels: { side: 'caller' }, value: counts.accepted },
      { labels: { side: 'upstream' }, value: counts.connected },
    ]),
    family(
      `${prefix}handshake_failures_total`,
      'counter',
      'TLS handshakes that were not completed, by reason.',
      [...lines('caller', counts.callerFailures), ...lines('upstream', counts.upstreamFailures)],
    ),
    family(`${prefix}reloads_total`, 'counter', 'Changes of the files that were taken.', [
      { value: reloads },
    ]),
    family(
      `${prefix}reload_failures_total`,
      'counter',
      'Changes of the files that were of no use.',
      [{ value: failures }],
    ),
    family(
      `${prefix}certificate_expiry_seconds`,
      'gauge',
      'When the certificate in use ends, in seconds of the epoch.',
      [
        { labels: { side: 'caller' }, value: server / 1000 },
        ...(upstream === undefined
          ? []
          : [{ labels: { side: 'upstream' }, value: upstream / 1000 }]),
      ],
    ),
  ];
};

const lines = (side: string, failures: Readonly<Record<string, number>>) =>
  Object.entries(failures).map(([reason, value]) => ({ labels: { side, reason }, value }));
