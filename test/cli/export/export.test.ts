import { execFile } from 'node:child_process';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Script } from 'node:vm';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { exportRequests } from '../../../src/cli/export/export-requests.ts';
import { afterwards, cleanUp, newFolder } from '../folder.ts';
import { answerOf, viewOfBytes } from './view.ts';

afterEach(cleanUp);

const run = promisify(execFile);
const inPosix = test.skipIf(process.platform === 'win32');

type Asked = {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly string[];
  readonly body: string;
};

const startApp = async (answer: string) => {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = '', url = '', rawHeaders } = request;
    asked.push({
      method,
      url,
      headers: rawHeaders,
      body: Buffer.concat(chunks).toString('latin1'),
    });
    response.setHeader('content-type', 'application/json');
    response.end(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterwards(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, asked };
};

const shell = async (script: string, cwd: string, more: NodeJS.ProcessEnv = {}) => {
  const file = join(await newFolder(), 'script.sh');
  await writeFile(file, script);
  return await run('sh', [file], {
    cwd,
    env: { PATH: process.env['PATH'], ...more },
    timeout: 20_000,
  });
};

const requestOf = (head: readonly string[], body = ''): string =>
  [...head, `Content-Length: ${body.length}`, '', body].join('\r\n');

inPosix('the exported curl sends the same request and gets the same answer', async () => {
  const app = await startApp('{"a":1}');
  const request = requestOf(
    ["POST /a/../b?q=%20[1]&x='y' HTTP/1.1", 'Host: shop', 'Content-Type: text/plain', 'X-Empty:'],
    '@/etc/passwd\n$HOME `id` "q" \'s\' \\',
  );
  const view = await viewOfBytes(request, answerOf('{"a":1}'), { port: app.port });
  const { stdout } = await shell(exportRequests([view], 'curl'), await newFolder());
  expect(stdout).toBe('{"a":1}');
  expect(app.asked).toHaveLength(1);
  expect(app.asked[0]).toMatchObject({
    method: 'POST',
    url: "/a/../b?q=%20[1]&x='y'",
    body: '@/etc/passwd\n$HOME `id` "q" \'s\' \\',
  });
  expect(app.asked[0]?.headers).toEqual([
    ...['Host', 'shop', 'Content-Type', 'text/plain', 'X-Empty', ''],
    ...['Content-Length', '33'],
  ]);
});

inPosix(
  'bytes that are no text, and more than an argument may have, arrive as they were',
  async () => {
    const app = await startApp('{}');
    for (const body of ['\0\x01\xff\xfe', 'long '.repeat(40_000)]) {
      const head = ['PUT /up HTTP/1.1', 'Host: a'];
      const view = await viewOfBytes(requestOf(head, body), answerOf('{}'), { port: app.port });
      await shell(exportRequests([view], 'curl'), await newFolder());
      expect(app.asked.at(-1)?.body).toBe(body);
    }
  },
);

inPosix(
  'nothing in a request can run a command, whatever it holds',
  async () => {
    const folder = await newFolder();
    const app = await startApp('{}');
    const evil = [
      "'; touch owned; '",
      '$(touch owned)',
      '`touch owned`',
      '"; touch owned #',
      "'\\''$(touch owned)'\\''",
      '-o owned',
      '@owned',
      '\\',
      `$\{IFS}touch`,
      '[redacted:PATH]',
      '[redacted:X]$(touch owned)',
      '!!',
    ];
    const value = fc.array(fc.constantFrom(...evil, ' ', 'a', "'"), { minLength: 1, maxLength: 4 });
    const samples = fc.sample(fc.tuple(value, value, value), { numRuns: 12, seed: 7 });
    for (const [path, header, body] of samples) {
      const target = `/${path.join('').replaceAll(' ', '+')}`;
      const text = requestOf(
        [
          `POST ${target} HTTP/1.1`,
          'Host: a',
          `X-${"it's"}: ${header.join('').trim()}`,
          `Cookie: ${path.join('')}=${header.join('')}`,
        ],
        body.join(''),
      );
      const view = await viewOfBytes(text, answerOf('{}'), { port: app.port, reveal: ['all'] });
      const script = exportRequests([view], 'curl');
      await shell(script, folder, { REDACTED_X: 'x', REDACTED_PATH: 'p' }).catch((error) => {
        if (/syntax|not found|unexpected/i.test(String(error.stderr))) throw error;
      });
      const redacted = await viewOfBytes(text, answerOf('{}'), { port: app.port });
      await shell(exportRequests([redacted], 'curl'), folder).catch(() => {});
    }
    expect(await readdir(folder)).toEqual([]);
    expect(app.asked.length).toBeGreaterThan(6);
  },
  60_000,
);

