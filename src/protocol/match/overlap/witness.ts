import { octetsOf, percentEncoded } from '../octets.ts';
import type { RequestFields } from '../request-fields.ts';
import type { Variable } from './literal.ts';
import type { Assignment } from './solve.ts';

/** A request made up to show something: values are octets as latin1 strings. */
export type Witness = {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
};

// What a CONNECT names instead of a path.
const authority = 'somewhere:443';

/** The smallest ordinary request in which the variables have these values. */
export const witnessOf = (assignment: Assignment): Witness => {
  const of = (kind: Variable['kind']) =>
    assignment
      .filter(([variable]) => variable.kind === kind)
      .map(([{ name }, value]) => [name, value] as const);
  const pairs = of('query').map(
    ([name, value]) => `${percentEncoded(octetsOf(name))}=${percentEncoded(value)}`,
  );
  const path = of('path')[0]?.[1] ?? '/';
  const usual = path === '' ? 'CONNECT' : path === '*' ? 'OPTIONS' : 'GET';
  const where = path === '' ? authority : path;
  const cookies = of('cookie').map(([name, value]) => `${name}=${value}`);
  const members = of('baggage').map(([key, value]) => `${key}=${percentEncoded(value)}`);
  return {
    method: of('method')[0]?.[1] ?? usual,
    target: pairs.length === 0 ? where : `${where}?${pairs.join('&')}`,
    headers: [
      ...of('header'),
      ...(cookies.length === 0 ? [] : [['cookie', cookies.join('; ')] as const]),
      ...(members.length === 0 ? [] : [['baggage', members.join(',')] as const]),
    ],
  };
};

/** The same as an agent would look at it. */
export const fieldsOf = ({ method, target, headers }: Witness): RequestFields => {
  const linesNamed = (name: string): readonly string[] =>
    headers.filter(([other]) => other === name).map(([, value]) => value);
  return {
    method,
    target,
    linesOf: ({ text }) => linesNamed(text).length,
    valueOf: ({ text }) => {
      const lines = linesNamed(text);
      return lines.length === 0 ? undefined : lines.join(text === 'cookie' ? '; ' : ', ');
    },
  };
};
