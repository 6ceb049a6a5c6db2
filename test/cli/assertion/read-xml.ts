/** An element as a strict reader of XML 1.0 sees it; no comments, sections or doctypes. */
export type Element = {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: (Element | string)[];
};

const token = /<\/([a-z]+)>|<([a-z]+)((?: [a-z]+="[^"<]*")*)(\/)?>|([^<]+)/gy;
const characters = /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u;

/** Throws for whatever is not well-formed. White space between elements is left out. */
export const readXml = (text: string): Element[] => {
  const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';
  if (!text.startsWith(declaration) || !characters.test(text)) throw new Error('no XML');
  const root: Element = { name: '', attributes: {}, children: [] };
  const open = [root];
  token.lastIndex = declaration.length;
  while (token.lastIndex < text.length) {
    const at = token.lastIndex;
    const match = token.exec(text);
    if (match === null) throw new Error(`not well-formed: ${text.slice(at, at + 40)}`);
    take(open, match);
  }
  if (open.length !== 1) throw new Error('an element is open');
  return root.children as Element[];
};

const take = (open: Element[], match: RegExpExecArray): void => {
  const [, closed, name, attributes = '', empty, content = ''] = match;
  const parent = open.at(-1) as Element;
  if (closed !== undefined) {
    if (open.pop()?.name !== closed) throw new Error(`</${closed}> closes another element`);
  } else if (name !== undefined) {
    const element: Element = { name, attributes: attributesOf(attributes), children: [] };
    parent.children.push(element);
    if (empty === undefined) open.push(element);
  } else if (content.trim() !== '') parent.children.push(decoded(content));
};

const attributesOf = (text: string): Record<string, string> =>
  Object.fromEntries(
    [...text.matchAll(/ ([a-z]+)="([^"]*)"/g)].map(([, name, value]) => [
      name,
      decoded(value ?? ''),
    ]),
  );

const named: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
};

const decoded = (text: string): string => {
  if (/&(?!(?:[a-z]+|#\d+);)/.test(text) || /]]>/.test(text)) throw new Error(`bare: ${text}`);
  return text.replace(/&(?:([a-z]+)|#(\d+));/g, (_, name, code) =>
    code === undefined ? (named[name] ?? '') : String.fromCodePoint(Number(code)),
  );
};
