import type { Condition, Match, Predicate } from '../../match.ts';
import type { Parts } from '../predicate.ts';
import { predicateOf } from '../predicate.ts';
import { simplify } from '../simplify.ts';
import { closestOf } from './closest.ts';
import { ExpressionFault } from './fault.ts';
import { namedSubjects, operatorOf, operators, places } from './names.ts';
import { type Token, tokensOf } from './tokens.ts';

// Brackets within brackets; conditions have a limit of their own.
const bracketsMax = 50;

/**
 * Reads an expression such as `header("x-tenant") == "acme" and not path.startsWith("/health")`;
 * docs/matching.md has the grammar. Throws `ExpressionFault` with the place and what to write.
 */
export const parseExpression = (text: string): Match => new Parser(text).match();

/** What a part of an expression says; `key` is the user's own key, which stands alone. */
type Said = Condition | 'key';

class Parser {
  private readonly tokens: readonly Token[];
  private index = 0;
  private brackets = 0;

  constructor(text: string) {
    this.tokens = tokensOf(text);
  }

  match(): Match {
    const [first, second] = this.tokens;
    if (first?.text === 'true' && second?.type === 'end') return { all: [] };
    const parts = this.parts();
    const last = this.peek();
    if (last.type !== 'end') this.unexpected(last);
    const all = simplify(parts.filter((part): part is Condition => part !== 'key'));
    if (!parts.includes('key')) return { all };
    return all.length === 0 ? { key: 'personal' } : { key: 'personal', all };
  }

  /** What stands between `and` at the top, where alone `key` may stand. */
  private parts(): readonly Said[] {
    const alternatives = this.alternatives();
    const [only] = alternatives;
    if (only !== undefined && alternatives.length === 1) return only;
    return [{ any: alternatives.map((parts) => joined(parts.map((part) => this.noKey(part)))) }];
  }

  private alternatives(): readonly (readonly Said[])[] {
    const alternatives = [this.conjunction()];
    while (this.skip('or')) alternatives.push(this.conjunction());
    return alternatives;
  }

  private conjunction(): readonly Said[] {
    const parts = [...this.factor()];
    while (this.skip('and')) parts.push(...this.factor());
    return parts;
  }

  private factor(): readonly Said[] {
    if (this.skip('not')) {
      return [negated(joined(this.factor().map((part) => this.noKey(part))))];
    }
    if (this.skip('(')) {
      const open = this.before();
      if (++this.brackets > bracketsMax) this.fail(open, `more than ${bracketsMax} brackets`);
      const parts = this.parts();
      if (!this.skip(')')) this.fail(open, 'this bracket is never closed', 'add )');
      this.brackets--;
      return parts;
    }
    if (this.skip('key')) return ['key'];
    return [this.predicate()];
  }

  private noKey(part: Said): Condition {
    if (part !== 'key') return part;
    const key = this.tokens.find(({ text }) => text === 'key') as Token;
    return this.fail(key, 'your key must hold for the whole rule', 'key and …');
  }

  private predicate(): Condition {
    const subject = this.subject();
    if (this.skip('==')) return predicateOf({ ...subject, ...equals(this.string()) });
    if (this.skip('!=')) return { not: predicateOf({ ...subject, ...equals(this.string()) }) };
    if (this.skip('in')) return this.list(subject);
    if (this.skip('.')) return this.method(subject);
    if (places.has(subject.kind) && !subject.kind.startsWith('grpc')) {
      this.fail(this.peek(), `${subject.kind} needs a value`, `${subject.kind} == "…"`);
    }
    return present(subject);
  }

