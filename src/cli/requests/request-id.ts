import { UserError } from '../../base/errors.ts';

/** A request as a command names it: `rq_7`, or `NAME/rq_7` when several sessions have one. */
export type RequestName = { readonly intercept: string | undefined; readonly id: string };

const form = /^(?:(.+)\/)?(rq_[1-9]\d{0,14})$/;

/** Undefined for what names no request. */
export const parseRequestName = (text: string): RequestName | undefined => {
  const [, intercept, id] = form.exec(text) ?? [];
  return id === undefined ? undefined : { intercept, id };
};

/** Throws a `UserError` of kind `usage` for what names no request. */
export const requestName = (text: string): RequestName => {
  const name = parseRequestName(text);
  if (name !== undefined) return name;
  throw new UserError(`"${text.slice(0, 80)}" names no request.`, {
    kind: 'usage',
    hint: 'Such as   rq_7   pricing/rq_7\nSee them  byway inspect',
  });
};
