import { type Client, Metadata, type ServiceError } from '@grpc/grpc-js';
import { methods } from './service.ts';

/** The fields of a call, with a key or without. */
export const fieldsOf = (key?: string): Metadata => {
  const fields = new Metadata();
  if (key !== undefined) fields.set('x-byway-id', key);
  return fields;
};

export type Outcome = {
  readonly error: ServiceError | null;
  readonly text: string;
  readonly servedBy: unknown;
};

/** One call with one message each way. */
export const ask = (
  client: Client,
  message: Buffer,
  fields: Metadata,
  { method = methods.unary, deadline = Date.now() + 20_000 } = {},
): Promise<Outcome> =>
  new Promise((resolve) => {
    let servedBy: unknown;
    const { path, requestSerialize, responseDeserialize } = method;
    const call = client.makeUnaryRequest(
      path,
      requestSerialize,
      responseDeserialize,
      message,
      fields,
      { deadline },
      (error, answer) => {
        servedBy ??= error?.metadata.get('x-byway-served-by')[0];
        resolve({ error, text: answer?.toString() ?? '', servedBy });
      },
    );
    call.on('metadata', (received) => {
      servedBy = received.get('x-byway-served-by')[0];
    });
  });
