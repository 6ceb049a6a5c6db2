/**
 * What differs from one run to the next, and what stands in the pictures instead. Everything else is as
 * the program drew it.
 */
const masks = [
  // Times of day, dates, and when a lease ends.
  [/\b\d\d:\d\d:\d\d\b/g, '10:42:07'],
  [/(?<=until )\d\d:\d\d\b/g, '11:30'],
  [/\b[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4}/g, 'Sat, 21 Nov 2026'],
  // Ports that the system chose.
  [/(?<=localhost:)\d{5}(?= |$)/g, '5000 '],
  [/(?<=localhost:)\d{5}\b/g, '5000'],
  [/(?<=127\.0\.0\.1:)\d{4,5}\b/g, '8080'],
  // How long something took: the tunnel stands at the right side, the time in a column.
  [/ +tunnel h2\/tcp(?: (?:<1|\d+) ms)?$/g, (text) => 'tunnel h2/tcp 2 ms'.padStart(text.length)],
  [
    /(?<=^ *time {3})(?:request|first) .*$/g,
    'request body <1 ms   first byte 7 ms   whole answer 7 ms',
  ],
  [/(?<= \d{3}) +(?:<1|\d{1,4})(?= {2}(?:you|pod))/g, (text) => '7'.padStart(text.length)],
  [/(?<=--port )\d{4,5}\b/g, '5000'],
  // The name of this machine, programs on it, and the ends of the key.
  [/(?<=\([\w-]+ on )[^)]+/g, 'laptop'],
  [/\bcurl\/[\d.]+/g, 'curl/8.0.0'],
  [/\b[a-z2-7]{4}…[a-z2-7]{3}\b/g, 'k3yq…7fa'],
];

/** The text of a row with what changes replaced; it is as long as before. */
export const masked = (row) => {
  const text = row.trimEnd();
  const shown = masks.reduce((line, [pattern, instead]) => line.replace(pattern, instead), text);
  return shown.padEnd(row.length).slice(0, row.length);
};
