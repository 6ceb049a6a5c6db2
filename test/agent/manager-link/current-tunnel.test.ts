import { expect, test } from 'vitest';
import { CurrentTunnel } from '../../../src/agent/manager-link/current-tunnel.ts';
import type { AgentEnd } from '../../../src/tunnel/agent-end.ts';
import type { Pulse } from '../../../src/tunnel/heartbeat.ts';

const end = (): { readonly end: AgentEnd; readonly close: () => void } => {
  let close = (): void => {};
  const closed = new Promise<void>((resolve) => {
    close = resolve;
  });
  const connect: AgentEnd['connect'] = async () => ({ ok: false, reason: 'manager_gone' });
  return {
    end: { closed, draining: closed, close, destroy: close, connect, pulse: {} as Pulse },
    close,
  };
};

test('a tunnel that comes up while somebody waits is what they get', async () => {
  const tunnel = new CurrentTunnel();
  const one = end();
  const waiting = tunnel.within(10_000);
  tunnel.use(one.end);
  expect(await waiting).toBe(one.end);
  expect(await tunnel.within(10_000)).toBe(one.end);
});

test('nobody waits longer than they said', async () => {
  expect(await new CurrentTunnel().within(1)).toBeUndefined();
});

test('the end of an old tunnel does not take the new one away', async () => {
  const tunnel = new CurrentTunnel();
  const [one, other] = [end(), end()];
  tunnel.use(one.end);
  tunnel.use(other.end);
  one.close();
  await one.end.closed;
  expect(tunnel.now).toBe(other.end);
  other.close();
  await other.end.closed;
  expect(tunnel.now).toBeUndefined();
});
