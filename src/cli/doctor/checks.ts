import type { Check } from './check.ts';
import { checkCredentials } from './identity.ts';
import { checkAgents, checkLocalPorts } from './intercepts.ts';
import { checkCertificate, checkClock, checkManager, checkProxy, checkTunnel } from './manager.ts';
import type { Patient } from './patient.ts';
import {
  checkCluster,
  checkConfiguration,
  checkNode,
  checkPlayground,
  checkSessions,
} from './this-machine.ts';

/** All that `byway doctor` looks at, in the order in which it is told. */
export const checksOf = (patient: Patient): readonly Check[] =>
  Object.entries({
    node: checkNode,
    configuration: checkConfiguration,
    manager: checkManager,
    credentials: checkCredentials,
    clock: checkClock,
    proxy: checkProxy,
    certificate: checkCertificate,
    tunnel: checkTunnel,
    sessions: checkSessions,
    'local port': checkLocalPorts,
    agents: checkAgents,
    playground: checkPlayground,
    cluster: checkCluster,
  }).map(([name, check]) => ({ name, run: () => check(patient) }));
