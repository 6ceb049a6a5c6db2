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
