import { spawn } from 'node:child_process';
import * as v from 'valibot';
import { UserError } from '../base/errors.ts';
import { createManagerClient } from '../cli/manager-client/client.ts';
import { type Answer, answerSchema } from './shop/answer.ts';
import { ask } from './shop/ask.ts';
import { type Shop, urlOf } from './shop-processes.ts';

const answerMilliseconds = 10_000;

/** The page that the tour asks for, as the text of an address. */
export const pagePath = '/cart/42';

/** A request as everyone sends it. Rejects with a `UserError` when the shop doesn't answer. */
export const requestWithoutKey = (shop: Shop): Promise<Answer> => request(shop, {});

/** A request with the key that needs no curl. */
export const requestWithHeaders = async (shop: Shop): Promise<Answer> => {
  const key = await keyOf(shop);
  return await request(shop, { 'x-byway-id': key, baggage: `byway=${key}` });
};

const request = async (shop: Shop, headers: Readonly<Record<string, string>>): Promise<Answer> => {
  const url = new URL(pagePath, urlOf(shop.ports.web));
  const { status, json } = await ask({ url, headers, milliseconds: answerMilliseconds });
  return answerOf(json, `web answered ${status}: ${JSON.stringify(json)}`);
};

/** A request with the key, sent by the real `byway curl`. */
export const requestByCurl = async (shop: Shop): Promise<Answer> => {
  const { stdout, stderr } = await shop.children.run({
    name: 'byway curl',
    program: 'byway',
    argv: [
      // Neither the user's .curlrc nor a proxy have a say in the tour.
      ...['curl', '-q', '--silent', '--show-error', '--noproxy', '*'],
      ...['--max-time', `${answerMilliseconds / 1000}`],
      ...['--header', 'accept: application/json'],
      new URL(pagePath, urlOf(shop.ports.web)).href,
    ],
    environment: loggedIn(shop),
  });
  const text = stdout.join('\n');
  return answerOf(jsonOf(text), `byway curl got no answer: ${text}${stderr.join('\n')}`);
};

/** Whether this system has a curl. */
export const hasCurl = (): Promise<boolean> =>
  new Promise((resolve) => {
    const curl = spawn('curl', ['--version'], { stdio: 'ignore', timeout: 5_000 });
    curl.once('error', () => resolve(false));
    curl.once('close', (code) => resolve(code === 0));
  });

/** What a `byway` needs to act as the owner of the playground, whatever is configured here. */
export const loggedIn = ({ manager, token }: Shop): Readonly<Record<string, string>> => ({
  BYWAY_MANAGER: manager.href,
  BYWAY_TOKEN: token,
  NO_COLOR: '1',
});

/** The owner's routing key. */
export const keyOf = async ({ manager, token }: Shop): Promise<string> => {
  const { key } = await createManagerClient({ manager, token }).me();
  if (key === null) throw new UserError('The owner of the playground has no key.');
  return key;
};

const answerOf = (json: unknown, problem: string): Answer => {
  const answer = v.safeParse(answerSchema, json);
  if (!answer.success) throw new UserError(problem);
  return answer.output;
};

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // No answer accepts undefined, so the caller says it.
  }
};
