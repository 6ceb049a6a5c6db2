/** Headers by name; a header that came several times may be a list. */
export type HeaderValues = Readonly<Record<string, string | readonly string[] | undefined>>;

/** The headers that a service passes on: both carriers of the key, and W3C trace context. */
export const carriedHeaders: readonly string[] = [
  'x-byway-id',
  'baggage',
  'traceparent',
  'tracestate',
];

/**
 * What to add to the calls that a service makes while it answers a request: the carried headers of
 * that request, values as they came, names in lower case. Headers that did not come are left out.
 *
 *     fetch(url, { headers: carry(request.headers) })
 */
export const carry = (incoming: HeaderValues): Record<string, string | string[]> => {
  const outgoing: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(incoming)) {
    const carried = name.toLowerCase();
    if (value === undefined || !carriedHeaders.includes(carried)) continue;
    const values = typeof value === 'string' ? value : [...value];
    const before = outgoing[carried];
    // Two spellings of one name are two lines of one header.
    outgoing[carried] = before === undefined ? values : [before, values].flat();
  }
  return outgoing;
};
