import { expect, test } from 'vitest';
import { localPort } from '../../../src/cli/session/local-port.ts';
import { createPorts } from '../../../src/cli/session/ports.ts';

test('what arrives before the answer to its creation waits for it', async () => {
  const ports = createPorts();
  const port = localPort(3000);
  let answer = (_: { readonly id: string }): void => {};
  const created = ports.register(
    port,
    () =>
      new Promise<{ readonly id: string }>((resolve) => {
        answer = resolve;
      }),
  );
  const early = ports.find('ic_a');
  answer({ id: 'ic_a' });
  expect(await early).toBe(port);
  expect(await created).toEqual({ id: 'ic_a' });
  expect(await ports.find('ic_b')).toBeUndefined();
});

test('what arrives for a creation that fails finds nothing', async () => {
  const ports = createPorts();
  const created = ports.register(localPort(3000), async () => {
    throw new Error('no');
  });
  expect(await ports.find('ic_a')).toBeUndefined();
  await expect(created).rejects.toThrow('no');
});

test('what is registered already is a conflict, and stays as it is', async () => {
  const ports = createPorts();
  const port = localPort(3000);
  const create = async () => ({ id: 'ic_a' });
  await ports.register(port, create);
  await expect(ports.register(localPort(4000), create)).rejects.toMatchObject({
    kind: 'conflict',
    message: expect.stringContaining('localhost:3000'),
  });
  expect(await ports.find('ic_a')).toBe(port);
});

test('each creation under way is waited for, and what is forgotten is not found', async () => {
  const ports = createPorts();
  const port = localPort(3000);
  let answer = (_: { readonly id: string }): void => {};
  const slow = ports.register(
    port,
    () =>
      new Promise<{ readonly id: string }>((resolve) => {
        answer = resolve;
      }),
  );
  await ports.register(localPort(4000), async () => ({ id: 'ic_quick' }));
  const early = ports.find('ic_slow');
  answer({ id: 'ic_slow' });
  expect(await early).toBe(port);
  await slow;
  ports.forget('ic_slow');
  expect(await ports.find('ic_slow')).toBeUndefined();
});
