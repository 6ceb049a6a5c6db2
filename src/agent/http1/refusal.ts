/** What the agent itself answers when it forwards nothing; always ends the connection. */
export type Refusal = {
  readonly status: 400 | 408 | 431 | 501 | 502 | 503 | 504;
  readonly reason: string;
  /** Only for requests that matched: value of `x-byway-error`. */
  readonly error?: string;
};

const phrases: Readonly<Record<Refusal['status'], string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};

/** The bytes of the answer, without a body for HEAD. */
export const refusalBytes = ({ status, reason, error }: Refusal, method = 'GET'): Buffer => {
  const body = `byway-agent: ${reason}\n`;
  const lines = [
    `HTTP/1.1 ${status} ${phrases[status]}`,
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...(error === undefined ? [] : [`x-byway-error: ${error}`]),
    'Connection: close',
    '',
    method === 'HEAD' ? '' : body,
  ];
  return Buffer.from(lines.join('\r\n'), 'utf8');
};

/** For a matched request that the laptop did not answer and that must not be sent twice. */
export const unrepeatable = (error: string): Refusal => ({
  status: 502,
  reason: `the laptop did not answer (${whyOf(error)}), and the request can't be repeated safely`,
  error,
});

/** For a matched request that the laptop did not answer, when its rule wants no other answer. */
export const noOtherAnswer = (error: string): Refusal => ({
  status: error === 'local_slow' ? 504 : 502,
  reason: `the laptop did not answer (${whyOf(error)}), and the intercept wants no other answer`,
  error,
});

const whyOf = (error: string): string =>
  error === 'local_http1'
    ? 'local_http1: the request is HTTP/2 and the app speaks only HTTP/1; let it serve HTTP/2 with prior knowledge'
    : error;

/** For an answer that must not be forwarded. */
export const invalidAnswer = (fromLaptop: boolean, reason: string): Refusal => {
  const where = fromLaptop ? 'the laptop' : 'the service';
  const text = `the answer of ${where} is not valid HTTP/1: ${reason}`;
  return { status: 502, reason: text, ...(fromLaptop ? { error: 'local_invalid' } : {}) };
};
