import { ChannelCredentials, ServerCredentials, status } from '@grpc/grpc-js';
import { afterEach, expect, test } from 'vitest';
import { makeAuthority, makeCertificate } from '../../support/certificate.ts';
import { ask, fieldsOf } from '../http2/grpc/ask.ts';
import { methods, openGrpc, startGrpc } from '../http2/grpc/service.ts';
import { endWorld as endPlain } from '../http2/world.ts';
import { key, laptopOn, rule } from '../start-agent.ts';
import { authority, endWorld, startTlsAgent } from './world.ts';

afterEach(endWorld);
afterEach(endPlain);

const podCredentials = (): ServerCredentials => {
  const { cert, key: privateKey } = makeCertificate(authority);
  const pair = { private_key: Buffer.from(privateKey), cert_chain: Buffer.from(cert) };
  return ServerCredentials.createSsl(null, [pair]);
};

const trusting = ChannelCredentials.createSsl(Buffer.from(authority.cert));

test('gRPC over TLS: calls go here and there on one channel, also both ways at once', async () => {
  const pod = await startGrpc('pod', podCredentials());
  const laptop = await startGrpc('laptop');
  const agent = await startTlsAgent(pod.port, {
    divert: laptopOn(laptop.port),
    upstreamCa: authority.cert,
  });
  agent.rules(rule(pod.port));
  const client = openGrpc(agent.port, trusting);
  const asked = Array.from({ length: 20 }, (_, index) =>
    ask(client, Buffer.from(`${index}`), fieldsOf(index % 2 === 1 ? key : undefined)),
  );
  expect((await Promise.all(asked)).map(({ text, servedBy }) => [text, servedBy])).toEqual(
    asked.map((_, index) =>
      index % 2 === 1 ? [`laptop:${index}`, 'pricing@ada-laptop'] : [`pod:${index}`, undefined],
    ),
  );
  const { chat } = methods;
  const call = client.makeBidiStreamRequest(
    ...[chat.path, chat.requestSerialize, chat.responseDeserialize, fieldsOf()],
  );
  const said: string[] = [];
  const over = new Promise((resolve) => call.on('status', resolve));
  call.on('data', (bytes: Buffer) => {
    said.push(bytes.toString());
    if (said.length === 3) call.end();
    else call.write(Buffer.from(`${said.length}`));
  });
  call.write(Buffer.from('0'));
  expect(await over).toMatchObject({ code: status.OK });
  expect(said).toEqual(['pod:0', 'pod:1', 'pod:2']);
  expect(agent.tls.counts.accepted).toBe(1);
});

test('a caller of gRPC is told in words that the service can not be trusted', async () => {
  const pod = await startGrpc('pod', podCredentials());
  const agent = await startTlsAgent(pod.port, { upstreamCa: makeAuthority().cert });
  const { error } = await ask(openGrpc(agent.port, trusting), Buffer.from('a'), fieldsOf());
  expect(error).toMatchObject({
    code: status.UNAVAILABLE,
    details: expect.stringContaining('its certificate is not signed by --upstream-ca'),
  });
});