const secretRequest = requestOf(
  [
    ...['POST /a?access_token=planted-1111 HTTP/1.1', 'Host: a', 'Content-Type: application/json'],
    ...['Authorization: Bearer planted-2222', 'Cookie: sid=planted-3333; theme=planted-4444'],
    ...['x-byway-id: k3yq5zk3yq5zk3yq5zk3yq5z7a'],
  ],
  '{"password":"planted-5555","pin":4711,"echo":"planted-2222"}',
);

test.each(['curl', 'har', 'fetch', 'vitest', 'k6'] as const)(
  'no secret is in %s, and each is named so that it can be set',
  async (format) => {
    const answer = answerOf('{"token":"planted-6666","key":"k3yq5zk3yq5zk3yq5zk3yq5z7a"}');
    const view = await viewOfBytes(secretRequest, answer);
    const text = exportRequests([view], format);
    expect(text).not.toMatch(/planted|4711|k3yq5z/);
    expect(text).toContain(
      format === 'har' ? '[redacted:AUTHORIZATION]' : 'REDACTED_AUTHORIZATION',
    );
    const open = await viewOfBytes(secretRequest, answer, { reveal: ['header:authorization'] });
    expect(exportRequests([open], format)).toContain('planted-2222');
    expect(exportRequests([open], format)).not.toMatch(/planted-[13456]/);
  },
);

inPosix('hidden values are set from outside, and nothing is sent without them', async () => {
  const app = await startApp('{}');
  const view = await viewOfBytes(secretRequest, answerOf('{}'), { port: app.port });
  const folder = await newFolder();
  for (const [format, command] of [
    ['curl', 'sh'],
    ['fetch', process.execPath],
  ] as const) {
    const text = exportRequests([view], format);
    const file = join(folder, `request-${format}.${format === 'curl' ? 'sh' : 'mjs'}`);
    await writeFile(file, text);
    const asked = app.asked.length;
    await expect(run(command, [file], { env: { PATH: process.env['PATH'] } })).rejects.toThrow();
    expect(app.asked.length).toBe(asked);
    const names = [...new Set(text.match(/REDACTED_[A-Z0-9_]+/g))];
    const values = Object.fromEntries(names.map((name) => [name, `my-${name}`]));
    await run(command, [file], { env: { PATH: process.env['PATH'], ...values } });
    const { headers, url, body } = app.asked.at(-1) ?? { headers: [], url: '', body: '' };
    expect(headers).toContain('Bearer my-REDACTED_AUTHORIZATION');
    expect(url).toBe('/a?access_token=my-REDACTED_ACCESS_TOKEN');
    expect(JSON.parse(body)).toMatchObject({ password: 'my-REDACTED_PASSWORD' });
  }
});

test('a HAR is valid by its schema, bodies of every kind and open ends included', async () => {
  const views = [
    await viewOfBytes(secretRequest, answerOf('{"a":1}')),
    await viewOfBytes('GET /b?x=1&y= HTTP/1.1\r\nHost: a\r\n\r\n', answerOf('\0\xff', 'image/png')),
    await viewOfBytes(
      'GET http://a/c HTTP/1.1\r\nHost: a\r\n\r\n',
      'HTTP/1.1 302 Found\r\nLocation: /x\r\nSet-Cookie: a=b; Path=/\r\nContent-Length: 0\r\n\r\n',
    ),
    await viewOfBytes('OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n', ''),
    await viewOfBytes(
      requestOf(['POST /big HTTP/1.1', 'Host: a'], 'x'.repeat(300_000)),
      answerOf('', 'a/b'),
    ),
  ];
  const har = JSON.parse(exportRequests(views, 'har'));
  const require = createRequire(import.meta.url);
  const schemas = require('har-schema') as Record<string, object>;
  const ajv = new Ajv({ strict: false, validateSchema: false });
  for (const format of ['uri', 'date-time', 'date', 'ipv4', 'ipv6']) {
    ajv.addFormat(format, (text: string) => (format === 'uri' ? URL.canParse(text) : true));
  }
  for (const schema of Object.values(schemas)) {
    ajv.addSchema(
      JSON.parse(
        JSON.stringify(schema).replaceAll(
          'http://json-schema.org/draft-06/schema#',
          'http://json-schema.org/draft-07/schema#',
        ),
      ),
    );
  }
  expect(ajv.validate('har.json#', har), ajv.errorsText()).toBe(true);
  expect(har.log.entries).toHaveLength(5);
  expect(ajv.validate('har.json#', { log: { ...har.log, entries: [{}] } })).toBe(false);
});

