import { constants } from 'node:http2';
import type { Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import type { Guards } from '../../../src/protocol/guards.ts';
import type { RuleCounts } from '../../../src/protocol/reports.ts';
import { type Arrival, acceptArrival, refuseArrival } from '../../../src/tunnel/arrivals.ts';
import { cleanUp } from '../../manager/world.ts';
import { openRawClient } from '../../support/raw-client.ts';
import { until } from '../../support/until.ts';
import { duplexOf } from '../../tunnel/duplex-of.ts';
import { startWhole, type Whole, type WholeOptions } from './whole.ts';

afterEach(cleanUp);

const beyondBytes = 200_000;

/** Requests: with a safe method or not, within the 64 KiB kept or beyond. */
const requests = {
  'GET, small': ['GET', 0],
  'POST, small': ['POST', 5],
  'GET, large': ['GET', beyondBytes],
  'POST, large': ['POST', beyondBytes],
} as const;
type Request = keyof typeof requests;
const all = Object.keys(requests) as Request[];

const requestText = (request: Request, key: string): string => {
  const [method, octets] = requests[request];
  const lines = [`${method} /a HTTP/1.1`, 'Host: shop', `x-byway-id: ${key}`];
  if (octets > 0) lines.push(`Content-Length: ${octets}`);
  return `${lines.join('\r\n')}\r\n\r\n${'b'.repeat(octets)}`;
};

const isWhole = (text: string): boolean => {
  const head = text.indexOf('\r\n\r\n');
  const length = Number(
    /content-length: (\d+)/i.exec(text)?.[1] ?? (text.startsWith('HTTP') ? Number.NaN : 0),
  );
  return head !== -1 && text.length >= head + 4 + length;
};

/** An app that does this once it has read the whole request. */
const onWhole =
  (act: (socket: Socket) => void): WholeOptions['app'] =>
  (socket, text) => {
    if (isWhole(text)) act(socket);
  };

const answers = onWhole((socket) => {
  socket.write('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nyou');
});
const saysNothing = onWhole(() => {});
const half = 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf';

/** Reads so many bytes of the request, as a session that wrote none of them, then resets. */
const refusesAfter =
  (octets: number) =>
  (arrival: Arrival): void => {
    acceptArrival(arrival);
    let read = 0;
    duplexOf(arrival.stream).on('data', (bytes) => {
      read += bytes.length;
      if (read >= octets) duplexOf(arrival.stream).close(constants.NGHTTP2_REFUSED_STREAM);
    });
  };

/** What the caller gets, and what is counted. */
type Outcome = 'you' | 'pod' | 502 | 504 | 'broken';
type Cause = Partial<WholeOptions> & {
  readonly name: string;
  readonly reason: string;
  /** Before the request. */
  readonly before?: (whole: Whole) => Promise<void>;
  /** Once the app has the whole request, or a part of its answer has come. */
  readonly during?: (whole: Whole) => Promise<void> | void;
  readonly expected: Readonly<Partial<Record<Request, Outcome>>>;
  readonly diverted?: number;
};

const each = (outcome: Outcome): Cause['expected'] =>
  Object.fromEntries(all.map((request) => [request, outcome]));
/** Nothing was written to the local app, and the agent waits with the rest of the request. */
const unwritten = each('pod');
/** The local app may have seen a part of it. */
const written = {
  'GET, small': 'pod',
  'POST, small': 502,
  'GET, large': 502,
  'POST, large': 502,
} as const;

const within: Guards = { localTimeoutMs: 100 };
const hang = (): void => {};

const causes: readonly Cause[] = [
  { name: 'nothing', reason: '', app: answers, expected: each('you') },
  {
    name: 'manager gone',
    reason: 'manager_gone',
    before: ({ killManager }) => killManager(),
    expected: unwritten,
  },
  {
    name: 'laptop gone',
    reason: 'laptop_gone',
    before: ({ killLaptop }) => killLaptop(),
    expected: unwritten,
    diverted: 0,
  },
  {
    name: 'local port refuses',
    reason: 'local_refused',
    before: ({ stopApp }) => stopApp(),
    expected: unwritten,
  },
  {
    name: 'the session does not serve it',
    reason: 'tunnel_refused',
    onArrival: (arrival) => refuseArrival(arrival, 'tunnel_refused'),
    expected: unwritten,
  },
  {
    name: 'local app hung up before the first byte',
    reason: 'local_closed',
    onArrival: refusesAfter(1),
    expected: { 'GET, small': 'pod', 'POST, small': 'pod' },
  },
  {
    name: 'local app hung up before the first byte of a request too long to keep',
    reason: 'local_closed',
    onArrival: refusesAfter(beyondBytes),
    expected: { 'GET, large': 502, 'POST, large': 502 },
  },
  {
    name: 'local app closes',
    reason: 'local_closed',
    app: onWhole((socket) => void socket.destroySoon()),
    expected: written,
  },
  {
    name: 'local app resets',
    reason: 'local_closed',
    app: onWhole((socket) => void socket.resetAndDestroy()),
    expected: written,
  },
  {
    name: 'local app closes in the middle of its answer',
    reason: 'local_closed',
    app: onWhole((socket) => void socket.end(half)),
    expected: each('broken'),
  },
  {
    name: 'local app resets in the middle of an answer without a length',
    reason: 'local_closed',
    app: onWhole((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\nhalf', () => socket.resetAndDestroy());
    }),
    expected: each('broken'),
  },
  {
    name: 'manager gone, app busy',
    reason: 'manager_gone',
    during: ({ killManager }) => killManager(),
    expected: written,
  },
  {
    name: 'manager gone in the middle of the answer',
    reason: 'manager_gone',
    app: onWhole((socket) => void socket.write(half)),
    during: ({ killManager }) => killManager(),
    expected: each('broken'),
  },
  {
    name: 'laptop gone, app busy',
    reason: 'laptop_gone',
    during: ({ killLaptop }) => killLaptop(),
    expected: written,
  },
  {
    name: 'laptop gone in the middle of an answer without a length',
    reason: 'laptop_gone',
    app: onWhole((socket) => void socket.write('HTTP/1.1 200 OK\r\n\r\nhalf')),
    during: ({ killLaptop }) => killLaptop(),
    expected: each('broken'),
  },
  {
    name: 'too slow, when-slow pod',
    reason: 'local_slow',
    guards: { ...within, whenSlow: 'pod' },
    expected: written,
  },
  {
    name: 'too slow to connect, when-slow pod',
    reason: 'local_slow',
    guards: { ...within, whenSlow: 'pod' },
    onArrival: hang,
    expected: unwritten,
  },
  {
    name: 'too slow, when-slow 504',
    reason: 'local_slow',
    guards: { ...within, whenSlow: '504' },
    expected: each(504),
  },
  {
    name: 'too slow, when-slow wait',
    reason: '',
    guards: { ...within, whenSlow: 'wait' },
    app: onWhole((socket) => {
      setTimeout(() => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nyou'), 300);
    }),
    expected: each('you'),
  },
  {
    name: 'answer not HTTP',
    reason: 'local_invalid',
    app: onWhole((socket) => void socket.write('220 mail ready\r\n\r\n')),
    expected: each(502),
  },
  {
    name: 'answer not HTTP in its body',
    reason: 'local_invalid',
    app: onWhole((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n');
    }),
    during: ({ app }) => void app.at(-1)?.write('no length\r\n'),
    expected: each('broken'),
  },
  {
    name: 'manager gone, when-down error',
    reason: 'manager_gone',
    guards: { whenDown: 'error' },
    before: ({ killManager }) => killManager(),
    expected: each(502),
  },
  {
    name: 'laptop gone, when-down error',
    reason: 'laptop_gone',
    guards: { whenDown: 'error' },
    before: ({ killLaptop }) => killLaptop(),
    expected: each(502),
    diverted: 0,
  },
  {
    name: 'local port refuses, when-down error',
    reason: 'local_refused',
    guards: { whenDown: 'error' },
    before: ({ stopApp }) => stopApp(),
    expected: each(502),
  },
  {
    name: 'local app closes, when-down error',
    reason: 'local_closed',
    guards: { whenDown: 'error' },
    app: onWhole((socket) => void socket.destroySoon()),
    expected: each(502),
  },
];

const head = (status: string, line: string): RegExp =>
  new RegExp(`^HTTP/1.1 ${status}.*\\r\\n${line}\\r\\n`, 's');

/** What one request adds to the counts. */
const counted = ({ reason, diverted = 1 }: Cause, outcome: Outcome): RuleCounts => ({
  seen: 1,
  matched: 1,
  diverted,
  answered: outcome === 'you' ? 1 : 0,
  passed: outcome === 'pod' ? { [reason]: 1 } : {},
  failed: outcome === 'you' || outcome === 'pod' ? {} : { [reason]: 1 },
});

const added = (before: RuleCounts, after: RuleCounts): unknown => {
  const by = (kind: 'passed' | 'failed') =>
    Object.entries(after[kind])
      .map(([reason, count]) => [reason, count - (before[kind][reason] ?? 0)] as const)
      .filter(([, count]) => count > 0);
  return {
    seen: after.seen - before.seen,
    matched: after.matched - before.matched,
    diverted: after.diverted - before.diverted,
    answered: after.answered - before.answered,
    passed: Object.fromEntries(by('passed')),
    failed: Object.fromEntries(by('failed')),
  };
};

/** Sends a request and returns what its connection brought until the answer was whole or it ended. */
const send = async (whole: Whole, request: Request, cause?: Cause): Promise<string> => {
  const client = await openRawClient(whole.agentPort);
  const text = requestText(request, whole.key);
  client.write(text);
  if (cause?.during !== undefined) {
    const begun = cause.app !== undefined;
    await until(() => (begun ? client.text().includes('half') : whole.appHas(text)), 'the app');
    await cause.during(whole);
  }
  await Promise.race([client.closed, client.until(isWhole)]);
  const end = isWhole(client.text()) ? '' : ` ${await client.closed}`;
  client.socket.destroy();
  return client.text() + end;
};

const startFor = async ({ before, guards, onArrival, app = saysNothing }: Cause) => {
  const whole = await startWhole({
    app,
    ...(guards === undefined ? {} : { guards }),
    ...(onArrival === undefined ? {} : { onArrival }),
  });
  await before?.(whole);
  return whole;
};

const check = async (whole: Whole, cause: Cause, request: Request, outcome: Outcome) => {
  const { reason } = cause;
  const before = whole.counts();
  const text = await send(whole, request, cause);
  const [method, octets] = requests[request];
  if (outcome === 'you') {
    expect(text, request).toMatch(head('200', 'x-byway-served-by: pricing@laptop'));
  } else if (outcome === 'broken') expect(text, request).toMatch(/half.* reset$/s);
  else if (outcome === 'pod') {
    expect(text, request).toMatch(head('200', `x-byway-served-by: pod; reason=${reason}`));
    expect(text, request).toMatch(new RegExp(`pod ${method} ${octets}$`));
  } else expect(text, request).toMatch(head(String(outcome), `x-byway-error: ${reason}`));
  expect(added(before, whole.counts()), request).toEqual(counted(cause, outcome));
  await until(() => whole.inFlight() === 0, 'nothing in flight');
};

test.each(causes)('$name: $expected', async (cause) => {
  let whole: Whole | undefined;
  for (const request of all) {
    const outcome = cause.expected[request];
    if (outcome === undefined) continue;
    // What happens during a request may not be undone.
    if (whole === undefined || cause.during !== undefined) whole = await startFor(cause);
    await check(whole, cause, request, outcome);
  }
});

test('manager restarted × the next request → you, with the same rule', async () => {
  const whole = await startWhole({ app: answers });
  await whole.killManager();
  expect(await send(whole, 'POST, small')).toContain('pod; reason=manager_gone');
  await whole.startManagerAgain();
  const served = async (): Promise<boolean> => (await send(whole, 'GET, small')).endsWith('you');
  await until(served, 'the tunnel');
  expect(whole.counts()).toMatchObject({ answered: 1, failed: {} });
});

test('too many in flight: the pod answers, until there is room again', async () => {
  const request = 'POST, large';
  const whole = await startWhole({ guards: { maxInFlight: 2 }, app: saysNothing });
  const waiting = await Promise.all([1, 2].map(() => openRawClient(whole.agentPort)));
  for (const client of waiting) client.write(requestText('GET, small', whole.key));
  await until(() => whole.inFlight() === 2);
  const text = await send(whole, request);
  expect(text).toMatch(head('200', 'x-byway-served-by: pod; reason=too_many'));
  expect(whole.counts()).toMatchObject({ matched: 3, diverted: 2, passed: { too_many: 1 } });
  for (const client of waiting) client.socket.destroy();
  await until(() => whole.inFlight() === 0, 'room');
  const next = await openRawClient(whole.agentPort);
  next.write(requestText(request, whole.key));
  await until(() => whole.counts().diverted === 3);
  next.socket.destroy();
});

test('too many a second → pod, even when the rule wants errors', async () => {
  const guards: Guards = { maxRps: 2, whenDown: 'error' };
  const whole = await startWhole({ guards, app: answers });
  const begun = performance.now();
  const texts = [];
  for (let count = 0; count < 4; count++) texts.push(await send(whole, 'POST, small'));
  expect(performance.now() - begun).toBeLessThan(1000);
  expect(texts.map((text) => /x-byway-served-by: (.*)\r/.exec(text)?.[1])).toEqual([
    ...['pricing@laptop', 'pricing@laptop'],
    ...['pod; reason=too_many', 'pod; reason=too_many'],
  ]);
});

test('a probe of Kubernetes is never diverted, and not marked', async () => {
  const whole = await startWhole({ app: answers });
  const client = await openRawClient(whole.agentPort);
  client.write(
    `GET /healthz HTTP/1.1\r\nHost: a\r\nUser-Agent: kube-probe/1.31\r\nx-byway-id: ${whole.key}\r\n\r\n`,
  );
  const text = await client.until((now) => now.endsWith('pod GET 0'));
  expect(text).not.toContain('x-byway');
  expect(whole.counts()).toMatchObject({ seen: 1, matched: 0 });
  client.socket.destroy();
});
