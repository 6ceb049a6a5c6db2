import { describe, expect, it } from 'vitest';
import {
  bodyFaults,
  hostileHeads,
  hostileResponses,
  oddRequests,
  oddResponses,
  smuggles,
} from './all.ts';
import {
  type Laxer,
  laxerBodies,
  laxerHeads,
  laxerResponses,
  laxerSmuggles,
  methodForNode,
  stricter,
} from './node-differences.ts';
import { readRequests, readResponse } from './node-reader.ts';

type Named = { readonly name: string };

const forNode = (bytes: string): string =>
  stricter.reduce((text, { applies, instead }) => (applies(text) ? instead(text) : text), bytes);

const excused = (table: readonly Laxer[], { name }: Named): boolean =>
  table.some(({ names }) => names.test(name));

// One after the other: each reading has a server of its own.
const namesWhere = async <V extends Named>(
  vectors: readonly V[],
  wrong: (vector: V) => Promise<boolean>,
): Promise<readonly string[]> => {
  const names: string[] = [];
  for (const vector of vectors) if (await wrong(vector)) names.push(vector.name);
  return names;
};

const lists = [
  ['hostileHeads', 60, hostileHeads.map(({ name, bytes }) => ({ name, bytes }))],
  ['bodyFaults', 40, bodyFaults.map(({ name, head, body }) => ({ name, bytes: head + body }))],
  ['hostileResponses', 40, hostileResponses.map(({ name, bytes }) => ({ name, bytes }))],
  ['oddRequests', 80, oddRequests.map(({ name, bytes }) => ({ name, bytes }))],
  [
    'oddResponses',
    50,
    oddResponses.map(({ name, method, bytes }) => ({ name, bytes: method + bytes })),
  ],
  ['smuggles', 250, smuggles.map(({ name, bytes }) => ({ name, bytes }))],
] as const;

describe.each(lists)('%s', (_list, least, vectors) => {
  it(`has at least ${least} vectors`, () => {
    expect(vectors.length).toBeGreaterThanOrEqual(least);
  });

  it('gives each vector a name of its own', () => {
    const names = vectors.map(({ name }) => name);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  it('says nothing twice', () => {
    const bytes = vectors.map((vector) => vector.bytes);
    const again = vectors.filter((vector, index) => bytes.indexOf(vector.bytes) !== index);
    expect(again.map(({ name }) => name)).toEqual([]);
  });

  it('is made of bytes', () => {
    const wide = vectors.filter(
      ({ bytes }) => Buffer.from(bytes, 'latin1').toString('latin1') !== bytes,
    );
    expect(wide.map(({ name }) => name)).toEqual([]);
  });
});

describe('an independent reading by Node', () => {
  it('finds in each odd request what it claims', async () => {
    const wrong = await namesWhere(oddRequests, async (vector) => {
      const { requests, fault } = await readRequests(forNode(vector.bytes));
      const { target, contentBytes } = vector;
      const claimed = [{ method: methodForNode(vector), target, contentBytes }];
      return fault !== undefined || JSON.stringify(requests) !== JSON.stringify(claimed);
    });
    expect(wrong).toEqual([]);
  });

  it('finds in each odd answer what it claims', async () => {
    const wrong = await namesWhere(oddResponses, async (vector) => {
      const bytes = forNode(vector.bytes);
      const reading = await readResponse(vector.method, bytes, vector.closeDelimited === true);
      return reading.contentBytes !== vector.contentBytes;
    });
    expect(wrong).toEqual([]);
  });

  it('waits for the end of the connection exactly where an odd answer claims it', async () => {
    const framed = /\r\n(content-length|transfer-encoding):/i;
    const heads = oddResponses.filter(({ method }) => method !== 'HEAD');
    const final = (bytes: string): string => bytes.replace(/^(HTTP\/1\.1 1[\s\S]*?\r\n\r\n)+/, '');
    const wrong = heads.filter(({ bytes, closeDelimited = false }) => {
      const head = final(bytes).split('\r\n\r\n', 1)[0] ?? '';
      return (framed.test(head) || /^HTTP\/1\.. [23]04/.test(head)) === closeDelimited;
    });
    expect(wrong.map(({ name }) => name)).toEqual([]);
  });

  it('refuses each hostile head, but for the listed differences', async () => {
    const wrong = await namesWhere(hostileHeads, async (vector) => {
      const { requests } = await readRequests(vector.bytes);
      return requests.length > 0 && !excused(laxerHeads, vector);
    });
    expect(wrong).toEqual([]);
  });

  it('completes no faulty body, but for the listed differences', async () => {
    const wrong = await namesWhere(bodyFaults, async (vector) => {
      const { requests } = await readRequests(vector.head + vector.body);
      return requests.length > 0 && !excused(laxerBodies, vector);
    });
    expect(wrong).toEqual([]);
  });

  it('reads the head of each faulty body', async () => {
    const wrong = await namesWhere(bodyFaults, async ({ head }) => {
      const length = Number(/Content-Length: (\d+)/.exec(head)?.[1] ?? 0);
      const body = length > 0 ? 'x'.repeat(length) : '0\r\n\r\n';
      const { requests, fault } = await readRequests(head + body);
      return requests.length !== 1 || fault !== undefined;
    });
    expect(wrong).toEqual([]);
  });

  it('refuses each hostile answer, but for the listed differences', async () => {
    const wrong = await namesWhere(hostileResponses, async (vector) => {
      const { contentBytes } = await readResponse(vector.method, vector.bytes, true);
      return contentBytes !== undefined && !excused(laxerResponses, vector);
    });
    expect(wrong).toEqual([]);
  });

  it('counts as many requests in each smuggling attempt, but for the listed differences', async () => {
    const wrong = await namesWhere(smuggles, async (vector) => {
      const { requests, fault } = await readRequests(forNode(vector.bytes));
      const { verdict } = vector.claims;
      if (requests.length !== vector.claims.requests) {
        return verdict === 'forwarded' || !excused(laxerSmuggles, vector);
      }
      // What follows a request with `close` is a fault to Node; a correct reader does not read it.
      return verdict === 'forwarded' && fault !== undefined && fault !== 'HPE_CLOSED_CONNECTION';
    });
    expect(wrong).toEqual([]);
  });

  it.each([
    ['heads', laxerHeads, hostileHeads],
    ['bodies', laxerBodies, bodyFaults],
    ['responses', laxerResponses, hostileResponses],
    ['smuggles', laxerSmuggles, smuggles],
  ] as const)('differs in %s only where there are vectors', (_list, table, vectors) => {
    const idle = table.filter(({ names }) => !vectors.some(({ name }) => names.test(name)));
    expect(idle.map(({ reason }) => reason)).toEqual([]);
  });
});
