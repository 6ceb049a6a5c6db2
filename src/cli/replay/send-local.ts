import { UserError } from '../../base/errors.ts';
import { replayAnswerBytesMax, replayLocalMsMax } from '../recorder/limits.ts';
import type { LocalPort } from '../session/local-port.ts';
import type { Observer } from '../session/observe.ts';
import type { OutgoingRequest } from './request-text.ts';

/**
 * Sends one request to a port of this machine, on a connection of its own, while the observer reads along.
 * Resolves when the answer is whole, when the app ended it, or after 5 minutes. Rejects with a `UserError`
 * when nothing listens there, or when more than 64 MiB come.
 */
export const sendLocal = async (
  port: LocalPort,
  { head, body }: OutgoingRequest,
  observer: Observer,
): Promise<void> => {
  const socket = await port.connect().catch((error: unknown) => {
    throw new UserError(`Nothing listens on localhost:${port.port}, so nothing was sent.`, {
      kind: 'not_ready',
      cause: error,
    });
  });
  let answerBytes = 0;
  let ended = false;
  try {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(resolve, replayLocalMsMax);
      socket.on('data', (bytes: Buffer) => {
        observer.fromApp(bytes);
        answerBytes += bytes.length;
        if (observer.state !== 'busy') resolve();
        else if (answerBytes > replayAnswerBytesMax) reject(tooLong());
      });
      socket.once('end', () => {
        ended = true;
        resolve();
      });
      socket.once('error', () => resolve());
      socket.once('close', () => {
        clearTimeout(timer);
        resolve();
      });
      const request = Buffer.concat([head, body]);
      observer.toApp(request);
      socket.write(request);
    });
  } finally {
    socket.destroy();
    observer.closed(ended);
  }
};

const tooLong = (): UserError =>
  new UserError(`The app answered more than ${replayAnswerBytesMax / 1024 / 1024} MiB.`);
