import { status } from '@grpc/grpc-js';
import { afterEach, expect, test } from 'vitest';
import { cleanUp } from '../../../cli/folder.ts';
import { endAll } from '../../../cli/processes/process.ts';
import { startWorld } from '../../../cli/processes/world.ts';
import { endWorld } from '../world.ts';
import { ask, fieldsOf } from './ask.ts';
import { methods, openGrpc, startGrpc } from './service.ts';

afterEach(endWorld);
afterEach(endAll);
afterEach(cleanUp);

test('gRPC goes through the whole way to a laptop: many, large and both ways at once', async () => {
  const [pod, laptop] = [await startGrpc('pod'), await startGrpc('laptop')];
  const world = await startWorld(pod.port);
  const session = world.startByway(['intercept', 'pricing', '--port', String(laptop.port)]);
  await session.says('ready in');
  const client = openGrpc(world.agentPort);
  const marked = fieldsOf(world.key);
  expect((await ask(client, Buffer.from('a'), fieldsOf())).text).toBe('pod:a');
  const many = await Promise.all(
    Array.from({ length: 1000 }, (_, index) => ask(client, Buffer.from(`${index}`), marked)),
  );
  expect(many.map(({ text }) => text)).toEqual(many.map((_, index) => `laptop:${index}`));
  const message = Buffer.alloc(4 * 1024 * 1024, 'abcdefghij');
  const { chat } = methods;
  const call = client.makeBidiStreamRequest(
    chat.path,
    chat.requestSerialize,
    chat.responseDeserialize,
    marked,
  );
  let octets = 0;
  call.on('data', (bytes: Buffer) => {
    octets += bytes.length;
  });
  for (let count = 0; count < 8; count++) call.write(message);
  call.end();
  expect(await new Promise((resolve) => call.on('status', resolve))).toMatchObject({ code: 0 });
  expect(octets).toBe(8 * (message.length + 'laptop:'.length));

  session.child.kill('SIGKILL');
  await session.ended;
  // A call on its way when the laptop dies may have reached it, and is not repeated.
  const after = async () => await ask(client, Buffer.from('b'), marked);
  let last = await after();
  for (; last.error !== null; last = await after()) {
    expect(last.error).toMatchObject({ code: status.UNAVAILABLE });
    expect(last.error.metadata.get('x-byway-error')).toEqual(['laptop_gone']);
  }
  expect(last).toMatchObject({ text: 'pod:b', servedBy: 'pod; reason=laptop_gone' });
});
