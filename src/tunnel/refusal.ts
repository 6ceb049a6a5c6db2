import type { IncomingMessage } from 'node:http';
import * as v from 'valibot';
import { problemSchema } from '../protocol/problem.ts';
import { refusalBytesMax } from './limits.ts';
import { TunnelRefused } from './refused.ts';

/** Reads the answer that refuses an upgrade, 64 KiB at most. Rejects when it breaks off. */
export const readRefusal = async (answer: IncomingMessage): Promise<TunnelRefused> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > refusalBytesMax) break;
    chunks.push(chunk);
  }
  const problem = v.safeParse(problemSchema, jsonOf(Buffer.concat(chunks).toString()));
  return new TunnelRefused(answer.statusCode ?? 0, problem.success ? problem.output : undefined);
};

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // A page of some proxy; the status alone must do.
  }
};
