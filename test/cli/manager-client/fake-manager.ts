import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterwards } from '../folder.ts';

/** An HTTP server on a free port for answers that a real manager never gives. */
export const answerWith = async (
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<URL> => {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterwards(() => {
    server.closeAllConnections();
    server.close();
  });
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
};
