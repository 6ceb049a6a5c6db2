import { type Stricter, stricter } from '../../../protocol/http1/vectors/node-differences.ts';
import type { Forwarded } from './agent-reading.ts';

const oddScheme = /^(\S+ )[a-z][a-z\d+.-]*:\/\//i;
const connectionLines = /^(connection:)(.*)$/gim;
const proxyConnectionLines = /^(proxy-connection:).*$/gim;

/** More of where Node is stricter, which matters only to a message with another one behind it. */
const stricterAbout: readonly Stricter[] = [
  ...stricter,
  {
    reason: 'it takes Proxy-Connection for Connection, which RFC 9112 C.2.2 does not',
    applies: () => true,
    instead: (head) => head.replace(proxyConnectionLines, '$1 x'),
  },
  {
    reason: 'it overlooks an option of Connection that has a blank beside it',
    applies: () => true,
    instead: (head) =>
      head.replace(
        connectionLines,
        (_, name: string, options: string) => name + options.replace(/[ \t]/g, ''),
      ),
  },
  {
    reason: 'it knows only letters in the scheme of a target, where RFC 3986 3.1 has digits too',
    applies: (head) => oddScheme.test(head),
    instead: (head) => head.replace(oddScheme, '$1http://'),
  },
  {
    reason: 'it reads nothing behind an interim answer in HTTP/1.0 or with close',
    applies: (head) => /^HTTP\/1\.[01] 1(?!01)/.test(head),
    instead: (head) =>
      head
        .replace(/^HTTP\/1\.0/, 'HTTP/1.1')
        .replace(connectionLines, (_, name: string) => `${name} x`),
  },
];

/** A forwarded message, changed where Node is stricter than the RFC, so that it can read the rest. */
export const forNode = (message: Forwarded): Forwarded => ({
  ...message,
  head: stricterAbout.reduce(
    (head, { applies, instead }) => (applies(head) ? instead(head) : head),
    message.head,
  ),
});
