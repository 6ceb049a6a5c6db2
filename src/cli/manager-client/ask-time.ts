import { request } from 'node:http';
import { UserError } from '../../base/errors.ts';
import { below, type Way } from '../../tunnel/way.ts';
import { connectMsMax } from './limits.ts';
import { ManagerAgent } from './manager-agent.ts';

/**
 * The manager's clock in milliseconds since 1970, in whole seconds; asks without a token. Undefined when
 * it does not say. Rejects when nobody answers within 3 s.
 */
export const askTime = (way: Way): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const { hostname, port, pathname } = below(way.manager, '/healthz');
    const asking = request(
      {
        agent: new ManagerAgent(way),
        protocol: way.manager.protocol,
        hostname: hostname.replace(/^\[|\]$/g, ''),
        port,
        path: pathname,
        signal: AbortSignal.timeout(connectMsMax),
      },
      ({ headers, statusCode = 0 }) => {
        asking.destroy();
        if (statusCode >= 500) {
          reject(new UserError(`status ${statusCode}`, { kind: 'unreachable' }));
          return;
        }
        const time = Date.parse(headers.date ?? '');
        resolve(Number.isNaN(time) ? undefined : time);
      },
    );
    asking.once('error', reject);
    asking.on('error', () => {});
    asking.end();
  });
