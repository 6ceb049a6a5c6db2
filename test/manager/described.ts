import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { call, type Reply, type World } from './world.ts';

type Media = { readonly schema: object; readonly 'x-event-data'?: object };
type Operation = {
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, Media>> }>
  >;
};
type Document = {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: object;
};

/** Operations that were called with success, of all checkers of this file. */
export const called = new Set<string>();

/** Checks real answers against the document that the manager serves. */
export type Described = {
  readonly document: Document;
  /** Like `call`, and throws when the answer is not what the document says. */
  readonly ask: typeof call extends (world: never, ...rest: infer Rest) => infer Answer
    ? (...rest: Rest) => Answer
    : never;
  readonly checkEvent: (method: string, path: string, event: unknown) => void;
};

export const describeWith = async (world: World): Promise<Described> => {
  const document = (await call(world, 'GET', '/openapi.json')).body as unknown as Document;
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  const compiled = new Map<object, ValidateFunction>();
  const check = (schema: object, value: unknown, where: string): void => {
    const validate =
      compiled.get(schema) ?? ajv.compile({ ...schema, components: document.components });
    compiled.set(schema, validate);
    if (!validate(value)) throw new Error(`${where}: ${ajv.errorsText(validate.errors)}`);
  };
  const find = (method: string, target: string): [string, Operation] => {
    const [path = ''] = target.split('?', 1);
    for (const [pattern, operations] of Object.entries(document.paths)) {
      const form = new RegExp(`^${pattern.replaceAll(/\{\w+\}/g, '[^/]+')}$`);
      const operation = operations[method.toLowerCase()];
      if (form.test(path) && operation !== undefined) return [`${method} ${pattern}`, operation];
    }
    throw new Error(`${method} ${path} is not in the document`);
  };
  const checkReply = (method: string, path: string, reply: Reply): void => {
    const [name, operation] = find(method, path);
    const where = `${name} ${reply.status}`;
    const response = operation.responses[reply.status];
    if (response === undefined) throw new Error(`${where} is not in the document`);
    if (reply.status < 300) called.add(name);
    const type = reply.headers.get('content-type');
    if (type === null && response.content === undefined) return;
    const media = response.content?.[type ?? ''];
    if (media === undefined) throw new Error(`${where}: ${type} is not in the document`);
    check(media.schema, reply.body, where);
  };
  return {
    document,
    ask: async (...rest) => {
      const reply = await call(world, ...rest);
      checkReply(rest[0], rest[1], reply);
      return reply;
    },
    checkEvent: (method, path, event) => {
      const [name, operation] = find(method, path);
      called.add(name);
      const schema = operation.responses['200']?.content?.['text/event-stream']?.['x-event-data'];
      if (schema === undefined) throw new Error(`${name} has no events in the document`);
      check(schema, event, name);
    },
  };
};