test('the exported vitest file passes against an app that answers the same, and fails against another', async () => {
  const body =
    '{"price":17.91,"__proto__":{"a":1},"token":"planted-7777","list":[null,true,"it\'s"]}';
  const app = await startApp(body);
  const view = await viewOfBytes(
    requestOf(['POST /p?a=1 HTTP/1.1', 'Host: a', 'Content-Type: application/json'], '{"n":[1,2]}'),
    answerOf(body),
    { port: app.port },
  );
  const root = fileURLToPath(new URL('../../..', import.meta.url));
  const folder = join(root, 'node_modules', '.exported', `${process.pid}`);
  await mkdir(folder, { recursive: true });
  afterwards(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'exported.test.js'), exportRequests([view], 'vitest'));
  await writeFile(
    join(folder, 'vitest.config.js'),
    "export default { test: { include: ['*.test.js'], exclude: [] } };\n",
  );
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const go = (more: NodeJS.ProcessEnv = {}) =>
    run(process.execPath, [vitest, 'run', '--root', folder, '--reporter', 'json'], {
      env: { PATH: process.env['PATH'], ...more },
      timeout: 60_000,
    });
  const { stdout } = await go().catch((error) => error as { readonly stdout: string });
  const passed = JSON.parse(stdout);
  expect(passed, stdout).toMatchObject({ numPassedTests: 1, numFailedTests: 0 });
  const other = await startApp('{"price":1}');
  await expect(go({ BYWAY_URL: `http://localhost:${other.port}` })).rejects.toThrow();
}, 90_000);

test('scripts are JavaScript, whatever stands in a request', async () => {
  const hostile = [
    '\u2028',
    '*/',
    `$\{x}`,
    '`',
    '</script>',
    '__proto__',
    "'",
    '\\',
    '//',
    '\u0085',
  ];
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom(...hostile), { maxLength: 6 }), async (words) => {
      const text = Buffer.from(words.join(''), 'utf8').toString('latin1');
      const view = await viewOfBytes(
        requestOf(
          [
            'POST /a HTTP/1.1',
            'Host: a',
            '__proto__: x',
            `X-A: ${text.replace(/[^\x20-\x7e\x80-\xff]/g, '')}`,
          ],
          text,
        ),
        answerOf(`{${JSON.stringify(words.join('a'))}:1}`),
      );
      for (const format of ['fetch', 'vitest', 'k6'] as const) {
        const script = exportRequests([view], format)
          .replace(/^import .*$/gm, '')
          .replace(/^export default/m, 'const main =')
          .replace(/^export /gm, '');
        expect(() => new Script(`async () => {${script}}`)).not.toThrow();
      }
    }),
    { numRuns: 40 },
  );
});

test('a request that was not kept whole is exported as an archive only', async () => {
  const view = await viewOfBytes(
    requestOf(['POST /a HTTP/1.1', 'Host: a'], 'x'.repeat(300_000)),
    '',
  );
  expect(() => exportRequests([view], 'curl')).toThrow('only --as har takes that');
  expect(exportRequests([view], 'har')).toContain('Not all of it was kept.');
  const small = await viewOfBytes('GET / HTTP/1.1\r\nHost: a\r\n\r\n', '');
  expect(() => exportRequests([small], 'curl', 'ftp://a')).toThrow('--url takes');
  expect(exportRequests([small], 'curl', 'https://shop/x/')).toContain("'https://shop/x/'");
});
