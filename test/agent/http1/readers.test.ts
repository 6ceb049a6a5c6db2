import { expect, test } from 'vitest';
import { AnswerReader } from '../../../src/agent/http1/answers.ts';
import { RequestReader } from '../../../src/agent/http1/requests.ts';
import {
  bodyFaults,
  hostileHeads,
  hostileResponses,
  oddRequests,
  oddResponses,
} from '../../protocol/http1/vectors/all.ts';

// Long vectors are cut at some places only, so that all of them together take seconds.
const cuts = (length: number): readonly number[] => {
  const step = Math.max(1, Math.floor(length / 300));
  return Array.from({ length: Math.ceil(length / step) + 1 }, (_, index) =>
    Math.min(index * step, length),
  );
};

type Reading = { forwarded: string; complete: number; begun: number; fault: number | undefined };

const readRequests = (...pieces: readonly Buffer[]): Reading => {
  const reading: Reading = { forwarded: '', complete: 0, begun: 0, fault: undefined };
  const reader = new RequestReader({
    ready: () => true,
    begin: (_, bytes) => {
      reading.begun += 1;
      reading.forwarded += bytes.toString('latin1');
      return true;
    },
    more: (bytes) => {
      reading.forwarded += bytes.toString('latin1');
    },
    complete: () => {
      reading.complete += 1;
    },
    faulty: (fault) => {
      reading.fault = fault.status;
    },
  });
  for (const piece of pieces) reader.take(Buffer.from(piece));
  return reading;
};

const readAnswer = (method: string, end: boolean, ...pieces: readonly Buffer[]): Reading => {
  const reading: Reading = { forwarded: '', complete: 0, begun: 0, fault: undefined };
  const reader = new AnswerReader({
    forward: (bytes) => {
      reading.forwarded += bytes.toString('latin1');
    },
    marks: () => [],
    answered: () => {
      reading.complete += 1;
    },
    switched: () => {},
    faulty: () => {
      reading.fault = 502;
    },
  });
  reader.expect({
    method,
    persistent: true,
    switches: false,
    verdict: undefined,
    servedBy: undefined,
  });
  for (const piece of pieces) reader.take(Buffer.from(piece));
  if (end) reader.end();
  return reading;
};

const inTwo = (bytes: string, at: number): readonly [Buffer, Buffer] => {
  const all = Buffer.from(bytes, 'latin1');
  return [all.subarray(0, at), all.subarray(at)];
};

test.each(oddRequests.map((vector) => [vector.name, vector] as const))(
  'the request is the same wherever it is cut: %s',
  (_, { bytes }) => {
    const whole = readRequests(Buffer.from(bytes, 'latin1'));
    expect(whole).toEqual({ forwarded: bytes, complete: 1, begun: 1, fault: undefined });
    for (const at of cuts(bytes.length)) expect(readRequests(...inTwo(bytes, at))).toEqual(whole);
  },
);

test.each(hostileHeads.map((vector) => [vector.name, vector] as const))(
  'the head is refused wherever it is cut: %s',
  (_, { bytes, status }) => {
    for (const at of cuts(bytes.length)) {
      expect(readRequests(...inTwo(bytes, at))).toEqual({
        forwarded: '',
        complete: 0,
        begun: 0,
        fault: status,
      });
    }
  },
);

test.each(
  bodyFaults.filter(({ thenEnd }) => !thenEnd).map((vector) => [vector.name, vector] as const),
)('the body never completes wherever it is cut: %s', (_, { head, body }) => {
  for (const at of cuts(head.length + body.length)) {
    const reading = readRequests(...inTwo(head + body, at));
    expect(reading.fault).toBeDefined();
    expect(reading.complete).toBe(0);
    expect((head + body).startsWith(reading.forwarded)).toBe(true);
  }
});

test.each(oddResponses.map((vector) => [vector.name, vector] as const))(
  'the answer is the same wherever it is cut: %s',
  (_, { bytes, method, closeDelimited = false }) => {
    for (const at of cuts(bytes.length)) {
      expect(readAnswer(method, closeDelimited, ...inTwo(bytes, at))).toEqual({
        forwarded: bytes,
        complete: 1,
        begun: 0,
        fault: undefined,
      });
    }
  },
);

test.each(
  hostileResponses
    .filter(({ thenEnd }) => !thenEnd)
    .map((vector) => [vector.name, vector] as const),
)('the answer is refused wherever it is cut: %s', (_, { bytes, method }) => {
  for (const at of cuts(bytes.length)) {
    const reading = readAnswer(method, false, ...inTwo(bytes, at));
    expect(reading.fault).toBe(502);
    expect(bytes.startsWith(reading.forwarded)).toBe(true);
  }
});

test('a request byte by byte, and the next one behind it', () => {
  const bytes = Buffer.from(
    'POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\nT: 1\r\n\r\nGET /b HTTP/1.0\r\n\r\n',
  );
  const reading = readRequests(...Array.from(bytes, (_, at) => bytes.subarray(at, at + 1)));
  expect(reading).toEqual({
    forwarded: bytes.toString('latin1'),
    complete: 2,
    begun: 2,
    fault: undefined,
  });
});
