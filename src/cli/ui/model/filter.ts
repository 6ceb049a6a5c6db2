import type { ExchangeSummary } from '../../recorder/view.ts';

type Test = (row: ExchangeSummary) => boolean;

const methods: readonly string[] = [
  ...['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT'],
];

/**
 * What a filter lets through: words with blanks between, all of which must hold. A method (`GET`), a
 * class of status (`5xx`, `4`) or a status (`404`), `you` or `pod`, and anything else is looked for
 * in the path and the method, whatever its case. `!` before a word turns it round.
 */
export const readFilter = (filter: string): Test => {
  const tests = filter
    .split(/\s+/)
    .filter((word) => word !== '' && word !== '!')
    .map(readWord);
  return (row) => tests.every((test) => test(row));
};

const readWord = (word: string): Test => {
  if (word.startsWith('!')) {
    const test = readWord(word.slice(1));
    return (row) => !test(row);
  }
  const statusClass = /^([1-5])(?:xx)?$/i.exec(word)?.[1];
  if (statusClass !== undefined) {
    return ({ status }) => String(status ?? '').startsWith(statusClass);
  }
  if (/^[1-5]\d\d$/.test(word)) return ({ status }) => String(status) === word;
  if (methods.includes(word)) return ({ method }) => method === word;
  if (word === 'you') return ({ servedBy }) => servedBy === 'local';
  if (word === 'pod') return ({ servedBy }) => servedBy === 'pod';
  const text = word.toLowerCase();
  return ({ path, method }) => `${method ?? ''} ${path ?? ''}`.toLowerCase().includes(text);
};
