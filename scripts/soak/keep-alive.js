// Client connections that are kept open and cost little: plain sockets, one request at a time.
import { once } from 'node:events';
import { connect } from 'node:net';

const answerMsMax = 20_000;

/** Opens a connection to `127.0.0.1:port`; rejects when it is refused or reset. */
export const openConnection = async (port) => {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  const connection = { socket, isOpen: true };
  socket.setEncoding('latin1');
  socket.on('error', () => {});
  socket.on('close', () => {
    connection.isOpen = false;
  });
  return connection;
};

/** Asks for a path; resolves with whether the answer's content was the expected text. */
export const ask = ({ socket }, path, expected, headers = '') =>
  new Promise((resolve) => {
    let text = '';
    const finish = (isRight) => {
      clearTimeout(timer);
      socket.off('data', onData).off('close', onClose);
      resolve(isRight);
    };
    const onData = (piece) => {
      text += piece;
      const end = text.indexOf('\r\n\r\n');
      const length = /^content-length: (\d+)\r$/im.exec(text.slice(0, end + 2))?.[1];
      const content = text.slice(end + 4);
      if (end !== -1 && content.length >= Number(length)) finish(content === expected);
    };
    const onClose = () => finish(false);
    const timer = setTimeout(onClose, answerMsMax);
    socket.on('data', onData).on('close', onClose);
    if (socket.destroyed) finish(false);
    else socket.write(`GET ${path} HTTP/1.1\r\nHost: soak\r\n${headers}\r\n`);
  });

/** Does `act` with each of the numbers below `count`, some at a time. */
export const inBatches = async (count, act, together = 100) => {
  const results = [];
  for (let from = 0; from < count; from += together) {
    const length = Math.min(together, count - from);
    results.push(...(await Promise.all(Array.from({ length }, (_, index) => act(from + index)))));
  }
  return results;
};
