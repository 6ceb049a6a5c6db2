import { constants, type Http2Stream } from 'node:http2';

/**
 * Pipes two streams both ways: bytes with backpressure, half-close, and resets with their code.
 * Both have error listeners already.
 */
export const join = (one: Http2Stream, other: Http2Stream): void => {
  pass(one, other);
  pass(other, one);
};

const pass = (from: Http2Stream, to: Http2Stream): void => {
  const tunnel = from.session;
  let isWhole = false;
  from.pipe(to, { end: false });
  from.once('end', () => {
    // A stream that is cancelled emits `end` as well, but is destroyed by then.
    if (from.destroyed) return;
    isWhole = true;
    to.end();
  });
  from.once('close', () => {
    if (to.closed || to.destroyed) return;
    const code = from.rstCode ?? constants.NGHTTP2_NO_ERROR;
    // The whole tunnel is gone: nobody can say that the app broke off.
    if (tunnel?.destroyed === true) to.close(constants.NGHTTP2_CONNECT_ERROR);
    else if (code !== constants.NGHTTP2_NO_ERROR) to.close(code);
    else if (!isWhole) to.close(constants.NGHTTP2_INTERNAL_ERROR);
    else if (!from.writableFinished) to.close(constants.NGHTTP2_NO_ERROR);
  });
};
