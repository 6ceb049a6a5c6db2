import * as fc from 'fast-check';
import {
  bodyFaults,
  hostileHeads,
  hostileResponses,
  oddRequests,
  oddResponses,
  smuggles,
} from '../../../protocol/http1/vectors/all.ts';
import { chunk, chunkedField, host, lastChunk } from '../../../protocol/http1/vectors/compose.ts';
import { type Mutation, mutate, mutation } from './mutation.ts';

// Longer ones say nothing more and cost a long run most of its time.
const bytesMax = 2000;
const lineCharactersMax = 200;

const short = (bytes: string): boolean => bytes.length <= bytesMax;
const framing = /^(content-length|transfer-encoding):/i;
const headOf = (bytes: string): string => bytes.split('\r\n\r\n', 1)[0] ?? '';

const requests = [
  ...oddRequests.map(({ bytes }) => bytes),
  ...smuggles.filter(({ claims }) => claims.verdict === 'forwarded').map(({ bytes }) => bytes),
].filter(short);
const faultyRequests = [
  ...hostileHeads.map(({ bytes }) => bytes),
  ...bodyFaults.map(({ head, body }) => head + body),
  ...smuggles.map(({ bytes }) => bytes),
].filter(short);
const answers = oddResponses.map(({ bytes }) => bytes).filter(short);
const faultyAnswers = hostileResponses.map(({ bytes }) => bytes).filter(short);

type Lines = { readonly firsts: readonly string[]; readonly fields: readonly string[] };

// The lines of all vectors, good and bad, to be put together anew.
const linesOf = (vectors: readonly string[]): Lines => {
  const heads = vectors.map((bytes) => headOf(bytes).split('\r\n'));
  const unique = (lines: readonly string[]): readonly string[] =>
    [...new Set(lines)].filter((line) => line.length <= lineCharactersMax);
  return {
    firsts: unique(heads.map(([first = '']) => first)),
    fields: unique(heads.flatMap(([, ...fields]) => fields)),
  };
};

type Framed = readonly [fields: readonly string[], body: string];

const framed: fc.Arbitrary<Framed> = fc
  .tuple(
    fc.constantFrom('none', 'length', 'chunks', 'chunks with trailers'),
    fc.oneof(fc.constantFrom(...requests.slice(0, 40), ''), fc.string({ unit: 'binary-ascii' })),
    fc.array(fc.constantFrom(...linesOf(requests).fields), { maxLength: 3 }),
  )
  .map(([how, content, trailers]): Framed => {
    if (how === 'none') return [[], ''];
    if (how === 'length') return [[`Content-Length: ${content.length}`], content];
    const last = lastChunk(how === 'chunks' ? [] : trailers);
    const half = content.length >> 1;
    const pieces = [content.slice(0, half), content.slice(half)].filter((piece) => piece !== '');
    return [[chunkedField], pieces.map((piece) => chunk(piece)).join('') + last];
  });

// Mostly of good lines: one bad line is enough to have nothing forwarded.
const composed = (good: Lines, all: Lines, always: readonly string[]): fc.Arbitrary<string> =>
  fc
    .tuple(
      oneOf(good.firsts, all.firsts),
      fc.array(oneOf(good.fields, all.fields), { maxLength: 4 }),
      framed,
    )
    .map(([first, some, [lines, body]]) =>
      [first, ...always, ...some, ...lines, '', body].join('\r\n'),
    );

const oneOf = (good: readonly string[], all: readonly string[]): fc.Arbitrary<string> =>
  fc.oneof(
    { arbitrary: fc.constantFrom(...good), weight: 20 },
    { arbitrary: fc.constantFrom(...all), weight: 1 },
  );

const damaged = (
  base: fc.Arbitrary<string>,
  { fields }: Lines,
  others: readonly string[],
): fc.Arbitrary<string> =>
  fc
    .tuple(base, fc.array(mutation(fields, others), { maxLength: 3 }))
    .map(([bytes, mutations]: [string, readonly Mutation[]]) => mutations.reduce(mutate, bytes));

/** Bytes and the places where they are cut into pieces, modulo their length. */
export type Input = { readonly bytes: string; readonly cuts: readonly number[] };

const cuts: fc.Arbitrary<readonly number[]> = fc.array(fc.nat(2000), { maxLength: 4 });

/** The pieces of bytes (latin1) that are cut at these places. */
export const pieces = ({ bytes, cuts: places }: Input): readonly Buffer[] => {
  const all = Buffer.from(bytes, 'latin1');
  const at = places.map((place) => place % (all.length + 1)).sort((one, other) => one - other);
  return [...at, all.length].map((end, index) => all.subarray(at[index - 1] ?? 0, end));
};

const isHost = (line: string): boolean => /^host:/i.test(line);
const goodRequestLines: Lines = {
  firsts: linesOf(requests).firsts.filter((line) => / \/\S* HTTP/.test(line)),
  fields: linesOf(requests).fields.filter((line) => !isHost(line) && !framing.test(line)),
};
const requestLines = linesOf([...requests, ...faultyRequests]);
const someRequests: fc.Arbitrary<string> = fc
  .array(fc.oneof(fc.constantFrom(...requests), composed(goodRequestLines, requestLines, [host])), {
    minLength: 1,
    maxLength: 3,
  })
  .map((parts) => parts.join(''));

/** What a client sends on one connection: valid requests, damaged. */
export const requestInput: fc.Arbitrary<Input> = fc.record({
  bytes: damaged(someRequests, requestLines, [...requests, ...faultyRequests]),
  cuts,
});

const goodAnswerLines: Lines = {
  firsts: linesOf(answers).firsts,
  fields: linesOf(answers).fields.filter((line) => !framing.test(line)),
};
const answerLines = linesOf([...answers, ...faultyAnswers]);
const interims = answers.filter((bytes) => /^HTTP\/1\.1 1/.test(bytes));
const oneAnswer: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom('', '', '', ...interims.map(headOf).map((head) => `${head}\r\n\r\n`)),
    fc.oneof(fc.constantFrom(...answers), composed(goodAnswerLines, answerLines, [])),
  )
  .map((parts) => parts.join(''));

export type AnswerInput = Input & { readonly method: string; readonly thenEnd: boolean };

/** What a server sends in answer to one request: a valid answer, damaged, and perhaps its end. */
export const answerInput: fc.Arbitrary<AnswerInput> = fc.record({
  bytes: damaged(oneAnswer, answerLines, [...answers, ...faultyAnswers]),
  cuts,
  method: fc.constantFrom('GET', 'GET', 'GET', 'HEAD', 'POST', 'CONNECT'),
  thenEnd: fc.boolean(),
});
