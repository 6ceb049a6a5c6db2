import { type Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { afterEach, describe, expect, test } from 'vitest';
import { until } from '../../../support/until.ts';
import { key, rule } from '../../start-agent.ts';
import { agentBefore, endWorld } from '../world.ts';
import { ask, fieldsOf } from './ask.ts';
import { methods, openGrpc, startGrpc } from './service.ts';

afterEach(endWorld);

const { download, upload, chat, never } = methods;

const world = async () => {
  const [pod, laptop] = [await startGrpc('pod'), await startGrpc('laptop')];
  const agent = await agentBefore(pod.port, laptop.port);
  agent.rules(rule(pod.port));
  return { pod, laptop, agent, client: openGrpc(agent.port) };
};

const metadata = (matched: boolean): Metadata => fieldsOf(matched ? key : undefined);

describe.each([
  ['unmatched', false, 'pod', undefined],
  ['matched', true, 'laptop', 'pricing@ada-laptop'],
] as const)('a gRPC call, %s,', (_, matched, name, mark) => {
  test('with one message each way', async () => {
    const { client } = await world();
    const { error, text, servedBy } = await ask(client, Buffer.from('hi'), metadata(matched));
    expect({ error, text, servedBy }).toEqual({ error: null, text: `${name}:hi`, servedBy: mark });
  });

  test('that fails without an answer keeps status and message', async () => {
    const { client } = await world();
    const { error, servedBy } = await ask(client, Buffer.from('fail'), metadata(matched));
    expect(error).toMatchObject({ code: status.NOT_FOUND, details: `no ${name} — 100 %` });
    expect(servedBy).toBe(mark);
  });

  test('that streams answers', async () => {
    const { client } = await world();
    const call = client.makeServerStreamRequest(
      download.path,
      download.requestSerialize,
      download.responseDeserialize,
      Buffer.from('hi'),
      metadata(matched),
    );
    const heard: string[] = [];
    for await (const bytes of call) heard.push(String(bytes));
    expect(heard).toEqual([`${name}:1`, `${name}:2`, `${name}:3`]);
  });

  test('that streams questions', async () => {
    const { client } = await world();
    const text = await new Promise((resolve) => {
      const call = client.makeClientStreamRequest(
        upload.path,
        upload.requestSerialize,
        upload.responseDeserialize,
        metadata(matched),
        (error, answer) => resolve(error ?? answer?.toString()),
      );
      for (const word of ['a', 'b', 'c']) call.write(Buffer.from(word));
      call.end();
    });
    expect(text).toBe(`${name}:abc`);
  });

  test('that streams both ways at once', async () => {
    const { client } = await world();
    const call = client.makeBidiStreamRequest(
      chat.path,
      chat.requestSerialize,
      chat.responseDeserialize,
      metadata(matched),
    );
    const heard: string[] = [];
    call.on('data', (bytes: Buffer) => heard.push(bytes.toString()));
    const ended = new Promise((resolve) => call.on('status', resolve));
    for (const word of ['one', 'two']) {
      call.write(Buffer.from(word));
      await until(() => heard.at(-1) === `${name}:${word}`);
    }
    call.end();
    expect(await ended).toMatchObject({ code: status.OK });
    expect(heard).toHaveLength(2);
  });

  test('is cancelled at the other end when the caller cancels', async () => {
    const { client, ...there } = await world();
    const service = matched ? there.laptop : there.pod;
    const fields = metadata(matched);
    const failed = new Promise<ServiceError | null>((resolve) => {
      const call = client.makeUnaryRequest(
        never.path,
        never.requestSerialize,
        never.responseDeserialize,
        Buffer.from('hi'),
        fields,
        (error) => resolve(error),
      );
      void until(() => service.begun() === 1).then(() => call.cancel());
    });
    expect(await failed).toMatchObject({ code: status.CANCELLED });
    await until(() => service.cancelled() === 1);
  });

  test('ends at its deadline', async () => {
    const { client, ...there } = await world();
    const service = matched ? there.laptop : there.pod;
    const deadline = Date.now() + 500;
    const { error } = await ask(client, Buffer.from('hi'), metadata(matched), {
      method: never,
      deadline,
    });
    expect(error).toMatchObject({ code: status.DEADLINE_EXCEEDED });
    await until(() => service.cancelled() === 1);
  });

  test('with messages of 4 MB', async () => {
    const { client } = await world();
    const message = Buffer.alloc(4 * 1024 * 1024, 'abcdefghij');
    const answers = await Promise.all([1, 2, 3].map(() => ask(client, message, metadata(matched))));
    for (const { error, text } of answers) {
      expect(error).toBe(null);
      expect(text === `${name}:${message.toString()}`).toBe(true);
    }
  });

  test('is one of 1,000 at once', async () => {
    const { client, agent, pod } = await world();
    const calls = Array.from({ length: 1000 }, (_none, index) =>
      ask(client, Buffer.from(String(index)), metadata(matched)),
    );
    const answers = await Promise.all(calls);
    expect(answers.map(({ text }) => text)).toEqual(
      calls.map((_none, index) => `${name}:${index}`),
    );
    const [applied] = [...agent.table.all()];
    expect(applied?.counter.answered).toBe(matched ? 1000 : 0);
    expect(pod.begun()).toBe(0);
  });
});

test('a matched call that the laptop cannot take is answered by the pod', async () => {
  const pod = await startGrpc('pod');
  const agent = await agentBefore(pod.port, async () => ({ ok: false, reason: 'local_refused' }));
  agent.rules(rule(pod.port));
  const answer = await ask(openGrpc(agent.port), Buffer.from('hi'), metadata(true));
  expect(answer).toEqual({
    error: null,
    text: 'pod:hi',
    servedBy: 'pod; reason=local_refused',
  });
});
