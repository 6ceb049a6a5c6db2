import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { afterwards, cleanUp, newFolder } from '../folder.ts';
import { endAll, programPath, runProgram } from './process.ts';
import { startWorld, type World } from './world.ts';

// The scripts of docs/ci.md, as they stand there, run by the shell that a runner would take.
let world: World;
let blocks: Readonly<Record<'sh' | 'yaml', string>>;
beforeAll(async () => {
  world = await startWorld();
  const text = await readFile(new URL('../../../docs/ci.md', import.meta.url), 'utf8');
  const block = (language: string): string =>
    new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(text)?.[1] ?? '';
  blocks = { sh: block('sh'), yaml: block('yaml') };
});
afterEach(async () => {
  await world.byway(['leave', '--all']);
});
afterAll(async () => {
  await endAll();
  await cleanUp();
});

/** A checked-out repository with the script, this build of pricing, and byway on the way. */
const checkout = async (): Promise<string> => {
  const folder = await newFolder();
  await mkdir(join(folder, 'bin'));
  await writeFile(join(folder, 'script.sh'), blocks.sh);
  const byway = join(folder, 'bin', 'byway');
  await writeFile(byway, `#!/bin/sh\nexec "${process.execPath}" "${programPath('byway')}" "$@"\n`);
  await chmod(byway, 0o755);
  await writeFile(
    join(folder, 'server.js'),
    `require('node:http')
       .createServer((request, response) => response.end('this build answers ' + request.url))
       .listen(Number(process.env.PORT), '127.0.0.1');`,
  );
  return folder;
};

/** The service in front of pricing, which passes the key on, or not. */
const startCart = async (passesOn: boolean): Promise<string> => {
  const server = createServer(async (request, response) => {
    const key = request.headers['x-byway-id'];
    const headers: Record<string, string> =
      passesOn && typeof key === 'string' ? { 'x-byway-id': key } : {};
    const url = `http://127.0.0.1:${world.agentPort}${request.url?.replace('/cart/', '/price/')}`;
    response.end(await (await fetch(url, { headers })).text());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterwards(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

const pipeline = async (folder: string, cart: string, more: NodeJS.ProcessEnv = {}) => {
  const { environment } = world;
  return await runProgram('sh', ['script.sh'], {
    folder,
    environment: {
      ...environment,
      PATH: `${join(folder, 'bin')}:${environment['PATH']}`,
      SHOP_URL: cart,
      ...more,
    },
  });
};

const listed = async (): Promise<readonly unknown[]> =>
  JSON.parse((await world.byway(['list', '--json'])).stdout).intercepts;

test.skipIf(process.platform === 'win32')(
  'a pipeline starts an app, intercepts, sends traffic and asserts',
  async () => {
    const folder = await checkout();
    const ended = await pipeline(folder, await startCart(true));
    expect(ended.stderr).toContain('✓ pricing: at least 1 request');
    expect(ended).toMatchObject({ code: 0, stdout: 'this build answers /price/42' });
    const report = await readFile(join(folder, 'reports', 'byway.xml'), 'utf8');
    expect(report).toContain('tests="1" failures="0" errors="0"');
    expect(await listed()).toEqual([]);
  },
);

test.skipIf(process.platform === 'win32')(
  'when a service on the way drops the key, it fails with 8 and says where to look',
  async () => {
    const folder = await checkout();
    const ended = await pipeline(folder, await startCart(false));
    expect(ended).toMatchObject({ code: 8, stdout: 'pod GET /price/42' });
    expect(ended.stderr).toContain(
      '✗ pricing: wanted at least 1 request where path starts with "/price/" and status is 2xx within 20 s.\n',
    );
    expect(ended.stderr).toContain(
      '1 request reached the service meanwhile, and none matched your rule.\n  Does a service on the way drop the key? Each must pass on x-byway-id, or baggage.',
    );
    const report = await readFile(join(folder, 'reports', 'byway.xml'), 'utf8');
    expect(report).toContain('<failure message="pricing: wanted at least 1 request');
    expect(await listed()).toEqual([]);
  },
  40_000,
);

test.skipIf(process.platform === 'win32')(
  'in GitHub Actions the key is masked, and stands nowhere else',
  async () => {
    const folder = await checkout();
    const env = join(folder, 'github-env');
    await writeFile(env, '');
    const ended = await pipeline(folder, await startCart(true), {
      ...{ GITHUB_ACTIONS: 'true', GITHUB_RUN_ID: '7', GITHUB_ENV: env },
    });
    expect(ended.code).toBe(0);
    const key = /^::add-mask::([a-z2-7]{26})$/m.exec(ended.stdout)?.[1] ?? '';
    expect(key).not.toBe('');
    expect(ended.stdout.replace(`::add-mask::${key}`, '') + ended.stderr).not.toContain(key);
    expect(ended.stderr).toMatch(/^::notice title=byway pricing::ready in /m);
    expect(await readFile(env, 'utf8')).toMatch(/^BYWAY_RUN=github-7-[a-z2-7]{16}\n$/);
  },
);

test('the workflow is one, and its token comes from a secret', () => {
  const workflow = parse(blocks.yaml) as {
    readonly jobs: { readonly pricing: { readonly steps: readonly Record<string, unknown>[] } };
  };
  const step = workflow.jobs.pricing.steps.find(({ env }) => env !== undefined);
  expect(step).toMatchObject({
    run: 'sh scripts/among-the-others.sh',
    env: { BYWAY_TOKEN: expect.stringMatching(/^\$\{\{ secrets\.BYWAY_TOKEN \}\}$/) },
  });
});