  private subject(): Pick<Parts, 'kind' | 'name'> {
    const word = this.next();
    if (word.type !== 'word') this.unexpected(word);
    const named = namedSubjects.get(word.text);
    if (named !== undefined) {
      if (!this.skip('(')) this.fail(this.peek(), `${word.text} needs a name`, `${word.text}("…")`);
      const name = this.string();
      if (!this.skip(')')) this.fail(this.peek(), 'a bracket is not closed', 'add )');
      return { kind: named, name: this.checkedName(named, name) };
    }
    if (word.text === 'grpc' && this.skip('.')) {
      const part = this.next();
      if (part.text === 'service') return { kind: 'grpc.service', name: '' };
      if (part.text === 'method') return { kind: 'grpc.method', name: '' };
      this.fail(part, `grpc has no ${part.text}`, 'grpc.service or grpc.method');
    }
    const place = places.get(word.text);
    if (place !== undefined) return { kind: place, name: '' };
    const known = [...namedSubjects.keys(), ...places.keys(), 'key', 'not'];
    return this.fail(word, `${word.text} is nothing of a request`, closestOf(word.text, known));
  }

  private checkedName(kind: Parts['kind'], name: string): string {
    const token = this.tokens[this.index - 2] as Token;
    if (kind !== 'query' && !/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name)) {
      const closest = name.trim().replace(/[^!#$%&'*+\-.^_`|~0-9A-Za-z]+/g, '-');
      this.fail(token, `"${name}" can't be the name of a ${kind}`, `"${closest}"?`);
    }
    if (name === '') this.fail(token, 'a name is empty');
    return kind === 'header' ? name.toLowerCase() : name;
  }

  private method(subject: Pick<Parts, 'kind' | 'name'>): Predicate {
    const word = this.next();
    const operator = operatorOf.get(word.text);
    if (operator === undefined) {
      this.fail(word, `there is no .${word.text}`, closestOf(word.text, operators));
    }
    const open = this.next();
    if (open.text !== '(') this.fail(open, `.${word.text} needs a value`, `.${word.text}("…")`);
    const value = this.string();
    if (!this.skip(')')) this.fail(this.peek(), 'a bracket is not closed', 'add )');
    return predicateOf({ ...subject, operator: operator ?? 'equals', value });
  }

  private list(subject: Pick<Parts, 'kind' | 'name'>): Condition {
    if (!this.skip('[')) this.fail(this.peek(), 'in needs a list', 'in ["a", "b"]');
    const any = [predicateOf({ ...subject, ...equals(this.string()) })];
    while (this.skip(',')) any.push(predicateOf({ ...subject, ...equals(this.string()) }));
    if (!this.skip(']')) this.fail(this.peek(), 'the list is never closed', 'add ]');
    return any.length === 1 ? (any[0] as Predicate) : { any };
  }

  private string(): string {
    const token = this.next();
    if (token.type === 'string') return token.text;
    if (token.type === 'word') {
      this.fail(token, 'a value stands in quotes', `"${token.text}"`);
    }
    return this.fail(token, 'a value is missing', 'a value in quotes: "acme"');
  }

  private peek(): Token {
    return this.tokens[Math.min(this.index, this.tokens.length - 1)] as Token;
  }

  private next(): Token {
    const token = this.peek();
    this.index++;
    return token;
  }

  private before(): Token {
    return this.tokens[this.index - 1] as Token;
  }

  private skip(text: string): boolean {
    const token = this.peek();
    if (token.type === 'string' || token.text !== text || token.type === 'end') return false;
    this.index++;
    return true;
  }

  private unexpected(token: Token): never {
    if (token.type === 'end') this.fail(token, 'something is missing here', 'a condition');
    const what = token.type === 'string' ? 'a value' : token.text;
    const known = ['and', 'or', 'not', 'in'];
    const suggestion =
      token.type === 'word' ? closestOf(token.text.toLowerCase(), known) : undefined;
    return this.fail(token, `${what} can't stand here`, suggestion);
  }

  private fail(token: Token, message: string, suggestion?: string): never {
    throw new ExpressionFault(message, token.at, suggestion);
  }
}

const equals = (value: string): Pick<Parts, 'operator' | 'value'> => ({
  operator: 'equals',
  value,
});

const present = (subject: Pick<Parts, 'kind' | 'name'>): Predicate =>
  predicateOf({ ...subject, operator: 'present', value: '' });

const joined = (all: readonly Condition[]): Condition =>
  all.length === 1 ? (all[0] as Condition) : { all };

const negated = (condition: Condition): Condition =>
  'not' in condition ? condition.not : { not: condition };
