import {
  type ChannelCredentials,
  type ChannelOptions,
  Client,
  credentials,
  type MethodDefinition,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerReadableStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
  status,
} from '@grpc/grpc-js';
import { afterwards } from '../world.ts';

const asItIs = (bytes: Buffer): Buffer => bytes;

const method = (
  name: string,
  requestStream: boolean,
  responseStream: boolean,
): MethodDefinition<Buffer, Buffer> => ({
  path: `/shop.Pricing/${name}`,
  requestStream,
  responseStream,
  requestSerialize: asItIs,
  requestDeserialize: asItIs,
  responseSerialize: asItIs,
  responseDeserialize: asItIs,
});

/** One method of each kind, and one that never answers; messages are bytes as they are. */
export const methods = {
  unary: method('Unary', false, false),
  download: method('Download', false, true),
  upload: method('Upload', true, false),
  chat: method('Chat', true, true),
  never: method('Never', false, false),
};

const options: ChannelOptions = {
  'grpc.max_receive_message_length': 16 * 1024 * 1024,
  'grpc.max_send_message_length': 16 * 1024 * 1024,
};

type Unary = ServerUnaryCall<Buffer, Buffer>;
type Upload = ServerReadableStream<Buffer, Buffer>;

export type GrpcService = {
  readonly port: number;
  /** Calls of `never` that the caller took back. */
  readonly cancelled: () => number;
  readonly begun: () => number;
};

/** A service whose answers begin with its name. */
export const startGrpc = async (
  name: string,
  secured: ServerCredentials = ServerCredentials.createInsecure(),
): Promise<GrpcService> => {
  let [cancelled, begun] = [0, 0];
  const server = new Server(options);
  const said = (bytes: Buffer): Buffer => Buffer.concat([Buffer.from(`${name}:`), bytes]);
  server.addService(methods, {
    unary: ({ request }: Unary, answer: sendUnaryData<Buffer>) => {
      if (request.toString() !== 'fail') answer(null, said(request));
      else answer({ code: status.NOT_FOUND, details: `no ${name} — 100 %` });
    },
    download: (call: ServerWritableStream<Buffer, Buffer>) => {
      for (let number = 1; number <= 3; number++) call.write(said(Buffer.from(`${number}`)));
      call.end();
    },
    upload: (call: Upload, answer: sendUnaryData<Buffer>) => {
      const parts: Buffer[] = [];
      call.on('data', (bytes: Buffer) => parts.push(bytes));
      call.on('end', () => answer(null, said(Buffer.concat(parts))));
    },
    chat: (call: ServerDuplexStream<Buffer, Buffer>) => {
      call.on('data', (bytes: Buffer) => call.write(said(bytes)));
      call.on('end', () => call.end());
    },
    never: (call: Unary) => {
      begun += 1;
      call.on('cancelled', () => {
        cancelled += 1;
      });
    },
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', secured, (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  afterwards(() => server.forceShutdown());
  return { port, cancelled: () => cancelled, begun: () => begun };
};

export const openGrpc = (
  port: number,
  secured: ChannelCredentials = credentials.createInsecure(),
): Client => {
  // A channel of its own: connections to one address are shared otherwise.
  const own = { ...options, 'grpc.use_local_subchannel_pool': 1 };
  const client = new Client(`127.0.0.1:${port}`, secured, own);
  afterwards(() => client.close());
  return client;
};
