import { expect, test } from 'vitest';
import { agentHelp, parseAgentOptions } from '../../../src/agent/options.ts';

const argv = ['--workload', 'a', '--listen', 'h:1', '--upstream', 'h:2', '--manager', 'http://m'];

test('--no-pod-requests turns off what is on without it', () => {
  expect(parseAgentOptions(argv)).toMatchObject({ podRequests: true });
  expect(parseAgentOptions([...argv, '--no-pod-requests'])).toMatchObject({ podRequests: false });
  expect(agentHelp).toContain('--no-pod-requests');
});
