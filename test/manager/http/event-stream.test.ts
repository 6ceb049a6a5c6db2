import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect, test } from 'vitest';
import { type EventChannel, openEventStream } from '../../../src/manager/http/event-stream.ts';
import { eventBacklogBytesMax } from '../../../src/manager/limits.ts';

const subscribe = async () => {
  const channels: EventChannel[] = [];
  const server = createServer((_, response) => {
    channels.push(openEventStream(response));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  await once(socket, 'data');
  const [channel] = channels;
  if (channel === undefined) throw new Error('no subscriber');
  return { channel, socket, server };
};

test('a subscriber that does not read is disconnected, and costs no more than the limit', async () => {
  const { channel, socket, server } = await subscribe();
  socket.pause();
  const connections = () =>
    new Promise((resolve) => server.getConnections((_, count) => resolve(count)));
  const filler = 'x'.repeat(eventBacklogBytesMax / 4);
  for (let sent = 0; (await connections()) === 1; sent++) {
    expect(sent).toBeLessThan(200); // The system's own buffers take some of it.
    channel.send({ type: 'filler', filler } as { type: string });
  }
  socket.destroy();
  server.close();
});

test('one event larger than the limit reaches a subscriber that reads', async () => {
  const { channel, socket, server } = await subscribe();
  let bytes = 0;
  socket.on('data', (chunk) => {
    bytes += chunk.length;
  });
  channel.send({ type: 'large', filler: 'x'.repeat(eventBacklogBytesMax * 3) } as { type: string });
  await expect.poll(() => bytes).toBeGreaterThan(eventBacklogBytesMax * 3);
  channel.end();
  socket.destroy();
  server.close();
});
