#!/usr/bin/env node
import { fileURLToPath } from 'node:url';
import { main } from '../dist/cli/main.js';

await main(['intercept', ...process.argv.slice(2)], {
  program: fileURLToPath(new URL('./byway.js', import.meta.url)),
  playground: () => import('../dist/playground/command.js'),
});
